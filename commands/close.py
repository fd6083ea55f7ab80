"""`close`: completes the record. Refused until every closure criterion is met; the refusal says how to meet each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from commands.core.preconditions import refuse_without
from commands.core.rules.after_incident.follow_up import asked_at_closing
from commands.core.verb import Decided, DecisionContext, Group, Verb
from incident.entries.closure import ClosureWarned
from incident.entries.lifecycle import StateChanged
from incident.model.state_transitions import refusal_to
from incident.refusal import Code, Refusal
from incident.rules.business_days import holidays_end
from incident.rules.closure_criteria import Unmet, unchecked_recoveries, unmet
from incident.rules.small_incidents import is_small
from incident.states import State


class Close(Verb):
    """Close a resolved incident; if something is missing, the reply says what and how to add it."""

    name = "close"
    group = Group.PROVE
    drastic = True

    def view(self, now: DecisionContext) -> date | None:
        """Return the last day whose holidays are known if the cause or the sign-off is due after it."""
        after = now.open.aftermath
        due = [one for one in (after.rca.due_at if after.rca else None, after.sign_off.due_at) if one is not None]
        return holidays_end(max(due), now.policy.work_hours) if due else None

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Close a resolved incident with the authority the policy names and no criterion unmet."""
        state = now.open.state
        if refusal_to(self.intent, now.open):
            small = "yes" if is_small(now.open, now.policy) else ""
            raise Refusal(Code.STATE, "close_not_resolved", state=state, is_small=small)
        refuse_without(now, "close_not_yours", now.policy.authority.close)
        missing = unmet(now.open, now.policy)
        if missing:
            codes = tuple(dict.fromkeys(one.code for one in missing))
            raise Refusal(Code.CLOSE_INCOMPLETE, "close_incomplete", missing=codes, also=(), **_as_data(missing))
        closed = StateChanged(old=state, new=State.CLOSED)
        unchecked = unchecked_recoveries(now.open) if now.policy.clean_recovery == "warn" else ()
        warned = (ClosureWarned(about="clean_recovery", lacking=unchecked),) if unchecked else ()
        return (closed, *warned, *asked_at_closing(now))


def _as_data(missing: Iterable[Unmet]) -> dict[str, str]:
    """Return what each criterion lacks: `needs` and names apart by spaces, several things by semicolons."""
    data: dict[str, list[str]] = {}
    for one in missing:
        data.setdefault(one.code, []).append(" ".join((one.needs, *one.names)))
    return {code: ";".join(several) for code, several in data.items()}


def read_unmet(facts: Iterable[tuple[str, str]], missing: Iterable[str]) -> tuple[Unmet, ...]:
    """Return what the unmet criteria of a stored outcome lack; `needs` picks the sentence in templates/slack/closure.yaml."""
    needs = dict(facts)
    parts = [(code, one.split(" ")) for code in missing for one in needs.get(code, code.lower()).split(";")]
    return tuple(Unmet(code=code, needs=text[0], names=tuple(text[1:])) for code, text in parts)
