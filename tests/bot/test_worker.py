"""The worker: what is wanted is done once, in time, and what came of it is on the record."""

from __future__ import annotations


def test_a_declaration_makes_a_usable_channel_and_the_rest(rig):
    key = rig.declare()

    rig.drain()

    incident = rig.incident(key)
    assert incident.places.channel_name == "inc-2026-0001-payments-fail"
