"""Whether what a feed of a schedule gives now takes the place of its last good copy. Pure.

Shifts that vanish by half, or that all move by the same hours, are more often a slip than meant: the copy stays for a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from roles.schedules.feed_copy import FeedCopy, FeedShift

LOST_SHIFTS: Final = "lost_shifts"
MOVED: Final = "moved"
_DOUBTS: Final = frozenset({LOST_SHIFTS, MOVED})
_LOOKED_AT: Final = timedelta(days=14)
_DOUBTED_FOR: Final = timedelta(days=1)
# No two zones lie further apart.
_LARGEST_MOVE: Final = timedelta(hours=26)
_FEWEST: Final = 2


def renewed(before: FeedCopy | None, fresh: FeedCopy) -> FeedCopy:
    """Return the fresh copy, or the one before with why the fresh one is doubted; after a day without change it counts."""
    doubt = _doubt(before, fresh.shifts, fresh.checked_at) if before else ""
    if before is None or not doubt:
        return fresh
    is_old = before.problem == doubt and before.failing_since is not None
    since = before.failing_since if is_old and before.failing_since else fresh.checked_at
    return (
        fresh if fresh.checked_at - since >= _DOUBTED_FOR else failed(before, before.schedule, doubt, fresh.checked_at)
    )


def failed(before: FeedCopy | None, schedule: str, problem: str, at: datetime) -> FeedCopy:
    """Return the copy before, with what is wrong with the feed and since when it gives nothing usable."""
    copy = before or FeedCopy(schedule=schedule, checked_at=at)
    is_same = copy.problem == problem or (copy.problem not in _DOUBTS and problem not in _DOUBTS)
    since = copy.failing_since if is_same and copy.failing_since else at
    return copy.model_copy(update={"checked_at": at, "problem": problem, "failing_since": since})


def _doubt(before: FeedCopy, shifts: Sequence[FeedShift], at: datetime) -> str:
    end = at + _LOOKED_AT
    old, new = _covered(before.shifts, at, end), _covered(shifts, at, end)
    if new < old / 2:
        return LOST_SHIFTS
    return MOVED if _is_moved(before.shifts, shifts, at, end) else ""


def _covered(shifts: Sequence[FeedShift], start: datetime, end: datetime) -> timedelta:
    """Return how much of a period has a shift."""
    covered, until = timedelta(), start
    for one in sorted(shifts, key=lambda one: one.start):
        first, last = max(one.start, until), min(one.end, end)
        if first < last:
            covered, until = covered + (last - first), last
    return covered


def _is_moved(old: Sequence[FeedShift], new: Sequence[FeedShift], at: datetime, end: datetime) -> bool:
    """True if every shift to come has the same person, and starts and ends later or earlier by the same length of time."""
    coming = [one for one in old if at + _LARGEST_MOVE < one.start < end - _LARGEST_MOVE]
    fresh = {(one.person, one.layer, one.start, one.end) for one in new}
    if len(coming) < _FEWEST:
        return False
    first = coming[0]
    same = (one.start - first.start for one in new if one.person == first.person)
    moves = [move for move in same if timedelta() < abs(move) <= _LARGEST_MOVE]
    is_there = all((one.person, one.layer, one.start, one.end) in fresh for one in coming)
    return not is_there and any(
        all((one.person, one.layer, one.start + move, one.end + move) in fresh for one in coming) for move in moves
    )
