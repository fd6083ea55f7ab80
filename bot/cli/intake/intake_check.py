"""Checks that each source of alerts can prove itself: its secret is set, and Muster listens. Posts nothing."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

from bot.cli.checks.check_result import CheckResult, missing, passed
from incident.policy import Policy

_GUIDE: Final = "docs/how-to/connect-alerts.md says how."
_NO_PORT: Final = f"The policy names sources of alerts, and nothing listens for them: set MUSTER_HTTP_PORT. {_GUIDE}"


def check_intake(policy: Policy | None, secrets: Container[str], port: int | None) -> Iterator[CheckResult]:
    """Yield what keeps a source from being heard."""
    sources = policy.intake.sources if policy is not None else {}
    if sources and port is None:
        yield missing(_NO_PORT)
    lacking = [(name, one.secret) for name, one in sources.items() if one.secret and one.secret not in secrets]
    for name, setting in lacking:
        yield missing(f"{setting} is not set, so every request of the source {name} is rejected. {_GUIDE}")
    if sources and port is not None and not lacking:
        yield passed("Every source of alerts has its secret.")
