"""A secret in a channel, from the wish of somebody who may not redact to the press of a button by somebody who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SetClock
from bot.simulation.replay.replay_environment import ReplayEnvironment
from incident.model.incident import Incident
from sandbox.state.entities import Person
from tests.support.policies import full_policy

SECRET = "the password is hunter2"


@pytest.fixture
def stage():
    """Give a stage on which somebody wrote a password and pinned it, and somebody who may not redact asked for it."""
    people = {name: Person(name, name.capitalize()) for name in ("ilse", "eva", "rob", "rosa")}
    made = ReplayEnvironment(
        people, clock=SetClock(datetime(2026, 6, 9, 10, 5, tzinfo=UTC)), channels=("incidents", "exec")
    )
    try:
        users = list(made.users.values())
        made.open(full_policy(users).model_copy(update={"groups": {"legal": (made.users["rosa"],)}}))
        made.slash(made.users["ilse"], "general", "declare impact=1 urgency=1 service=checkout Payments fail")
        made.settle()
        yield made
    finally:
        made.close()


def wished(stage: ReplayEnvironment) -> tuple[str, str]:
    """Have the secret said and pinned, and its redaction asked for; give who answers what to that."""
    ilse, eva, actor = stage.users["ilse"], stage.users["eva"], stage.sandbox.actor
    ts = actor.post(ilse, stage.channel, SECRET)
    actor.react(ilse, stage.channel, ts, "pushpin")
    stage.settle()
    link = f"https://acme.slack.com/archives/{stage.channel}/p{ts.replace('.', '')}"
    told = stage.slash(eva, stage.channel, f"redact {link} because it is a password")
    stage.advance_to(stage.clock.now() + timedelta(seconds=5))
    return ts, told.payload["text"]


def question(stage: ReplayEnvironment):
    """Give what Rosa was asked by direct message, where it stands open, and its channel."""
    direct = stage.sandbox.workspace.dm(stage.users["rosa"])
    open_now = [m for m in direct.messages.values() if any(b["type"] == "actions" for b in m.blocks)]
    return [(direct.id, m) for m in open_now if "had masked" in m.text]


def folded(stage: ReplayEnvironment) -> Incident:
    found = stage.muster.store.recorder.read(lambda reader: reader.peek(stage.incident))
    assert found is not None
    return found


def timeline(stage: ReplayEnvironment) -> str:
    return stage.slash(stage.users["rob"], stage.channel, "timeline").payload["text"]


def test_who_may_not_redact_reads_that_it_is_masked_and_nobody_is_shown_it_any_more(stage):
    assert SECRET not in timeline(stage)

    _, answer = wished(stage)

    assert answer.startswith("Not removed: that is for privacy, compliance, legal or security_lead. It is masked")
    assert SECRET not in timeline(stage)
    assert "[masked]" in timeline(stage)
    assert len(question(stage)) == 1


def test_show_it_again_shows_it_to_everybody_and_settles_the_question(stage):
    wished(stage)
    [(direct, asked)] = question(stage)

    stage.sandbox.actor.press(stage.users["rosa"], direct, asked.ts, "verb:unmask")
    stage.advance_to(stage.clock.now() + timedelta(seconds=5))

    assert SECRET in timeline(stage)
    assert folded(stage).masks == ()
    assert question(stage) == []


def test_redact_it_opens_a_form_with_the_message_filled_in_and_ends_what_was_masked(stage):
    ts, _ = wished(stage)
    [(direct, asked)] = question(stage)

    pressed = stage.sandbox.actor.press(stage.users["rosa"], direct, asked.ts, "form:redact")
    view = pressed.view(5.0)
    assert f"{stage.channel}:{ts}" in str(view.blocks)
    stage.submit(stage.users["rosa"], {"id": view.id}, {"reason": "it was a password"})
    stage.advance_to(stage.clock.now() + timedelta(seconds=5))

    assert [e.redacted for e in stage.entries(stage.incident) if e.fact.kind == "message_posted"] == [True]
    assert "[redacted]" in timeline(stage)
    assert folded(stage).masks == ()
    assert question(stage) == []


def test_somebody_else_who_presses_the_button_is_refused_and_it_stays_masked(stage):
    wished(stage)
    number = folded(stage).number

    told = stage.slash(stage.users["rob"], "general", f"{number} unmask {folded(stage).masks[0].entries[0]}")

    assert "Still masked" in told.payload["text"]
    assert len(folded(stage).masks) == 1
