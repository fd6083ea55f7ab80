"""The type of what Slack sends and takes."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
