"""A P1 at three in the morning, and no one looks at Slack: telephones ring, level after level, until a person answers.

A whole Muster in the pretend workspace, and local doubles of the providers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from bot.clock import RealClock, SetClock
from bot.simulation.replay.replay_environment import ReplayEnvironment
from bot.web.http_server import WebServer
from incident.entries.delivery import PageAttempted, PageEnded
from incident.entries.role_holders import Escalated, EscalationAnswered
from incident.entry import Entry
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from incident.model.incident import Incident
from roles.person_ids import slack_person
from sandbox.state.entities import Message, Person
from tests.support import paging_providers as known
from tests.support.answer_env import BASE
from tests.support.block_kit import pressed
from tests.support.paging_providers import PagingProviders
from tests.support.policies import full_policy
from tests.support.provider_posts import press_key
from tests.support.replica_env import free_port
from tests.support.wait import until

NIGHT: Final = datetime(2026, 6, 9, 2, 0, tzinfo=UTC)  # Three o'clock in London.
PEOPLE: Final = {name: Person(name, name.capitalize()) for name in ("ilse", "eva", "rosa")}
EVA, ROSA = "+491701234567", "+491707654321"
Step = tuple[str, str, str, int]


@dataclass
class Night:
    """The workspace with its Muster, and the providers. Ilse declares; eva is on call, then rosa."""

    stage: ReplayEnvironment
    providers: PagingProviders

    def open(self) -> None:
        """Start Muster, and say how people are reached: eva by telephone and text message, rosa by JSM and telephone."""
        users = self.stage.users
        policy = full_policy([users[name] for name in ("eva", "rosa", "ilse")])
        policy = policy.model_copy(update={"time_zone": "Europe/London"})
        self.stage.open(policy, more=self._settings())
        self._reach("eva", ContactMethod(medium=Medium.VOICE, address=EVA))
        self._reach("eva", ContactMethod(medium=Medium.SMS, address=EVA, delay_minutes=2))
        self._reach("rosa", ContactMethod(medium=Medium.JSM, address="rosa@example.org"))
        self._reach("rosa", ContactMethod(medium=Medium.VOICE, address=ROSA, delay_minutes=1))

    def _settings(self) -> dict[str, str]:
        return {
            "MUSTER_TWILIO_SID": known.TWILIO_SID,
            "MUSTER_TWILIO_TOKEN": known.TWILIO_TOKEN,
            "MUSTER_TWILIO_FROM": known.NUMBER,
            "MUSTER_TWILIO_URL": self.providers.url,
            "MUSTER_JSM_KEY": known.GENIE_KEY,
            "MUSTER_JSM_URL": self.providers.url,
            "MUSTER_PUBLIC_URL": BASE,
            "MUSTER_HTTP_PORT": str(free_port()),
        }

    def _reach(self, name: str, method: ContactMethod) -> None:
        directory, person = self.stage.muster.store.directory, slack_person(self.stage.team, self.stage.users[name])
        directory.put_contact_methods(person, [*directory.contact_methods(person), method])

    def declare(self) -> None:
        line = "declare impact=1 urgency=1 service=checkout Payments fail"
        reply = self.stage.slash(self.stage.users["ilse"], "general", line)
        assert "is paged" in str(reply.payload), reply.payload

    def wait(self, minutes: float) -> None:
        """Let time pass until so many minutes after the declaration."""
        self.stage.advance_to(NIGHT + timedelta(minutes=minutes))

    @property
    def calls(self) -> list[str]:
        """The numbers that were called or written to, in order."""
        return [one["To"] for one in self.providers.telephone.values()]

    @property
    def incident(self) -> Incident:
        assert self.stage.incident is not None
        found = self.stage.muster.store.recorder.read(lambda reader: reader.peek(self.stage.incident))
        assert found is not None
        return found

    def entries(self, *kinds: str) -> list[Entry]:
        assert self.stage.incident is not None
        return [entry for entry in self.stage.entries(self.stage.incident) if entry.fact.kind in kinds]

    def direct(self, name: str) -> Message:
        """The last direct message of Muster to a person."""
        channel = self.stage.sandbox.workspace.dm(self.stage.users[name])
        return [one for one in channel.messages.values() if pressed(one)][-1]

    def press_key(self, digits: str) -> None:
        """Press a key in the telephone call that rings."""
        server = self.stage.muster.receivers[0]
        assert isinstance(server, WebServer)
        assert press_key(f"http://127.0.0.1:{server.port}", self.providers, digits).status == 200
        self.stage.settle()

    def press(self, name: str, label: str) -> None:
        """Answer by a button of the direct message."""
        message, channel = self.direct(name), self.stage.sandbox.workspace.dm(self.stage.users[name])
        block, value = next(
            (block["block_id"], element["value"])
            for block in message.blocks
            for element in block.get("elements", [])
            if element.get("text", {}).get("text") == label
        )
        self.stage.sandbox.actor.press(
            self.stage.users[name], channel.id, message.ts, "verb:answer", block, value=value
        ).wait()
        self.stage.settle()


def steps(night: Night) -> list[Step]:
    """Every step of the pages by the record: who, medium, what became of it, and seconds since the declaration."""
    names = {user: name for name, user in night.stage.users.items()}
    people = {call.n: names[str(call.person).rpartition(":")[2]] for call in night.incident.escalations}
    found: list[Step] = []
    for entry in night.entries(PageAttempted.kind, PageEnded.kind):
        fact: Any = entry.fact
        what = fact.outcome if isinstance(fact, PageAttempted) else fact.how
        after = round((entry.occurred_at - NIGHT).total_seconds())
        found.append((people[fact.escalation], fact.medium.value, what, after))
    return found


@pytest.fixture
def providers() -> Iterator[PagingProviders]:
    double = PagingProviders()
    yield double
    double.close()


def opened(clock: Any, providers: PagingProviders) -> Iterator[Night]:
    stage = ReplayEnvironment(dict(PEOPLE), clock=clock, channels=("incidents",))
    try:
        night = Night(stage, providers)
        night.open()
        yield night
    finally:
        stage.close()


@pytest.fixture
def night(providers: PagingProviders) -> Iterator[Night]:
    yield from opened(SetClock(NIGHT), providers)


@pytest.fixture
def real_night(providers: PagingProviders) -> Iterator[Night]:
    yield from opened(RealClock(), providers)


def test_the_telephone_of_who_is_on_call_rings_within_five_seconds_of_the_commit(real_night: Night) -> None:
    real_night.stage.muster.worker.start()
    real_night.declare()

    until(lambda: real_night.calls == [EVA], "eva's telephone rings")

    call = real_night.entries(Escalated.kind)[0]
    [sent] = until(lambda: real_night.entries(PageAttempted.kind), "the attempt is on record")
    assert sent.recorded_at - call.recorded_at < timedelta(seconds=5)


def test_the_second_level_is_rung_after_the_timeout_and_an_answer_stops_the_rest(night: Night) -> None:
    night.declare()
    night.wait(0.1)
    assert night.calls == [EVA]

    night.wait(4.9)
    assert night.calls == [EVA, EVA]

    night.wait(5.5)
    assert [one["status"] for one in night.providers.jsm_alerts.values()] == ["open"]
    assert night.calls == [EVA, EVA]

    night.wait(6.5)
    assert night.calls == [EVA, EVA, ROSA]

    night.press("rosa", "I have it")
    night.wait(30)

    assert [call.answer for call in night.incident.escalations] == ["lapsed", "accepted"]
    assert night.calls == [EVA, EVA, ROSA]
    assert [one["status"] for one in night.providers.jsm_alerts.values()] == ["closed"]
    rang = [one for one in night.providers.telephone.values() if "Twiml" in one]
    assert [one.get("Status") for one in rang] == ["completed", "completed"]


def test_a_key_pressed_by_the_second_level_stops_everything_that_rings(night: Night) -> None:
    night.declare()
    night.wait(6.5)
    assert night.calls == [EVA, EVA, ROSA]

    night.press_key("4")
    night.wait(30)

    [answered] = night.entries(EscalationAnswered.kind)
    assert answered.fact.medium is Medium.VOICE
    assert [call.answer for call in night.incident.escalations] == ["lapsed", "accepted"]
    assert night.calls == [EVA, EVA, ROSA]
    assert [one["status"] for one in night.providers.jsm_alerts.values()] == ["closed"]
    posts = night.stage.sandbox.workspace.channels[night.stage.channel or ""].messages.values()
    assert any("Rosa has it, answered by phone." in one.text for one in posts)


def test_a_key_of_the_first_level_wakes_no_one_else(night: Night) -> None:
    night.declare()
    night.wait(0.5)

    night.press_key("4")
    night.wait(30)

    assert night.calls == [EVA]
    assert night.providers.jsm_alerts == {}
    assert [call.answer for call in night.incident.escalations] == ["accepted"]


def test_the_record_shows_every_attempt_and_the_time_to_the_answer(night: Night) -> None:
    night.declare()
    night.wait(6.5)
    night.press("rosa", "I have it")
    night.wait(7)

    at = {after for name, _, what, after in steps(night) if name == "rosa" and what == "sent"}
    assert [(name, medium, what) for name, medium, what, _ in steps(night)][:4] == [
        ("eva", "voice", "sent"),
        ("eva", "sms", "sent"),
        ("rosa", "jsm", "sent"),
        ("rosa", "voice", "sent"),
    ]
    assert {(name, medium) for name, medium, what, _ in steps(night) if what == "stopped"} == {
        ("eva", "voice"),
        ("rosa", "jsm"),
        ("rosa", "voice"),
    }
    assert at == {301, 361}
    call = night.incident.escalations[-1]
    assert call.answered_at is not None
    assert (call.answered_at - call.at).total_seconds() == 89
    assert [after for *_, what, after in steps(night) if what == "stopped"] == [390] * 3


def test_an_acknowledgement_at_the_provider_takes_the_call(night: Night) -> None:
    night.declare()
    night.wait(5.5)
    [alert] = night.providers.jsm_alerts.values()

    alert |= {"acknowledged": True, "updatedAt": (NIGHT + timedelta(minutes=5, seconds=29)).isoformat()}
    night.wait(7)

    [answered] = night.entries(EscalationAnswered.kind)
    assert (answered.fact.medium, answered.occurred_at) == (Medium.JSM, NIGHT + timedelta(minutes=5, seconds=29))
    assert night.incident.escalations[-1].answer == "accepted"
    assert night.calls == [EVA, EVA]
