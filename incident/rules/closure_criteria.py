"""The closure criteria: each one that is not met, in order, with what would meet it (S1-09, S1-91). Knows no text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from incident.frozen import Frozen
from incident.model.incident import Incident
from incident.policy import Criteria, Policy, ResolutionRule
from incident.rules.outside.clock_starts import needs_decisions, undecided_regimes
from incident.rules.seen_length import seen_length
from roles.role_names import Role

OWNER_CONFIRMED: Final = "service_owner_confirmed"
_SEEN_BY_RESPONDERS: Final = "monitoring_verified"


class Unmet(Frozen):
    """An unmet criterion. `needs` names the sentence of what would meet it; `names` fill it in."""

    code: str
    needs: str
    names: tuple[str, ...] = ()


def unmet(incident: Incident, policy: Policy) -> tuple[Unmet, ...]:
    """Return everything that closing lacks, in the order of the record. A criterion may lack several things."""
    found = (rule(incident, policy) for rule in _CRITERIA)
    return tuple(one for one in found if one is not None)


def text_meets(text: str, rule: ResolutionRule) -> bool:
    """True if a resolution text meets the policy: long enough, and not only one of the banned words (S1-54)."""
    stripped = text.strip()
    return seen_length(stripped) >= rule.min_chars and stripped.rstrip(".!").casefold() not in rule.banned


def criteria(incident: Incident, policy: Policy) -> Criteria:
    """Return the validation criteria needed: those of the first kind that applies."""
    kinds = policy.validation
    if incident.type == "security":
        return kinds.security
    if incident.type == "data":
        return kinds.data
    if incident.type == "third_party":
        return kinds.third_party
    return kinds.it_major if incident.major else kinds.it_minor


def validated(incident: Incident) -> frozenset[str]:
    """Return the criteria with evidence since the last restoration; older evidence does not count (S1-16)."""
    since = incident.times.restored_at
    if since is None:
        return frozenset()
    return frozenset(v.criterion for v in incident.validations if (v.effective_at or v.at) >= since)


def lacks_owner(incident: Incident, policy: Policy) -> bool:
    """True if closing waits for the service owner: their confirmation is needed, or the word of one who uses the service.

    Where what the responders see themselves is enough, no one waits for it.
    """
    needed, shown = criteria(incident, policy), validated(incident)
    if OWNER_CONFIRMED in needed.all and OWNER_CONFIRMED not in shown:
        return True
    is_open = OWNER_CONFIRMED in needed.any and not shown.intersection(needed.any)
    return is_open and _SEEN_BY_RESPONDERS not in needed.any


def _resolution(incident: Incident, policy: Policy) -> Unmet | None:
    if incident.resolution is None:
        return Unmet(code="RESOLUTION", needs="resolution")
    if incident.resolution.meets_rule or incident.workarounds:
        return None
    return Unmet(code="RESOLUTION", needs="resolution_text", names=(str(policy.resolution.min_chars),))


def _validation_of_all(incident: Incident, policy: Policy) -> Unmet | None:
    shown = validated(incident)
    missing = tuple(c for c in criteria(incident, policy).all if c not in shown)
    return Unmet(code="VALIDATION", needs="validation_all", names=missing) if missing else None


def _validation_of_any(incident: Incident, policy: Policy) -> Unmet | None:
    needed = criteria(incident, policy).any
    is_shown = not needed or validated(incident).intersection(needed)
    return None if is_shown else Unmet(code="VALIDATION", needs="validation_any", names=needed)


def unchecked_recoveries(incident: Incident) -> tuple[str, ...]:
    """Return the ids of the recoveries of which nothing shows that they are clean: a backup restored, a patch put in (S2-24)."""
    return tuple(one.id for one in incident.recoveries if one.lacks_check)


def _clean_recovery(incident: Incident, policy: Policy) -> Unmet | None:
    missing = unchecked_recoveries(incident) if policy.clean_recovery == "refuse" else ()
    return Unmet(code="VALIDATION", needs="clean_recovery", names=("integrity_verified", *missing)) if missing else None


def _category(incident: Incident, policy: Policy) -> Unmet | None:
    return None if incident.category_confirmed else Unmet(code="CATEGORY", needs="confirm_category")


def _priority(incident: Incident, policy: Policy) -> Unmet | None:
    return None if incident.priority_confirmed else Unmet(code="PRIORITY", needs="confirm_priority")


_MILESTONES: Final = ("started_at", "detected_at", "logged_at", "acknowledged_at", "restored_at", "resolved_at")


def _times_known(incident: Incident, policy: Policy) -> Unmet | None:
    missing = tuple(name for name in _MILESTONES if getattr(incident.times, name) is None)
    return Unmet(code="TIMELINE", needs="times", names=missing) if missing else None


def _times_in_order(incident: Incident, policy: Policy) -> Unmet | None:
    wrong = next(iter(incident.times.out_of_order), None)
    return Unmet(code="TIMELINE", needs="times_in_order", names=wrong) if wrong else None


def _offers(incident: Incident, policy: Policy) -> Unmet | None:
    roles = tuple(offer.role for offer in incident.offers)
    return Unmet(code="HANDOFFS", needs="handover_pending", names=roles) if roles else None


def _command(incident: Incident, policy: Policy) -> Unmet | None:
    if not incident.major:
        return None
    if not any(i.role == Role.COMMANDER for i in incident.roles):
        return Unmet(code="HANDOFFS", needs="no_commander")
    longest = timedelta(minutes=policy.roles.commander_gap_max_minutes)
    gaps = [g for g in incident.commander_gaps if g.until is None or g.until - g.since > longest]
    return Unmet(code="HANDOFFS", needs="commander_gap") if gaps else None


def _owner(incident: Incident, policy: Policy) -> Unmet | None:
    return Unmet(code="HANDOFFS", needs="owner_left") if incident.owner_left is not None else None


def _links(incident: Incident, policy: Policy) -> Unmet | None:
    needed = incident.priority in policy.links_needed
    return Unmet(code="LINKS", needs="link") if needed and not incident.links and not incident.link_none else None


def _temp_fix(incident: Incident, policy: Policy) -> Unmet | None:
    loose = [f for f in incident.temp_fixes if f.removed_at is None and (f.owner is None or f.remove_by is None)]
    return Unmet(code="TEMPFIX", needs="temp_fix", names=tuple(f.id for f in loose)) if loose else None


def _final_comms(incident: Incident, policy: Policy) -> Unmet | None:
    told = [a for a in incident.audiences if (a.ever_owed or a.posts) and not a.held]
    open_ended = tuple(str(a.audience) for a in told if a.final_at is None)
    return Unmet(code="FINAL_COMMS", needs="final_update", names=open_ended) if incident.major and open_ended else None


def _obligations(incident: Incident, policy: Policy) -> Unmet | None:
    undecided = undecided_regimes(incident) if needs_decisions(incident) else ()
    return Unmet(code="OBLIGATIONS", needs="regimes", names=undecided) if undecided else None


def _third_party(incident: Incident, policy: Policy) -> Unmet | None:
    lacks = incident.type == "third_party" and not incident.provider_cases
    return Unmet(code="THIRD_PARTY", needs="provider_case") if lacks else None


def _review(incident: Incident, policy: Policy) -> Unmet | None:
    return Unmet(code="PIR_SCHEDULED", needs="review") if incident.major and incident.review is None else None


_CRITERIA: Final[tuple[Callable[[Incident, Policy], Unmet | None], ...]] = (
    _resolution,
    _validation_of_all,
    _validation_of_any,
    _clean_recovery,
    _category,
    _priority,
    _times_known,
    _times_in_order,
    _offers,
    _command,
    _owner,
    _links,
    _temp_fix,
    _final_comms,
    _obligations,
    _third_party,
    _review,
)
