"""Deadlines of third parties: a case that is not opened yet, and one of which the provider says nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from incident.deadlines.deadline import Deadline, PromptStep, each_once, key_of
from incident.deadlines.resumption import latest
from incident.model.incident import Incident
from incident.model.outside_records import ProviderCase
from incident.outside.vendors import Vendor
from incident.policy import Policy
from incident.rules.outside.vendor_contacts import contacts_of, vendors_of
from incident.states import RESPONDING, Audience, State
from roles.role_names import Role

_CASE_DUE: Final = timedelta(minutes=10)
_HARMED: Final = RESPONDING - {State.RESTORED}
_UNKNOWN: Final = Vendor()


def cases(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt for the provider's case of an incident of type third party, with how it is opened (S1-60).

    At once the commander, else the contact; after ten minutes the tech leads too, after twenty the owners of the vendors
    too; then every half hour.
    """
    if incident.type != "third_party" or incident.provider_cases or incident.state not in _HARMED:
        return ()
    since = latest(incident, incident.types[-1].at) if incident.types else incident.last_entry_at
    first = each_once(incident.holder(Role.COMMANDER) or incident.contact)
    second = each_once(*first, *incident.holders(Role.TECH_LEAD))
    owners = (one.owner for one in vendors_of(incident, policy))
    steps = (
        PromptStep(since, "case", first),
        PromptStep(since + _CASE_DUE, "case", second),
        PromptStep(since + 2 * _CASE_DUE, "case", each_once(*second, *owners)),
    )
    return (Deadline(key_of("case", since), since + _CASE_DUE, steps, timedelta(minutes=30)),)


def chases(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt to ask a provider without news of an open case for `chase_minutes` (S1-88).

    First who opened the case; after the same time again the vendor's owner and the commander too; then every such time.
    """
    if incident.state not in _HARMED:
        return ()
    return tuple(_chase(incident, policy, case) for case in incident.provider_cases if case.is_open)


def _chase(incident: Incident, policy: Policy, case: ProviderCase) -> Deadline:
    contact = next(iter(contacts_of((case.provider,), policy, incident.key.team)), None)
    allowed = (contact.vendor if contact else _UNKNOWN).chase_minutes
    minutes = allowed.get(incident.priority) if incident.priority else None
    wait = timedelta(minutes=minutes or max(_UNKNOWN.chase_minutes.values()))
    since = latest(incident, case.silent_since)
    both = each_once(case.by, contact.owner if contact else None, incident.holder(Role.COMMANDER))
    steps = (PromptStep(since + wait, "chase", (case.by,)), PromptStep(since + 2 * wait, "chase", both))
    return Deadline(key_of("chase", case.n, since), since + wait, steps, wait, about=case.id)


def outside_words(incident: Incident, policy: Policy) -> tuple[Deadline, ...]:
    """Prompt to log what a provider informed customers of as an update of ours (S1-62), until one was posted since.

    At once the comms lead, else the commander, else the contact; after ten minutes the commander and the person who passes
    on the vendor's news too; then every half hour. Not of an internal service, in a drill, or while updates are on hold.
    """
    ours = incident.audience(Audience.CUSTOMER)
    if incident.state not in _HARMED or not incident.customer_facing or incident.drill or ours.held:
        return ()
    return tuple(
        _outside_word(incident, policy, case, case.informed_at)
        for case in incident.provider_cases
        if case.informed_at is not None and (ours.last_post_at is None or ours.last_post_at < case.informed_at)
    )


def _outside_word(incident: Incident, policy: Policy, case: ProviderCase, at: datetime) -> Deadline:
    contact = next(iter(contacts_of((case.provider,), policy, incident.key.team)), None)
    commands = incident.holder(Role.COMMANDER)
    first = each_once(incident.holder(Role.COMMS_LEAD) or commands or incident.contact)
    since = latest(incident, at)
    second = each_once(*first, commands, contact.comms_owner if contact else None)
    steps = (PromptStep(since, "outside_word", first), PromptStep(since + _CASE_DUE, "outside_word", second))
    return Deadline(key_of("outside_word", case.n, at), since + _CASE_DUE, steps, timedelta(minutes=30), about=case.id)
