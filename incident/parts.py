"""The parts a folded incident is made of: histories, intervals, slots, episodes, places. Values only."""

from __future__ import annotations
