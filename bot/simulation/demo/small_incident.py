"""What a small incident costs the people in it: their acts and forms from declared to closed. Counts; measures no time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from bot.clock import SetClock
from bot.plain_yaml import load_yaml
from bot.simulation.replay.replay_environment import LOBBY, ReplayEnvironment
from bot.simulation.replay.scenario_policy import SHIPPED
from incident.policy import Policy
from incident.states import State
from sandbox.state.entities import Person

_AT: Final = datetime(2026, 6, 9, 10, 0, tzinfo=UTC)
_EVENT_LIMIT: Final = 1000
_ACTS: Final = ("/inc", "block_actions", "view_submission")
_WORDS: Final = {
    "text": "A typo in the help page, corrected in release 42.",
    "evidence": "The page reads right.",
}


def measure_small_incident() -> dict[str, int]:
    """Declare a P4 and close it as a person alone does: by the card's button and its form. Return acts and forms.

    A press, a command and a submitted form are an act each. Raise RuntimeError if it is not closed by them.
    """
    clock = SetClock(_AT)
    environment = ReplayEnvironment({"ann": Person("ann", "Ann Lee")}, clock=clock, channels=("incidents",))
    try:
        raw = load_yaml(SHIPPED.read_text(encoding="utf-8"))
        environment.open(Policy.model_validate(raw | {"effective": date(2000, 1, 1)}))
        return _play(environment, clock)
    finally:
        environment.close()


def _play(environment: ReplayEnvironment, clock: SetClock) -> dict[str, int]:
    user = environment.users["ann"]
    environment.slash(user, LOBBY, 'declare service="checkout" impact=2 urgency=3 Wrong word on the help page')
    environment.settle()
    clock.set(_AT + timedelta(minutes=9))
    environment.settle()
    since, channel = environment.sandbox.wire_log.seq, environment.channel
    card = _card(environment, channel or "")
    delivery = environment.sandbox.actor.press(user, channel or "", card, "form:finish")
    view = delivery.view()
    environment.sandbox.actor.submit(user, view.id, dict(_WORDS)).wait()
    environment.settle()
    incident = environment.muster.store.queries.incident(environment.incident) if environment.incident else None
    if incident is None or incident.state is not State.CLOSED:
        raise RuntimeError("the form did not close the incident")
    sent = [
        one.name for one in environment.sandbox.wire_log.since(since, _EVENT_LIMIT) if one.kind in ("envelope", "api")
    ]
    return {"acts": sum(name in _ACTS for name in sent), "forms": sent.count("views.open")}


def _card(environment: ReplayEnvironment, channel: str) -> str:
    """Return the message that offers to finish."""
    messages: dict[str, Any] = environment.sandbox.workspace.find_channel(channel).messages
    return next(ts for ts, message in messages.items() if "form:finish" in str(message.blocks))
