"""The deadline of a recovery: something shows that what was restored from a backup, or patched, is clean."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.resumption import latest
from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import VOID, State
from roles.role_names import Role

_NEXT: Final = timedelta(minutes=30)
_REPEAT: Final = timedelta(hours=4)


def clean_backups(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt for the check of each recovery that needs one and has none (S2-24), unless the policy allows to leave it out.

    The tech leads, else the commander, else who recorded it; half an hour later the commander too; then every four hours,
    until the incident is closed.
    """
    if policy.clean_recovery == "allow" or incident.drill or incident.state in VOID or incident.state is State.CLOSED:
        return ()
    commander = incident.holder(Role.COMMANDER)
    found = []
    for one in incident.recoveries:
        if not one.lacks_check:
            continue
        since = latest(incident, one.at)
        first = incident.holders(Role.TECH_LEAD) or each_once(commander or one.by)
        steps = (
            PromptStep(since, "clean_backup", first),
            PromptStep(since + _NEXT, "clean_backup", each_once(*first, commander)),
        )
        found.append(Deadline(key_of("clean_backup", one.id), since + _NEXT, steps, _REPEAT, about=one.id))
    return tuple(found)
