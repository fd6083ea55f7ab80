"""Dependencies between calls, derived from the wire log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.simulation.bench.critical_path import Declaration, SlackCall, concurrent_pairs, read_declaration, serial_calls
from tests.support.clock import T

START = T(5)
CREATE, INVITE, CARD = "conversations.create", "conversations.invite", "chat.postMessage card"


@dataclass(frozen=True)
class LoggedEvent:
    """One event of the wire log, which ended `end` milliseconds after the form was submitted."""

    kind: str
    name: str
    end: float
    ms: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    result: str = "ok"

    @property
    def at(self) -> str:
        return (START + timedelta(milliseconds=self.end)).isoformat()


def posted(job: str, end: float, result: str = "ok") -> LoggedEvent:
    marked = {"metadata": {"event_payload": {"job": f"{job}:T1:01"}}}
    return LoggedEvent("api", "chat.postMessage", end, 300, marked, result)


SUBMITTED = LoggedEvent("envelope", "view_submission", 0)
CREATED = LoggedEvent("api", "conversations.create", 320, 300)
INVITED = LoggedEvent("api", "conversations.invite", 640, 300, {"users": "U1,U2"})


def declaration(*calls: SlackCall) -> Declaration:
    return Declaration(calls, max(call.ended for call in calls))


def test_a_declaration_is_ready_when_channel_card_and_invitation_exist() -> None:
    found = read_declaration([SUBMITTED, CREATED, INVITED, posted("card", 650), posted("say", 660)], "U1")
    assert found is not None
    assert found.ready_ms == 650
    assert [call.name for call in found.calls] == [CREATE, INVITE, CARD, "chat.postMessage say"]


def test_calls_that_started_after_the_channel_was_ready_are_not_counted() -> None:
    found = read_declaration([SUBMITTED, CREATED, INVITED, posted("card", 650), posted("say", 980)], "U1")
    assert found is not None
    assert len(found.calls) == 3


def test_without_card_declarer_or_submission_no_declaration_is_ready() -> None:
    others = LoggedEvent("api", "conversations.invite", 640, 300, {"users": "U2"})
    assert read_declaration([SUBMITTED, CREATED, INVITED, posted("say", 650)], "U1") is None
    assert read_declaration([SUBMITTED, CREATED, others, posted("card", 650)], "U1") is None
    assert read_declaration([CREATED, INVITED, posted("card", 650)], "U1") is None


def test_a_rejected_post_does_not_count_as_the_card() -> None:
    assert read_declaration([SUBMITTED, CREATED, INVITED, posted("card", 650, result="ratelimited")], "U1") is None


def test_sequential_calls_are_a_chain_and_concurrent_calls_are_not() -> None:
    together = declaration(SlackCall(CREATE, 0, 300), SlackCall(INVITE, 310, 610), SlackCall(CARD, 320, 620))
    assert serial_calls(together, concurrent_pairs([together])) == 2
    one_by_one = declaration(SlackCall(CREATE, 0, 300), SlackCall(INVITE, 310, 610), SlackCall(CARD, 620, 920))
    assert serial_calls(one_by_one, concurrent_pairs([one_by_one])) == 3


def test_two_calls_that_once_overlapped_do_not_depend_on_each_other() -> None:
    slow = declaration(SlackCall(CREATE, 0, 300), SlackCall(INVITE, 310, 610), SlackCall(CARD, 320, 620))
    quick = declaration(SlackCall(CREATE, 0, 1), SlackCall(INVITE, 5, 6), SlackCall(CARD, 7, 8))
    assert serial_calls(quick, concurrent_pairs([slow, quick])) == 2
    assert serial_calls(quick, concurrent_pairs([quick])) == 3


def test_calls_that_nothing_depends_on_do_not_lengthen_the_chain() -> None:
    extras = declaration(
        SlackCall(CREATE, 0, 300),
        SlackCall(INVITE, 310, 610),
        SlackCall(CARD, 320, 920),
        SlackCall("conversations.list", 330, 500),
        SlackCall("conversations.join", 510, 700),
    )
    assert serial_calls(extras, concurrent_pairs([extras])) == 2
