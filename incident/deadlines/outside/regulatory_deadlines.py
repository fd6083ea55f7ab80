"""Deadlines of reports to regulators: what must be decided, and each clock that runs. An ended incident has the latter too."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.resumption import latest
from incident.model.incident import Incident
from incident.model.outside_records import RegulatoryClock
from incident.policy import Policy
from incident.rules.outside.clock_starts import needs_decisions, undecided_regimes
from incident.rules.outside.personal_data import affects_personal_data, screened_since
from incident.states import VOID, State
from roles.person_ids import PersonId, person_named
from roles.role_names import Role

_DECIDED_BY: Final = timedelta(hours=2)
_SCREENED_BY: Final = timedelta(minutes=30)
_SCREENED_AGAIN: Final = timedelta(hours=4)
_NONE_DUE: Final = VOID | {State.CLOSED, State.DRILL_ENDED}
_NOTHING_REPORTED: Final = VOID | {State.DRILL_ENDED}


def screening(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt for the decisions on the regimes in force of a major or a security incident, or one that affects personal data (S2-29).

    At once those who may decide, after two hours the commander too; then every four hours. A drill has none.
    """
    since = _screened_since(incident)
    if since is None or incident.drill or incident.state in _NONE_DUE or not undecided_regimes(incident):
        return ()
    whom = who_decides(incident, policy)
    commander = incident.holder(Role.COMMANDER)
    steps = (
        PromptStep(since, "screening", whom),
        PromptStep(since + _DECIDED_BY, "screening", each_once(*whom, commander)),
    )
    return (Deadline(key_of("screening", since), since + _DECIDED_BY, steps, timedelta(hours=4)),)


def personal_data(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt for the answer whether personal data are affected, in a security incident or once a text has words that may mean it (S2-22).

    At once the privacy officer or, without one, those who may decide; after half an hour the commander too; then every four
    hours. After the answer that it is not known yet the prompt comes again in four hours. A drill has none.
    """
    since = screened_since(incident)
    if since is None or incident.drill or incident.state in _NONE_DUE:
        return ()
    if incident.screenings:
        since += _SCREENED_AGAIN
    since = latest(incident, since)
    officer = privacy_officer(incident, policy)
    whom = (officer,) if officer else who_decides(incident, policy)
    commander = incident.holder(Role.COMMANDER)
    steps = (
        PromptStep(since, "personal_data", whom),
        PromptStep(since + _SCREENED_BY, "personal_data", each_once(*whom, commander)),
    )
    return (Deadline(key_of("personal_data", since), since + _SCREENED_BY, steps, _SCREENED_AGAIN),)


def running_clocks(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt for each report whose clock runs: at half of its time, at our own due time, and when it is due by law.

    Asked are those who may submit it; from our own due time on the commander and the manager of information security too.
    Overdue, the prompt comes back every hour. A drill has none.
    """
    if incident.state in _NOTHING_REPORTED or incident.drill:
        return ()
    return tuple(_clock(incident, policy, clock) for clock in incident.clocks if clock.is_running)


def who_decides(incident: Incident, policy: Policy) -> tuple[PersonId, ...]:
    """Return who may decide on reports, as far as the policy names people; else the commander, or the contact.

    The members of user groups are known to Slack only.
    """
    team = incident.key.team
    members = [member for group in policy.authority.obligation for member in policy.groups.get(group, ())]
    named = each_once(*(person_named(team, member) for member in (*members, policy.people.privacy_officer) if member))
    return named or each_once(incident.holder(Role.COMMANDER) or incident.contact)


def privacy_officer(incident: Incident, policy: Policy) -> PersonId | None:
    """Return the privacy officer whom the policy names."""
    officer = policy.people.privacy_officer
    return person_named(incident.key.team, officer) if officer else None


def _clock(incident: Incident, policy: Policy, clock: RegulatoryClock) -> Deadline:
    whom = who_decides(incident, policy)
    manager = policy.people.isms_manager
    security = person_named(incident.key.team, manager) if manager else None
    more = each_once(*whom, incident.holder(Role.COMMANDER), security)
    steps = (
        PromptStep(clock.trigger_at + (clock.due_at - clock.trigger_at) / 2, "clock", whom),
        PromptStep(clock.internal_due_at, "clock", more),
        PromptStep(clock.due_at, "clock", more),
    )
    return Deadline(key_of("clock", clock.n), clock.due_at, steps, timedelta(hours=1), about=clock.id)


def _screened_since(incident: Incident) -> datetime | None:
    """Return when it became an incident whose regimes must be decided on (UTC), None if it is none."""
    personal_at = affects_personal_data(incident)
    if not needs_decisions(incident):
        return latest(incident, personal_at) if personal_at else None
    major_at = incident.times.major_declared_at
    security_at = next((item.at for item in reversed(incident.types) if item.type == "security"), None)
    moments = [at for at in (major_at if incident.major else None, security_at, personal_at) if at is not None]
    return latest(incident, min(moments)) if moments else latest(incident, incident.last_entry_at)
