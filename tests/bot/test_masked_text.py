"""A secret in a channel, from the request of a person without authority to the button of a person with authority."""

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
    """A workspace with an incident, and Rosa as the one person who may redact."""
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


def request_redaction(stage: ReplayEnvironment) -> tuple[str, str]:
    """Post and pin the secret, and request its redaction; return the ts of the message and the reply."""
    ilse, eva, actor = stage.users["ilse"], stage.users["eva"], stage.sandbox.actor
    ts = actor.post(ilse, stage.channel, SECRET)
    actor.react(ilse, stage.channel, ts, "pushpin")
    stage.settle()
    link = f"https://acme.slack.com/archives/{stage.channel}/p{ts.replace('.', '')}"
    reply = stage.slash(eva, stage.channel, f"redact {link} because it is a password")
    stage.advance_to(stage.clock.now() + timedelta(seconds=5))
    return ts, reply.payload["text"]


def open_prompts(stage: ReplayEnvironment):
    """Return each open redaction prompt in Rosa's direct messages, with its channel."""
    direct = stage.sandbox.workspace.dm(stage.users["rosa"])
    open_now = [m for m in direct.messages.values() if any(b["type"] == "actions" for b in m.blocks)]
    return [(direct.id, m) for m in open_now if "a text hidden at" in m.text]


def folded(stage: ReplayEnvironment) -> Incident:
    found = stage.muster.store.recorder.read(lambda reader: reader.peek(stage.incident))
    assert found is not None
    return found


def timeline(stage: ReplayEnvironment) -> str:
    return stage.slash(stage.users["rob"], stage.channel, "timeline").payload["text"]


def test_a_redaction_without_authority_masks_the_text_for_every_reader(stage):
    assert SECRET not in timeline(stage)

    _, answer = request_redaction(stage)

    assert answer.startswith("Hidden, not removed: only privacy, compliance, legal or security lead can remove it.")
    assert SECRET not in timeline(stage)
    assert "[masked]" in timeline(stage)
    assert len(open_prompts(stage)) == 1


def test_lifting_the_mask_shows_the_text_to_every_reader_and_closes_the_prompt(stage):
    request_redaction(stage)
    [(direct, asked)] = open_prompts(stage)

    stage.sandbox.actor.press(stage.users["rosa"], direct, asked.ts, "verb:unmask")
    stage.advance_to(stage.clock.now() + timedelta(seconds=5))

    assert SECRET in timeline(stage)
    assert folded(stage).masks == ()
    assert open_prompts(stage) == []


def test_the_redact_button_opens_a_form_with_the_message_and_the_redaction_ends_the_mask(stage):
    ts, _ = request_redaction(stage)
    [(direct, asked)] = open_prompts(stage)

    pressed = stage.sandbox.actor.press(stage.users["rosa"], direct, asked.ts, "form:redact")
    view = pressed.view(5.0)
    assert f"{stage.channel}:{ts}" in str(view.blocks)
    stage.submit(stage.users["rosa"], {"id": view.id}, {"reason": "it was a password"})
    stage.advance_to(stage.clock.now() + timedelta(seconds=5))

    assert [e.redacted for e in stage.entries(stage.incident) if e.fact.kind == "message_posted"] == [True]
    assert "[redacted]" in timeline(stage)
    assert folded(stage).masks == ()
    assert open_prompts(stage) == []


def test_unmask_by_a_person_without_authority_is_refused_and_the_text_stays_masked(stage):
    request_redaction(stage)
    number = folded(stage).number

    reply = stage.slash(stage.users["rob"], "general", f"{number} unmask {folded(stage).masks[0].entries[0]}")

    assert "Still hidden" in reply.payload["text"]
    assert len(folded(stage).masks) == 1
