"""`check` shows the scribe what the record lacks; each message that may be a decision has buttons that settle it."""

from __future__ import annotations

import json

import pytest

from bot.requests.reply import Texts, reply_to
from bot.slack.surfaces.slack_reply import slack_reply
from commands.core.request import Place
from incident.entries.conversation import MessageDeleted, MessageEdited
from roles.role_names import Role
from tests.support.clock import T
from tests.support.command_bench import CHANNEL, CommandBench, who
from tests.support.handmade_incidents import renderer

DECIDED = "Right, we'll roll back | now & then watch it"


@pytest.fixture
def desk() -> CommandBench:
    """A P1 with a commander."""
    bench = CommandBench().declared(impact=1, urgency=1)
    bench.do("take", "ilse", 2, role="commander")
    return bench


def checked(bench: CommandBench, at: float, by: str = "eva") -> str:
    outcome = bench.do("check", by, at)
    assert not outcome.is_refused
    return bench.answer()


def items(bench: CommandBench, at: float) -> list[dict]:
    """Return the blocks that Slack shows of `check`."""
    bench.do("check", "eva", at)
    request, outcome = bench._last()
    reply = bench.memory.read(
        lambda reader: reply_to(request, outcome, reader, policy=bench.policy, texts=Texts(renderer(), "/incident"))
    )
    return slack_reply(reply).all_blocks()


def buttons(bench: CommandBench, at: float) -> dict[str, dict]:
    """Return the fields of each button, by its action."""
    rows = [block["elements"] for block in items(bench, at) if block["type"] == "actions"]
    return {one["action_id"]: json.loads(one["value"])["f"] for row in rows for one in row}


def test_a_stretch_of_more_than_twenty_minutes_without_an_entry_is_shown(desk):
    desk.do("note", "rob", 30, text="restarted the pool")

    answer = checked(desk, 40)

    assert "*No entry for more than 20 minutes*" in answer
    assert answer.count("28 min") == 1
    assert "to now" not in answer


def test_talk_alone_does_not_end_a_gap_and_an_open_one_lasts_until_now(desk):
    desk.says("rob", "still looking", 15)
    assert "No entry for more" not in checked(desk, 22)

    assert "to now, 23 min" in checked(desk, 25)


def test_the_policy_sets_how_long_a_gap_is(desk):
    desk.policy = desk.policy.model_copy(update={"scribe": desk.policy.scribe.model_copy(update={"gap_minutes": 60})})

    assert "No entry for more" not in checked(desk, 40)


def test_a_note_that_is_recorded_late_fills_its_gap(desk):
    desk.do("note", "rob", 40, text="restarted the pool", occurred_at=T(20))

    assert "No entry for more" not in checked(desk, 40)


def test_missing_times_and_empty_roles_are_named(desk):
    answer = checked(desk, 5)

    assert "*Missing times:* started. `/incident time started 09:55` and how you know.\n" in answer
    assert "*No scribe.* `/incident take scribe`" in answer
    assert "*No comms lead.*" in answer
    assert "commander" not in answer


def test_a_decision_that_was_only_typed_in_chat_is_listed_with_what_settles_it(desk):
    desk.says("ilse", DECIDED, 5)
    texts = [block["text"]["text"] for block in items(desk, 6) if block["type"] == "section"]

    assert any("we'll roll back" in text and "UILSE" in text for text in texts)
    assert set(buttons(desk, 6)) == {"form:decide", "verb:pin", "verb:dismiss"}
    assert buttons(desk, 6)["form:decide"]["text"] == DECIDED


@pytest.mark.parametrize(
    ("verb", "kind"),
    [("verb:pin", "message_pinned"), ("verb:dismiss", "candidate_passed"), ("form:decide", "decision_made")],
)
def test_each_button_settles_the_message(desk, verb, kind):
    desk.says("ilse", DECIDED, 5)
    fields = buttons(desk, 6)[verb]

    desk.do(verb.partition(":")[2], "eva", 7, form=fields)

    assert desk.kinds() == [kind]
    assert (desk.facts()[0].channel, desk.facts()[0].ts) == (fields["channel"], fields["ts"])
    assert "Is it a decision?" not in checked(desk, 8)


@pytest.mark.parametrize("text", ["I think the pool is full", "we have not decided yet", "what do we do?"])
def test_other_talk_is_not_listed(desk, text):
    desk.says("ilse", text, 5)

    assert "Is it a decision?" not in checked(desk, 6)


def test_what_a_person_without_a_role_says_decides_nothing(desk):
    desk.says("nadia", DECIDED, 5)
    assert "Is it a decision?" not in checked(desk, 6)

    desk.do("take", "nadia", 7, role="scribe")
    assert "Is it a decision?" in checked(desk, 8)


def test_an_edited_message_counts_as_it_reads_now_and_a_deleted_one_not_at_all(desk):
    desk.says("ilse", DECIDED, 5, ts="1000.000100")
    edit = MessageEdited(channel=CHANNEL, ts="1000.000100", edited_ts="1001.0", author=who("ilse"), text="never mind")
    desk.says("ilse", "approved, go", 5, ts="1000.000200")
    assert "Is it a decision?" in checked(desk, 6)

    desk.hears(edit, "ilse", 6)
    desk.hears(MessageDeleted(channel=CHANNEL, ts="1000.000200", author=who("ilse")), "ilse", 6)

    assert "Is it a decision?" not in checked(desk, 7)


def test_a_hidden_text_is_listed_nowhere(desk):
    desk.says("ilse", DECIDED, 5, ts="1000.000100")
    desk.do("redact", "rob", 6, place=Place(channel=CHANNEL, message="1000.000100"), reason="a customer's name")

    assert "roll back" not in str(items(desk, 7))


def test_of_many_the_first_are_shown_and_the_others_counted(desk):
    for minute in range(11):
        desk.says("ilse", f"we will try {minute}", 5 + minute)

    assert "These are the first 8 of 11." in checked(desk, 20)


def test_a_complete_record_says_so():
    bench = CommandBench().declared(impact=2, urgency=3, started_at=T(-5).isoformat(), detected_at=T(-2).isoformat())
    bench.do("ack", "rob", 1)

    assert checked(bench, 5).startswith("Nothing is missing")


def test_the_scribe_role_is_one_that_a_major_incident_needs(desk):
    desk.do("take", "eva", 3, role=Role.SCRIBE)

    assert "No scribe" not in checked(desk, 5)
