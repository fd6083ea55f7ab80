"""Which calls waited for which, read from what went over the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.simulation.bench.critical_path import Declaration, SlackCall, concurrent_pairs, read_declaration, serial_calls
from tests.support.clock import T

START = T(5)
CREATE, INVITE, CARD = "conversations.create", "conversations.invite", "chat.postMessage card"


@dataclass(frozen=True)
class Went:
    """One thing that went over the wire, `end` milliseconds after the form was submitted."""

    kind: str
    name: str
    end: float
    ms: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    result: str = "ok"

    @property
    def at(self) -> str:
        return (START + timedelta(milliseconds=self.end)).isoformat()


def posted(job: str, end: float, result: str = "ok") -> Went:
    marked = {"metadata": {"event_payload": {"job": f"{job}:T1:01"}}}
    return Went("api", "chat.postMessage", end, 300, marked, result)


SUBMITTED = Went("envelope", "view_submission", 0)
MADE = Went("api", "conversations.create", 320, 300)
INVITED = Went("api", "conversations.invite", 640, 300, {"users": "U1,U2"})


def chain(*calls: SlackCall) -> Declaration:
    return Declaration(calls, max(call.ended for call in calls))


def test_a_declaration_is_ready_when_the_last_of_channel_card_and_invitation_is_there() -> None:
    found = read_declaration([SUBMITTED, MADE, INVITED, posted("card", 650), posted("say", 660)], "U1")
    assert found is not None
    assert found.ready_ms == 650
    assert [call.name for call in found.calls] == [CREATE, INVITE, CARD, "chat.postMessage say"]


def test_what_began_after_the_channel_was_usable_is_not_counted() -> None:
    found = read_declaration([SUBMITTED, MADE, INVITED, posted("card", 650), posted("say", 980)], "U1")
    assert found is not None
    assert len(found.calls) == 3


def test_without_card_declarer_or_submission_nothing_is_ready() -> None:
    others = Went("api", "conversations.invite", 640, 300, {"users": "U2"})
    assert read_declaration([SUBMITTED, MADE, INVITED, posted("say", 650)], "U1") is None
    assert read_declaration([SUBMITTED, MADE, others, posted("card", 650)], "U1") is None
    assert read_declaration([MADE, INVITED, posted("card", 650)], "U1") is None


def test_a_post_that_slack_refused_is_no_card() -> None:
    assert read_declaration([SUBMITTED, MADE, INVITED, posted("card", 650, result="ratelimited")], "U1") is None


def test_calls_one_after_the_other_are_a_chain_and_calls_side_by_side_are_not() -> None:
    together = chain(SlackCall(CREATE, 0, 300), SlackCall(INVITE, 310, 610), SlackCall(CARD, 320, 620))
    assert serial_calls(together, concurrent_pairs([together])) == 2
    one_by_one = chain(SlackCall(CREATE, 0, 300), SlackCall(INVITE, 310, 610), SlackCall(CARD, 620, 920))
    assert serial_calls(one_by_one, concurrent_pairs([one_by_one])) == 3


def test_two_calls_that_once_overlapped_do_not_depend_on_each_other() -> None:
    slow = chain(SlackCall(CREATE, 0, 300), SlackCall(INVITE, 310, 610), SlackCall(CARD, 320, 620))
    quick = chain(SlackCall(CREATE, 0, 1), SlackCall(INVITE, 5, 6), SlackCall(CARD, 7, 8))
    assert serial_calls(quick, concurrent_pairs([slow, quick])) == 2
    assert serial_calls(quick, concurrent_pairs([quick])) == 3


def test_what_leads_nowhere_needed_makes_no_chain_longer() -> None:
    extras = chain(
        SlackCall(CREATE, 0, 300),
        SlackCall(INVITE, 310, 610),
        SlackCall(CARD, 320, 920),
        SlackCall("conversations.list", 330, 500),
        SlackCall("conversations.join", 510, 700),
    )
    assert serial_calls(extras, concurrent_pairs([extras])) == 2
