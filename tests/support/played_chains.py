"""Incidents made of random sequences of facts that the rules allow, for tests of what always holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from incident.entries.classification import Confirmed
from incident.entries.closure import Validated
from incident.entries.conversation import MessagePosted, Noted
from incident.entries.lifecycle import MajorDeclared, Reopened
from incident.entries.restoration import Resolved, WorkaroundFound
from incident.entries.role_holders import HandoverAccepted, HandoverOffered, RoleAssumed, RoleReleased, RoleTaken
from incident.entries.status_updates import UpdatesHeld, UpdatesReleased
from incident.model.state_transitions import refusal_to
from incident.states import Audience, Priority, State
from roles.role_names import SINGLE, Role
from tests.support.entry_chains import ADA, BEN, CHI, DEV, Chain

PEOPLE, FEW_ROLES = (ADA, BEN, CHI, DEV), (Role.COMMANDER, Role.SCRIBE, Role.TECH_LEAD)
MOVES = {"mitigated": State.MITIGATED, "restored": State.RESTORED, "regress": State.ACTIVE, "close": State.CLOSED}
Step = tuple[str, float, float | None, Any]

steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "take",
                "release",
                "offer",
                "accept",
                "force",
                "post",
                "post",
                "hold",
                "priority",
                "major",
                "say",
                "prove",
                "advance",
                "advance",
                "advance",
                "mitigated",
                "regress",
                "reopen",
                "close",
                "end",
                "wait",
            ]
        ),
        st.sampled_from([0, 0.5, 3, 20, 45, 130]),
        st.sampled_from([None, None, None, 2, 30]),
        st.tuples(
            st.sampled_from(PEOPLE), st.sampled_from(FEW_ROLES), st.sampled_from(Audience), st.sampled_from(Priority)
        ),
    ),
    max_size=40,
)


def played(script: list[Step], first: Priority, drill: bool = False) -> Chain:
    """Play what the rules allow of a script, and leave out what they refuse."""
    chain, at = Chain(first, drill=drill), 0.0
    for act, wait, back, chosen in script:
        at += wait
        occurred = None if back is None else at - back
        _ACTS[act](chain, at, occurred, chosen)
    return chain


def _allowed(chain: Chain, intent: str) -> bool:
    return refusal_to(intent, chain.now) is None


def _take(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    who, role, *_ = chosen
    held = chain.now.holders(role)
    if _allowed(chain, "take") and who not in held and not (held and role in SINGLE):
        chain.add(RoleTaken(role=role, who=who), at=at, occurred=occurred, by=who)
        if role == Role.COMMANDER and chain.now.state == State.TRIAGED:
            chain.move(State.ACTIVE, at=at, occurred=occurred)


def _release(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    who, role, *_ = chosen
    if _allowed(chain, "release") and who in chain.now.holders(role):
        chain.add(RoleReleased(role=role, who=who), at=at, occurred=occurred, by=who)


def _offer(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    who, role, *_ = chosen
    held = chain.now.holders(role)
    if _allowed(chain, "handover") and held and who not in held:
        chain.add(HandoverOffered(role=role, from_who=held[0], to=who, note="all of it"), at=at, occurred=occurred)


def _accept(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    for offer in chain.now.offers[:1]:
        accepted = HandoverAccepted(role=offer.role, from_who=offer.from_who, to=offer.to)
        chain.add(accepted, at=at, occurred=occurred, by=offer.to)


def _force(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    who, role, *_ = chosen
    holder = chain.now.holder(role)
    if _allowed(chain, "take") and role in SINGLE and holder not in (None, who):
        assumed = RoleAssumed(role=role, from_who=holder, reason="gone quiet")
        chain.add(assumed, RoleTaken(role=role, who=who, how="forced"), at=at, occurred=occurred, by=who)


def _post(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    _, role, audience, priority = chosen
    promise = {Priority.P1: at + 50, Priority.P2: at - 1}.get(priority)
    if not chain.now.audience(audience).held:
        chain.post(audience, at, occurred=occurred, final=role == Role.SCRIBE, promise=promise)


def _hold(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    audience = chosen[2]
    fact = UpdatesReleased if chain.now.audience(audience).held else UpdatesHeld
    chain.add(fact(audience=audience, reason="counsel says so"), at=at)


def _prioritise(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    if _allowed(chain, "set_priority"):
        chain.prioritise(chosen[3], at=at)


def _major(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    if _allowed(chain, "declare_major"):
        chain.add(MajorDeclared(reason="it matters", automatic=False), at=at)


def _say(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    said = MessagePosted(channel="C1", ts=f"{chain.now.n}.0", author=chosen[0], text="looking")
    chain.add(said, Noted(text="looked"), at=at, by=chosen[0])


def _prove(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    proof = Validated(criterion="monitoring_verified", evidence="green")
    chain.add(proof, Confirmed(category=True, priority=True), WorkaroundFound(text="restart"), at=at, occurred=occurred)


def _advance(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    """Go one step along the main road: active, restored, resolved."""
    if chain.now.state == State.TRIAGED:
        chain.move(State.ACTIVE, at=at)
    elif _allowed(chain, "restored"):
        chain.move(State.RESTORED, at=at, occurred=occurred)
    elif _allowed(chain, "resolve"):
        chain.add(Resolved(how="fix", text="done", meets_rule=False), at=at)
        chain.move(State.RESOLVED, at=at, occurred=occurred)


def _move(intent: str) -> Callable[..., None]:
    def act(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
        if _allowed(chain, intent):
            chain.move(MOVES[intent], at=at, occurred=occurred)

    return act


def _reopen(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    if _allowed(chain, "reopen"):
        chain.add(Reopened(reason="back", recurrence_at=None, from_state=chain.now.state), at=at)
        chain.move(State.ACTIVE, at=at)


def _end(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    if chosen[0] == DEV and chain.now.drill and _allowed(chain, "end_drill"):
        chain.move(State.DRILL_ENDED, at=at)
    elif chosen[0] == DEV and _allowed(chain, "void"):
        chain.move(State.VOID_FALSE_ALARM, at=at)


def _wait(chain: Chain, at: float, occurred: float | None, chosen: Any) -> None:
    chain.tick(at)


_ACTS: dict[str, Callable[..., None]] = {
    "take": _take,
    "release": _release,
    "offer": _offer,
    "accept": _accept,
    "force": _force,
    "post": _post,
    "hold": _hold,
    "priority": _prioritise,
    "major": _major,
    "say": _say,
    "prove": _prove,
    "advance": _advance,
    "mitigated": _move("mitigated"),
    "regress": _move("regress"),
    "close": _move("close"),
    "reopen": _reopen,
    "end": _end,
    "wait": _wait,
}

chains = st.builds(played, steps, st.sampled_from(Priority), st.booleans())
