"""Who held a role when, and when it was vacant. Knows times and people, not incidents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from roles.person_ids import PersonId
from roles.role_names import Role


class RoleInterval(Protocol):
    """A period in which a person held a role; `until` is None while they hold it."""

    @property
    def role(self) -> Role:
        """The role."""

    @property
    def who(self) -> PersonId:
        """The holder."""

    @property
    def since(self) -> datetime:
        """The start (UTC)."""

    @property
    def until(self) -> datetime | None:
        """The end (UTC), not included."""


class Window(NamedTuple):
    """A period (UTC); `until` None has no end yet."""

    since: datetime
    until: datetime | None


def holders_at(held: Iterable[RoleInterval], role: Role, at: datetime) -> tuple[PersonId, ...]:
    """Return who held a role at a time: from its start, up to but not at its end."""
    return tuple(i.who for i in held if i.role == role and i.since <= at and (i.until is None or at < i.until))


def roles_of(held: Iterable[RoleInterval], who: PersonId) -> frozenset[Role]:
    """Return the roles that a person holds now."""
    return frozenset(i.role for i in held if i.who == who and i.until is None)


def earliest_start(rivals: Iterable[RoleInterval], at: datetime) -> datetime:
    """Return when a new interval may start: at `at`, or at the latest end there when that is later."""
    return max([at, *(i.until for i in rivals if i.until is not None)])


def gaps(held: Sequence[RoleInterval], windows: Iterable[Window]) -> list[Window]:
    """Return the periods within the windows in which it was vacant."""
    found: list[Window] = []
    for window in windows:
        found += _gaps(held, window)
    return found


def _gaps(held: Sequence[RoleInterval], window: Window) -> list[Window]:
    found, free_from = [], window.since
    for interval in sorted(held, key=lambda i: i.since):
        if free_from < interval.since:
            found.append(_until(free_from, window, interval.since))
        if interval.until is None:
            return _real(found)
        free_from = max(free_from, interval.until)
    return _real([*found, Window(free_from, window.until)])


def _until(since: datetime, window: Window, until: datetime) -> Window:
    return Window(since, until if window.until is None else min(until, window.until))


def _real(windows: Iterable[Window]) -> list[Window]:
    return [w for w in windows if w.until is None or w.since < w.until]
