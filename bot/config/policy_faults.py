"""Faults of a policy that its types cannot express: approval, gaps in tables, names that name nothing, empty values.

Each is the path of a value and what is wrong with it. What an organisation may leave open on purpose is in `policy_gaps`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import product
from typing import Any, Final

from bot.config.outside.holiday_calendars import is_known
from bot.config.outside.regime_faults import regime_faults
from bot.config.outside.vendor_faults import vendor_faults, vendor_ids
from bot.config.rules.classification_faults import classification_faults
from bot.config.rules.intake_faults import intake_faults
from bot.config.rules.rule_faults import rule_faults
from bot.config.schedule_faults import level_targets, schedule_faults, scheduled_ids
from bot.config.validation_words import did_you_mean, not_among
from bot.config.yaml_positions import Path, YamlDocument
from commands.core.fields.choices import CRITERIA, NOT_COUNTED
from commands.core.fields.field_types import INCIDENT_TYPES
from incident.policy import GROUPS, SCHEDULE_TARGET, Policy
from incident.rules.updates import update_template
from incident.states import Priority
from roles.role_names import Role

PolicyFault = tuple[Path, str]

_SLACK_ID: Final = re.compile(r"[UWS][A-Z0-9]+")
_PERSON_ID: Final = re.compile(r"[UW][A-Z0-9]+")
# A name as Slack has it (no capitals, no spaces, no dots), or an id.
_CHANNEL: Final = re.compile(r"#?[^\sA-Z#.:/@<>]{1,80}|[CG][A-Z0-9]+")
# The keys under which a user group may be written where a person may.
_GROUPS_ALLOWED: Final = frozenset({"groups", "rosters", "services"})
_LEVELS: Final = (1, 2, 3)
_TYPES: Final = tuple(slug for slug, _ in INCIDENT_TYPES)
_CUT_BY_COMMENT: Final = re.compile(r"(?P<before>[^#]*[:-])\s+(?P<value>#[^\s#]+)")
_UNAPPROVED: Final = "is empty: a policy without approval never becomes active"
_UNOWNED: Final = "is empty: a policy needs an owner who answers for it"
_EMPTY: Final[dict[Path, str]] = {("approver",): _UNAPPROVED, ("owner",): _UNOWNED}


def faults(policy: Policy, today: date) -> Iterator[PolicyFault]:
    """Yield the faults with which no policy becomes or stays active."""
    yield from _approval(policy, today)
    yield from _tables(policy)
    yield from _services(policy)
    yield from _retention(policy)
    yield from _bad_ids(policy)
    yield from _unknown_authorities(policy)
    yield from _updates(policy)
    yield from schedule_faults(policy)
    yield from vendor_faults(policy)
    yield from rule_faults(policy)
    yield from classification_faults(policy)
    yield from intake_faults(policy)


def contradictions(policy: Policy) -> Iterator[PolicyFault]:
    """Yield names that name nothing, so that a rule would silently never hold, or a criterion never be met."""
    if not policy.services:
        yield ("services",), "names no service, so nothing could be declared. Name one"
    if not policy.version.strip():
        yield ("version",), "is empty: each incident records the version that it followed"
    for i, word in enumerate(policy.resolution.banned):
        if not word.strip():
            yield ("resolution", "banned", i), "is empty: a word that is not allowed has letters. Take it out"
    yield from _channels(policy)
    yield from regime_faults(policy)
    calendar = policy.business_hours.calendar
    if calendar is not None and not is_known(calendar):
        yield (
            ("business_hours", "calendar"),
            f"names no calendar of holidays: {calendar}. Give a country, as in DE, or a part of it, as in DE-BE",
        )
    yield from _unknown(("restricted_types",), policy.restricted_types, _TYPES)
    for kind, criteria in policy.validation:
        for part, names in criteria:
            yield from (
                (("validation", kind, part, i), why) for i, name in enumerate(names) if (why := _criterion(name))
            )


def empty_value(document: YamlDocument, path: Path, text: str) -> str:
    """Return what to do about a key without a value, such as the one of `incidents_channel: #incidents`."""
    line = text.splitlines()[document.error_at(path, "").line - 1]
    cut = _CUT_BY_COMMENT.match(line)
    if cut is not None:
        quoted = f'{cut["before"].strip()} "{cut["value"]}"'
        return f"is empty, because YAML takes {cut['value']} for a comment. Put it in quotes: {quoted}"
    return _EMPTY.get(path, "is empty. Give it a value, or take the line out")


def _unknown(path: Path, names: Iterable[str], known: Iterable[str]) -> Iterator[PolicyFault]:
    listed = tuple(known)
    yield from (((*path, i), not_among(name, listed)) for i, name in enumerate(names) if name not in listed)


def _channels(policy: Policy) -> Iterator[PolicyFault]:
    """Names that no channel of Slack can have."""
    places: dict[Path, str | None] = {(key,): getattr(policy, key) for key in ("incidents_channel", "audit_channel")}
    places["digest", "channel"] = policy.digest.channel
    places |= {("audiences", audience): place for audience, place in policy.audiences.items()}
    for path, place in places.items():
        if place and not _CHANNEL.fullmatch(place):
            yield path, f'can be no channel: {place}. Use a name like "#incidents", or the id of a channel'


def _criterion(name: str) -> str:
    """Return what is wrong with a criterion. An organisation may have its own; a near miss of ours is a slip."""
    if name == NOT_COUNTED:
        return "never counts, since a provider's all-clear proves nothing about your service. Take it out"
    known = [one for one, _ in CRITERIA]
    near = did_you_mean(name, known)
    return "" if name in known or not near else f"is {name}, which no form offers{near}"


def _tables(policy: Policy) -> Iterator[PolicyFault]:
    for impact, urgency in product(_LEVELS, _LEVELS):
        if urgency not in policy.matrix.get(impact, {}):
            yield ("matrix", impact), f"gives no priority for impact {impact} and urgency {urgency}"
    for priority in Priority:
        if priority not in policy.targets:
            yield ("targets",), f"gives no targets for {priority}"


def _services(policy: Policy) -> Iterator[PolicyFault]:
    for key, defined in people_lists(policy):
        for name, service in policy.services.items():
            used = getattr(service, key)
            if used is not None and used not in defined:
                yield ("services", name, key), f"names a {key} that does not exist: {used}{did_you_mean(used, defined)}"


def people_lists(policy: Policy) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Return the lists of people that services name, under the key of a service that names one."""
    return ("schedule", policy.schedules), ("roster", policy.rosters), ("ladder", policy.ladders)


def _retention(policy: Policy) -> Iterator[PolicyFault]:
    """A misspelt type would be deleted too early."""
    if "default" not in policy.retention:
        yield ("retention",), "gives no `default`: say how many years, or null for ever"
    for name in policy.retention:
        if name not in ("default", *_TYPES):
            yield ("retention", name), f"is no type of incident; those are {', '.join(_TYPES)}"


def _approval(policy: Policy, today: date) -> Iterator[PolicyFault]:
    if not policy.approver.strip():
        yield ("approver",), _UNAPPROVED
    if not policy.owner.strip():
        yield ("owner",), _UNOWNED
    if policy.effective > today:
        yield ("effective",), f"is in the future: this policy takes effect on {policy.effective.isoformat()}"


def named_ids(policy: Policy) -> Iterator[tuple[Path, str]]:
    """Yield every Slack id in a policy with its path."""
    for part, lists in (("groups", policy.groups), ("rosters", policy.rosters)):
        for name, members in lists.items():
            yield from _each((part, name), members)
    for office, person in named_people(policy):
        yield from (((("people", office), person),) if isinstance(person, str) else _each(("people", office), person))
    yield from ((path, one) for path, one in level_targets(policy) if not one.startswith(SCHEDULE_TARGET))
    yield from scheduled_ids(policy)
    yield from vendor_ids(policy)
    for name, service in policy.services.items():
        if service.owner:
            yield ("services", name, "owner"), service.owner
        yield from _each(("services", name, "users"), service.users)


def named_people(policy: Policy) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield the offices of `people` that are filled, with their holders."""
    yield from ((office, held) for office, held in policy.people if held)


def _each(path: Path, members: Iterable[str]) -> Iterator[tuple[Path, str]]:
    yield from (((*path, i), member) for i, member in enumerate(members))


def _bad_ids(policy: Policy) -> Iterator[PolicyFault]:
    for path, who in named_ids(policy):
        is_person = path[0] not in _GROUPS_ALLOWED and path[:2] != ("people", "steering")
        if is_person and not _PERSON_ID.fullmatch(who):
            yield path, f"is no person's Slack id (U… or W…): {who}"
        elif not _SLACK_ID.fullmatch(who):
            yield path, f"is no Slack id (U…, W… or S…): {who}"


def _unknown_authorities(policy: Policy) -> Iterator[PolicyFault]:
    """Yield authorities that are neither a role nor a group: no person could ever have them."""
    for act, words in policy.authority.model_dump().items():
        yield from _neither_role_nor_group(policy, ("authority", act), words)


def _neither_role_nor_group(policy: Policy, path: Path, words: Iterable[str]) -> Iterator[PolicyFault]:
    known = {*Role, *GROUPS, *policy.groups}
    yield from (
        ((*path, i), f"names neither a role nor a group: {word}{did_you_mean(word, known)}")
        for i, word in enumerate(words)
        if word not in known
    )


def _updates(policy: Policy) -> Iterator[PolicyFault]:
    """Yield templates of updates that cannot be filled in, and approvals that no person could ever give."""
    for audience, template in policy.update_templates.items():
        yield from ((("update_templates", audience), fault) for fault in update_template.faults(template))
    for audience, approval in policy.update_approvals.items():
        yield from _neither_role_nor_group(policy, ("update_approvals", audience, "by"), approval.by)
        if not approval.by:
            yield ("update_approvals", audience, "by"), "names no one who approves. Name a role or a group"
