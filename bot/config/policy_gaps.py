"""What a valid policy leaves open that an incident will need, or that contradicts itself. Each is a path and a sentence.

None of it keeps a policy from becoming active: an organisation may mean it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Final

from bot.config.policy_faults import PolicyFault, named_ids, named_people, people_lists
from bot.config.rules.classification_faults import classification_gaps
from bot.config.rules.rule_faults import rule_gaps
from bot.config.schedule_faults import level_targets, names_people, schedule_gaps
from bot.config.validation_words import did_you_mean
from incident.policy import GROUPS, SCHEDULE_TARGET, People, Policy
from incident.states import Audience
from roles.role_names import Role

_NAMES_SHOWN: Final = 5
_HOLIDAYS_AHEAD: Final = timedelta(days=60)
# Of `people`, those whom no rule asks, calls or tells yet.
_UNUSED: Final = frozenset({"controls_owner"})
_TOLD_OUTSIDE: Final = (Audience.EXEC, Audience.CUSTOMER, Audience.REGULATOR)


def gaps(policy: Policy, today: date) -> Iterator[PolicyFault]:
    """Yield every gap and contradiction, those that leave people unreached first."""
    yield from _audiences(policy)
    yield from _people(policy)
    yield from _unattached(policy)
    yield from _repeated(policy)
    yield from rule_gaps(policy)
    yield from schedule_gaps(policy, today)
    yield from _holidays(policy, today)
    yield from _authority(policy)
    yield from _unused_groups(policy)
    yield from classification_gaps(policy)
    yield from _numbers(policy)
    if policy.regimes and not any(policy.groups.get(group) for group in policy.authority.obligation):
        yield (
            ("regimes",),
            "No one may decide on reports to regulators: `groups` names no one in "
            f"{_some(policy.authority.obligation)}, so no major incident can be closed.",
        )


def _holidays(policy: Policy, today: date) -> Iterator[PolicyFault]:
    """A list of holidays that ends soon: due dates after it leave out weekends alone."""
    until = policy.business_hours.holidays_until
    if until is not None and until < today + _HOLIDAYS_AHEAD:
        yield (
            ("business_hours", "holidays"),
            f"The holidays end on {until.isoformat()}: due dates after that leave out weekends alone. List those of the next year, or "
            "name a `calendar`.",
        )


def _audiences(policy: Policy) -> Iterator[PolicyFault]:
    """An audience that is owed updates and has no address, or has one and is owed none."""
    for audience in _TOLD_OUTSIDE:
        owed = [priority for priority, cadences in policy.updates.items() if audience in cadences]
        can_be_owed = audience is not Audience.CUSTOMER or any(one.customer_facing for one in policy.services.values())
        if owed and can_be_owed and not (policy.audiences.get(audience) or policy.update_recipients.get(audience)):
            yield (
                ("updates", owed[0], audience),
                f"{_some(owed)} {'owes' if len(owed) == 1 else 'owe'} {audience} updates, and `audiences` names no channel "
                f"for them: no one would read them. Name one, or take {audience} out of `updates`.",
            )
    if policy.audiences.get(Audience.INTERNAL):
        yield (
            ("audiences", "internal"),
            "Responders read their updates in the incident channel; this channel gets none.",
        )
    if policy.audit_channel and policy.audit_channel == policy.incidents_channel:
        yield (
            ("audit_channel",),
            "`audit_channel` is the `incidents_channel`: keep it apart, so that whoever tidies one cannot touch the other.",
        )
    if not policy.incidents_channel:
        yield ("incidents_channel",), "There is no `incidents_channel`: incidents are announced nowhere."


def _people(policy: Policy) -> Iterator[PolicyFault]:
    unowned = [name for name, service in policy.services.items() if not service.owner]
    if unowned:
        yield ("services",), f"No owner for {_some(unowned)}: name one, who is called last and confirms restoration."
    not_escalated = [name for name, service in policy.services.items() if not service.ladder]
    if not_escalated:
        needs = "`/incident escalate` there needs a name until you add one."
        yield ("services",), f"No ladder for {_some(not_escalated)}: {needs}"
    yield from _paging(policy)
    if policy.groups.get("responder") == ():
        yield (
            ("groups", "responder"),
            "The group responder has no members, so no one may act. Add them, or take it out.",
        )
    yield from _not_responders(policy)
    for office in sorted(set(People.model_fields) - _UNUSED - {office for office, _ in named_people(policy)}):
        yield (
            ("people", office),
            f"No one is named as {office} under `people`: what that person is to do reaches no one.",
        )


def _paging(policy: Policy) -> Iterator[PolicyFault]:
    """Priorities that page no one by themselves, and those for which someone is woken at night and not called by day."""
    pages = policy.page_priorities
    if not pages.business_hours and not pages.other_hours:
        yield ("page_priorities",), "Muster pages no one by itself: name the priorities at which it should, such as P1."
    elif not pages.other_hours:
        yield (
            ("page_priorities", "other_hours"),
            "At other hours Muster pages no one by itself: name the priorities that wake people, such as P1.",
        )
    if only_at_night := sorted(set(pages.other_hours) - set(pages.business_hours)):
        yield (
            ("page_priorities", "business_hours"),
            f"{', '.join(only_at_night)} pages people at night and not by day. Name it under `business_hours` too.",
        )


def _not_responders(policy: Policy) -> Iterator[PolicyFault]:
    """People who are called and may not act, where `responder` lists people only; a user group may hold anyone."""
    responders = policy.groups.get("responder")
    if responders is None or any(one.startswith("S") for one in responders):
        return
    for path, who in named_ids(policy):
        if path[0] not in ("groups", "people") and not who.startswith("S") and who not in responders:
            yield path, f"{who} is called and is not in the group responder, so they may not act. Add them."


def _unattached(policy: Policy) -> Iterator[PolicyFault]:
    """Lists of people that no service names, or that name no one."""
    for key, lists in people_lists(policy):
        used = {getattr(service, key) for service in policy.services.values()}
        if key == "schedule":
            used |= {target.removeprefix(SCHEDULE_TARGET) for _, target in level_targets(policy)}
        for name, people in lists.items():
            if name not in used:
                yield (
                    (f"{key}s", name),
                    f"No service uses the {key} {name}: write `{key}: {name}` under each that should.",
                )
            if not (names_people(people) if key == "schedule" else getattr(people, "rungs", people)):
                yield (f"{key}s", name), f"The {key} {name} names no one, so no one is called."


def _repeated(policy: Policy) -> Iterator[PolicyFault]:
    """People who are named twice in one list, most likely in the place of another, and groups that name no one."""
    seen: set[tuple[object, ...]] = set()
    for path, who in named_ids(policy):
        if path[0] == "people" and len(path) == 2:  # One person may hold several offices.
            continue
        if (place := (*path[:-1], who)) in seen:
            yield path, f"{who} is named twice in {' '.join(map(str, path[:2]))}. Take one out, or name who was meant."
        seen.add(place)
    for name, members in policy.groups.items():
        if not members and name != "responder":
            yield ("groups", name), f"The group {name} has no members. Add them, or take it out."


def _authority(policy: Policy) -> Iterator[PolicyFault]:
    unheld = [act for act, words in policy.authority.model_dump().items() if not _is_held(policy, words)]
    if unheld:
        acts = ", ".join(act.replace("_", " ") for act in unheld)
        yield ("authority",), f"No one may do this until you fill the groups of `authority`: {acts}."
    if "force_take" in unheld:
        idle = policy.roles.take_over_idle_minutes
        yield (
            ("authority", "force_take"),
            "When a commander stops answering, no one can take over. Name people, or write `force_take: [responder]`: then any "
            f"responder may, with a reason, once the commander was silent for {idle} minutes.",
        )
    for audience, approval in policy.update_approvals.items():
        if not _is_held(policy, approval.by):
            who = ", ".join(approval.by) or "no one"
            yield ("update_approvals", audience), f"No one can approve updates to {audience}: {who} has no members."


def _unused_groups(policy: Policy) -> Iterator[PolicyFault]:
    """Groups that nothing asks for: a name that is misspelt leaves the people of the right one without authority."""
    held = {word for words in policy.authority.model_dump().values() for word in words}
    approving = {word for approval in policy.update_approvals.values() for word in approval.by}
    notified = {word for rule in policy.notify for word in rule.tell} | {rule.call for rule in policy.call_rules}
    asked = {*GROUPS, *held, *approving, *notified}
    for name in policy.groups:
        if name not in asked:
            near = did_you_mean(name, sorted(asked))
            yield ("groups", name), f"Nothing names the group {name}, so it gives its members no authority{near or '.'}"


def _numbers(policy: Policy) -> Iterator[PolicyFault]:
    """Numbers that are valid alone and contradict each other."""
    for priority, target in policy.targets.items():
        if target.ack > target.restore:
            yield ("targets", priority), f"{priority} is to be restored before it is to be acknowledged."
    for higher, lower in pairwise(sorted(policy.targets)):
        if policy.targets[higher].restore > policy.targets[lower].restore:
            yield ("targets", higher), f"{higher} may take longer to restore than {lower}."
    for impact, urgency in product((1, 2, 3), (1, 2)):
        if policy.matrix[impact][urgency] > policy.matrix[impact][urgency + 1]:
            yield (
                ("matrix", impact),
                f"With impact {impact}, urgency {urgency} gives a lower priority than {urgency + 1}.",
            )
        if policy.matrix[urgency][impact] > policy.matrix[urgency + 1][impact]:
            yield (
                ("matrix", urgency),
                f"With urgency {impact}, impact {urgency} gives a lower priority than {urgency + 1}.",
            )
    yield from _promises(policy)


def _promises(policy: Policy) -> Iterator[PolicyFault]:
    rules = policy.update_rules
    for priority, cadences in policy.updates.items():
        longest = rules.promise_max_minutes.get(priority)
        every = max((one.every for one in cadences.values()), default=0)
        if longest is not None and longest < every:
            yield (
                ("update_rules", "promise_max_minutes", priority),
                f"{priority} owes updates every {every} minutes, and the next may be promised within {longest} only.",
            )
        soonest = min((one.every for one in cadences.values()), default=rules.grace_minutes + 1)
        if soonest <= rules.grace_minutes:
            grace = f"an update is late only after {rules.grace_minutes}"
            yield ("update_rules", "grace_minutes"), f"{priority} owes updates every {soonest} minutes, and {grace}."
        first = min((one.first for one in cadences.values()), default=rules.nudge_before_minutes + 1)
        if first <= rules.nudge_before_minutes:
            yield (
                ("updates", priority),
                f"The first update of {priority} is due after {first} minutes, and its reminder comes "
                f"{rules.nudge_before_minutes} minutes before: at the declaration.",
            )


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - _NAMES_SHOWN
    return ", ".join(listed[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _is_held(policy: Policy, words: tuple[str, ...]) -> bool:
    """True if someone can hold one of these: a role, a group with members, or the default group of all responders."""
    by_default = "responder" not in policy.groups and "responder" in words
    return by_default or any(word in set(Role) or policy.groups.get(word) for word in words)
