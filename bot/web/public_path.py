"""The start of every path that strangers may call. Imports nothing: making an address takes no web server."""

from __future__ import annotations

from typing import Final

PUBLIC: Final = "/answer"
API: Final = "/api"
INTAKE: Final = "/intake"
# Where senders of the APIs of PagerDuty and Opsgenie post.
COMPATIBLE: Final = "/v2"
