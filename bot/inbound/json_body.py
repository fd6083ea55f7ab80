"""A body of JSON as a parser of a form reads it: whatever a sender puts into it, a missing part is None and no error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from organisation.model.alert import AlertStatus

# Alertmanager's time of what has no end, and Go's of what was never set.
_UNSET: Final = 1971
_MILLISECONDS: Final = 1e11
_LONGEST: Final = 4000


class Unreadable(Exception):  # noqa: N818 - it says what the body is
    """A body is not what its form says. The message names the form's part, and nothing that the body holds."""


def json_object(body: bytes) -> dict[str, Any]:
    """Return the object that a body is. Raises Unreadable for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("it is no JSON") from None
    if not isinstance(found, dict):
        raise Unreadable("it is no JSON object")
    return found


def part(of: Any, path: str) -> Any:
    """Return the part at a path, as `data.event.title`; None where there is none. A number is a place in a list."""
    for name in path.split("."):
        if isinstance(of, dict):
            of = of.get(name)
        elif isinstance(of, list) and name.isdigit() and int(name) < len(of):
            of = of[int(name)]
        else:
            return None
    return of


def text(of: Any, *paths: str) -> str | None:
    """Return the first of these parts that is a text or a number, cut to 4,000 characters; None without one."""
    for path in paths:
        found = part(of, path)
        if isinstance(found, bool) or not isinstance(found, str | int | float):
            continue
        if words := str(found).strip():
            return words[:_LONGEST]
    return None


def objects(of: Any, path: str) -> Sequence[dict[str, Any]]:
    """Return the objects of a list at a path. Raises Unreadable where there is no list."""
    found = part(of, path)
    if not isinstance(found, list):
        raise Unreadable(f"it has no list {path}")
    return [one for one in found if isinstance(one, dict)]


def moment(of: Any, *paths: str) -> datetime | None:
    """Return the first of these parts that is a time (UTC): RFC 3339, or seconds or milliseconds since 1970; 0 is none."""
    for path in paths:
        found = part(of, path)
        at = (
            _from_number(found) if isinstance(found, int | float) and not isinstance(found, bool) else _from_text(found)
        )
        if at is not None and at.year >= _UNSET:
            return at
    return None


def status_of(word: str | None, resolved: Sequence[str], default: AlertStatus = AlertStatus.FIRING) -> AlertStatus:
    """Return that an alert is over if its word is among these; otherwise the default."""
    return AlertStatus.RESOLVED if (word or "").lower() in resolved else default


def _from_number(given: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(given / 1000 if given > _MILLISECONDS else given, UTC) if given > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def _from_text(given: object) -> datetime | None:
    if not isinstance(given, str):
        return None
    if given.strip().isdigit():
        return _from_number(float(given)) if len(given.strip()) < 16 else None
    try:
        at = datetime.fromisoformat(given.strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
