"""Who held what when, and when nobody did. Knows spans of time and people, not incidents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from roles.person_ids import PersonId
from roles.role_names import Role


class RoleInterval(Protocol):
    """A stretch for which somebody held a role; `until` is None while they hold it."""

    @property
    def role(self) -> Role:
        """The role."""

    @property
    def who(self) -> PersonId:
        """Who held it."""

    @property
    def since(self) -> datetime:
        """From when."""

    @property
    def until(self) -> datetime | None:
        """Until when, that moment not included."""


class Window(NamedTuple):
    """A stretch of time; `until` None has no end yet."""

    since: datetime
    until: datetime | None


def holders_at(held: Iterable[RoleInterval], role: Role, at: datetime) -> tuple[PersonId, ...]:
    """Name who held a role at a moment: from its start, up to but not at its end."""
    return tuple(i.who for i in held if i.role == role and i.since <= at and (i.until is None or at < i.until))


def roles_of(held: Iterable[RoleInterval], who: PersonId) -> frozenset[Role]:
    """Name the roles somebody holds now."""
    return frozenset(i.role for i in held if i.who == who and i.until is None)


def earliest_start(rivals: Iterable[RoleInterval], at: datetime) -> datetime:
    """Give when a new interval may begin: at `at`, or when the last that ended there did, if that was later."""
    return max([at, *(i.until for i in rivals if i.until is not None)])


def gaps(held: Sequence[RoleInterval], windows: Iterable[Window]) -> list[Window]:
    """Find the stretches within the windows in which nobody held it."""
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
