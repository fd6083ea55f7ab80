"""Faults and gaps of the on-call schedules of a policy: names that name nothing, hours without people, rotations that overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from bot.config.validation_words import did_you_mean
from bot.config.yaml_positions import Path
from incident.policy import SCHEDULE_TARGET, Policy
from incident.rules.service_contacts import schedule_named
from roles.person_ids import slack_user
from roles.schedules.local_time import local_time
from roles.schedules.people_on_call import Via, who
from roles.schedules.rotation_turns import turn_at
from roles.schedules.schedule_rules import RotationRules, ScheduleRules
from roles.schedules.shifts import Shift, shifts

_LOOKED_AT: Final = timedelta(weeks=5)


def scheduled_ids(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield every id of a person in the schedules, with its path."""
    for name, rules in policy.schedules.items():
        path = ("schedules", name)
        yield from [((*path, "owner"), rules.owner)] if rules.owner else ()
        yield from _listed((*path, "people"), rules.people)
        for i, shift in enumerate(rules.fixed_shifts):
            yield from _listed((*path, "fixed_shifts", i, "people"), shift.people)
        for key, rotation in rules.rotations.items():
            yield from _listed((*path, "rotations", key, "participants"), rotation.participants)
            for i, change in enumerate(rotation.changes):
                yield from _listed((*path, "rotations", key, "changes", i, "participants"), change.participants)


def level_targets(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield the target of every level of the escalation policies, with its path."""
    for name, levels in policy.ladders.items():
        yield from _listed(("ladders", name, "rungs"), levels.rungs)


def schedule_faults(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield what makes a schedule, or what refers to one, unusable."""
    for name, service in policy.services.items():
        if service.schedule is not None and service.roster is not None:
            yield ("services", name, "schedule"), "is given, and so is a list of `rosters`: keep one of the two"
    for path, target in level_targets(policy):
        used = target.removeprefix(SCHEDULE_TARGET)
        if target != used and used not in policy.schedules:
            near = did_you_mean(used, policy.schedules)
            yield path, f"names a schedule that does not exist: {used}{near}"
    for name, rules in policy.schedules.items():
        yield from _of_schedule(("schedules", name), rules)


def schedule_gaps(policy: Policy, today: date) -> Iterator[tuple[Path, str]]:
    """Yield the hours of the next five weeks in which no one is on call by a schedule, or two rotations are and one should be."""
    start = datetime.combine(max(today, policy.effective), time(), UTC)
    for name, rules in policy.schedules.items():
        schedule = schedule_named(name, policy, "")
        # What a feed has is known to the running Muster only.
        found = shifts(schedule, start, start + _LOOKED_AT) if schedule and not rules.has_feed else ()
        zone = rules.time_zone or policy.time_zone
        holes = [shift for shift in found if not shift.people]
        if holes and names_people(rules) and rules.around_the_clock:
            yield (
                ("schedules", name),
                f"No one is on call for {name} {period_words(holes, zone)}. Add `people` or hours, "
                "or write `around_the_clock: false` if that is meant.",
            )
        doubled = [shift for shift in found if len(_rotations(shift)) > 1]
        if doubled and not rules.overlap:
            yield (
                ("schedules", name, "rotations"),
                f"The rotations {' and '.join(_rotations(doubled[0]))} of {name} are both on call {period_words(doubled, zone)}. "
                "Change their hours, give one a higher `layer`, or write `overlap: true` if both are meant.",
            )


def moved_shifts(before: Policy, after: Policy, at: datetime) -> tuple[str, ...]:
    """Return the schedules of both policies by which other people are on call at a moment than before the change.

    What moves them unseen, `moved_turns`, is refused; a fixed shift or a change that holds now may be meant.
    """
    both = (name for name in after.schedules if name in before.schedules)
    return tuple(name for name in both if _people_at(name, before, at) != _people_at(name, after, at))


def moved_turns(before: Policy, after: Policy, at: datetime) -> Iterator[tuple[Path, str]]:
    """Yield each edit in place of a rotation that moves whose turn it is at a moment (UTC).

    People are numbered from the start of the rotation, so that one who is added, removed or moved shifts everyone behind. A
    change with its own `effective` says who starts, and is no edit in place.
    """
    for name, rules in after.schedules.items():
        was = before.schedules.get(name)
        rotations = was.rotations if was else {}
        for key in (one for one in rules.rotations if one in rotations):
            edited = _edited(rotations[key], rules.rotations[key])
            old, new = (_turn_of(name, key, policy, at) for policy in (before, after))
            if edited and old and new and old != new:
                yield (
                    ("schedules", name, "rotations", key, *edited),
                    f"would take the shift of now from {old} and give it to {new}. Put it back, and add a change with its own "
                    f"`effective` and `starts_with` ({old} to move no one)",
                )


def _edited(before: RotationRules, after: RotationRules) -> Path:
    """Return what was edited in place: the path of a key that existed before; empty for nothing."""
    for key in ("participants", "start", "every", "time_zone"):
        if getattr(before, key) != getattr(after, key):
            return (key,)
    known = {change.effective: change for change in before.changes}
    for i, change in enumerate(after.changes):
        if known.get(change.effective, change) != change:
            return ("changes", i)
    return ()


def _turn_of(name: str, key: str, policy: Policy, at: datetime) -> str | None:
    schedule = schedule_named(name, policy, "")
    rotations = (one for one in schedule.rotations if one.name == key) if schedule else ()
    turn = next((turn_at(one, at) for one in rotations), None)
    return (slack_user(turn.person) or turn.person) if turn else None


def _people_at(name: str, policy: Policy, at: datetime) -> tuple[str, ...]:
    schedule = schedule_named(name, policy, "")
    return tuple(one.person for one in who(schedule, at)) if schedule else ()


def names_people(rules: ScheduleRules) -> bool:
    """True if a schedule names any person at all."""
    return bool(rules.people or rules.rotations or rules.fixed_shifts or rules.has_feed)


def _of_schedule(path: Path, rules: ScheduleRules) -> Iterator[tuple[Path, str]]:
    feeds = [key for key in ("ical", "pagerduty", "jsm") if getattr(rules, key)]
    for key in feeds[1:]:
        yield (*path, key), f"is given, and so is `{feeds[0]}`: keep one of the two"
    if feeds and rules.rotations:
        yield (*path, "rotations"), f"are given, and so is `{feeds[0]}`: the shifts come from the one or the other"
    for i, shift in enumerate(rules.fixed_shifts):
        if shift.end <= shift.start:
            yield (*path, "fixed_shifts", i, "end"), "is not after `start`"
    for key, rotation in rules.rotations.items():
        yield from _of_rotation((*path, "rotations", key), rotation)


def _of_rotation(path: Path, rotation: RotationRules) -> Iterator[tuple[Path, str]]:
    starts = [rotation.start, *(change.effective for change in rotation.changes)]
    for i, (before, after) in enumerate(pairwise(starts)):
        if after <= before:
            yield (*path, "changes", i, "effective"), "is not after the start before it: put the changes in their order"
    for i, change in enumerate(rotation.changes):
        if change.starts_with is not None and change.starts_with not in change.participants:
            yield (*path, "changes", i, "starts_with"), f"is none of the participants: {change.starts_with}"


def _listed(path: Path, members: Sequence[str]) -> Iterator[tuple[Path, str]]:
    yield from (((*path, i), member) for i, member in enumerate(members))


def _rotations(shift: Shift) -> list[str]:
    return [one.reason.rotation for one in shift.people if one.reason.via is Via.ROTATION]


def period_words(found: Iterable[Shift], zone: str) -> str:
    """Return the first of some periods on the clock of a zone, and how many more there are."""
    first, *others = found
    start, end = local_time(first.start, zone), local_time(first.end, zone)
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a %d %b %H:%M}"
    more = f", and {len(others)} more {'time' if len(others) == 1 else 'times'} in five weeks" if others else ""
    return f"from {start:%a %d %b %H:%M} to {until} ({zone}){more}"
