"""A person takes back their last act: what it changed is as it was before, and the record shows both."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rendering.message_catalog import reason_text, refusal_text
from commands.core.rules.last_act import FINAL, UNDOABLE
from incident.entries import KINDS
from incident.fold.fold import fold
from incident.jobs import JobKind
from incident.model.incident import Incident
from incident.refusal import Code
from incident.states import Audience, State
from tests.support.clock import T
from tests.support.command_bench import CommandBench, refusals
from tests.support.policies import team_policy

BOOKS = {"n", "last_entry_at", "last_seen", "undone", "spent_ids", "prompted", "decisions"}


def but_for_books(incident: Incident) -> dict[str, Any]:
    return {name: value for name, value in incident.model_dump().items() if name not in BOOKS}


@pytest.fixture
def busy(room: CommandBench) -> CommandBench:
    """An incident that is worked on, with an update that is owed."""
    room.do("take", by="ilse", role="commander", at=1)
    room.do("action", by="ilse", assignee="slack:T1:UEVA", text="call the vendor", at=2)
    return room


ACTS = [
    ("note", {"text": "restores started"}),
    ("decide", {"text": "fail over"}),
    ("action", {"assignee": "slack:T1:UEVA", "text": "watch the graph"}),
    ("done", {"id": "A1", "result": "they look"}),
    ("mitigated", {"text": "traffic moved away"}),
    ("restored", {"text": "payments go through"}),
    ("update", {"audience": ["internal"], "text": "We look into it."}),
    ("priority", {"impact": 1, "urgency": 1, "justification": "every payment fails now"}),
    ("category", {"category": "data", "reason": "the rows are wrong"}),
    ("title", {"title": "Card payments fail"}),
    ("take", {"role": "scribe"}),
    ("tempfix", {"text": "restart every hour", "form": "add"}),
    ("contain", {"term": "short", "text": "blocked at the gateway"}),
    ("workaround", {"text": "pay by invoice"}),
    ("link", {"kind": "problem", "ref": "PRB-1"}),
    ("confirm", {"what": ["priority"]}),
    ("time", {"field": "started_at", "at": T(-9).isoformat(), "basis": "the graph"}),
    ("major", {"reason": "every shop is closed"}),
]


@pytest.mark.parametrize(("verb", "fields"), ACTS, ids=[verb for verb, _ in ACTS])
def test_an_act_that_is_taken_back_leaves_the_state_as_it_was(
    busy: CommandBench, verb: str, fields: dict[str, Any]
) -> None:
    before = but_for_books(busy.incident)
    assert busy.do(verb, form=fields, at=5).code is None
    assert verb in ("note", "decide") or but_for_books(busy.incident) != before
    number = busy.incident.n

    outcome = busy.do("undo", at=6)

    assert outcome.code is None, outcome
    assert but_for_books(busy.incident) == before
    assert busy.incident == fold(busy.entries())
    assert busy.facts()[0].entries[-1] == number
    assert busy.answer().startswith("Taken back; it stays in the record")


def test_the_undo_is_an_entry_and_the_timeline_shows_what_was_taken_back_struck_through(busy: CommandBench) -> None:
    n = busy.do("note", text="wrong channel", at=5).first

    busy.do("undo", reason="meant for another incident", at=6)

    assert busy.said() == f"<@UROB> took back entry {n}: meant for another incident"
    busy.do("timeline", at=7)
    (line,) = [one for one in busy.answer().splitlines() if one.startswith(f"{n} ")]
    assert line.endswith("~wrong channel~ (taken back)")
    assert "*taken back* entry" in busy.answer()


def test_what_waits_to_be_sent_is_cancelled_and_what_was_sent_is_edited(busy: CommandBench) -> None:
    n = busy.do("note", text="wrong channel", at=5).first
    assert any(key.startswith("say:") and key.endswith(f":{n}") for key in busy.memory.state.jobs)

    busy.do("undo", at=6)

    assert not any(key.startswith("say:") and key.endswith(f":{n}") for key in busy.memory.state.jobs)
    amending = [queued for queued in busy.memory.state.jobs.values() if queued.job.kind is JobKind.AMEND]
    assert sorted(queued.run_at for queued in amending) == [T(6), T(8)]


def test_an_id_is_not_given_again(busy: CommandBench) -> None:
    for verb, fields in (("action", {"assignee": "slack:T1:UEVA", "text": "one"}), ("decide", {"text": "go"})):
        busy.do(verb, form=fields, at=5)
        first = busy.facts()[0].id
        busy.do("undo", at=6)
        busy.do(verb, form=fields, at=7)
        assert busy.facts()[0].id != first


def test_a_decision_that_was_taken_back_is_no_decision_in_the_summary(busy: CommandBench) -> None:
    busy.do("decide", text="fail over to the other site", at=5)
    busy.do("summary", at=6)
    assert "fail over" in busy.answer()

    busy.do("undo", at=7)

    busy.do("summary", at=8)
    assert "fail over" not in busy.answer()


def test_only_ones_own_last_act_is_taken_back_and_twice_the_one_before_it(busy: CommandBench) -> None:
    first = busy.do("note", text="one", at=5).first
    second = busy.do("note", text="two", at=6).first
    busy.do("note", by="eva", text="of another person", at=6)

    assert busy.do("undo", at=7).code is None
    assert busy.facts()[0].entries == (second,)
    busy.do("undo", at=7)
    assert busy.facts()[0].entries == (first,)


def test_an_update_that_is_taken_back_is_owed_again(busy: CommandBench) -> None:
    owed = busy.incident.audience(Audience.INTERNAL).open
    busy.do("update", audience=["internal"], text="We look into it.", at=5)
    assert busy.incident.audience(Audience.INTERNAL).open != owed

    busy.do("undo", at=6)

    assert busy.incident.audience(Audience.INTERNAL).open == owed


def test_an_act_on_which_others_have_built_is_not_taken_back(busy: CommandBench) -> None:
    n = busy.do("mitigated", text="traffic moved away", at=5).first
    busy.do("restored", by="eva", text="all is back", at=6)

    outcome = busy.do("undo", at=7)

    assert (outcome.code, outcome.reason) == (Code.STATE, "undo_changed")
    assert f"`/incident correct {n} …`" in busy.answer()
    assert busy.incident.state == State.RESTORED


def test_what_an_incident_was_ended_with_stays_and_a_note_is_taken_back_even_then(busy: CommandBench) -> None:
    busy.do("contain", term="short", text="blocked at the gateway", at=5)
    busy.do("void", by="eva", as_="false_alarm", reason="the probe itself was broken", at=6)

    assert busy.do("undo", at=7).reason == "undo_over"
    busy.do("note", text="wrong channel", at=8)
    assert busy.do("undo", at=9).code is None


def test_an_addition_is_taken_back_though_others_have_added_since(busy: CommandBench) -> None:
    busy.do("action", assignee="slack:T1:UEVA", text="mine", at=5)
    busy.do("action", by="eva", assignee="slack:T1:UEVA", text="of another person", at=6)

    assert busy.do("undo", at=7).code is None

    assert [action.text for action in busy.incident.actions] == ["call the vendor", "of another person"]


def test_the_policy_says_how_long_an_act_can_be_taken_back(busy: CommandBench) -> None:
    busy.policy = busy.policy.model_copy(update={"undo_minutes": 3})
    busy.do("note", text="one", at=5)
    assert busy.do("undo", at=8.1).reason == "undo_late"
    assert "older than 3 minutes" in busy.answer()

    busy.policy = busy.policy.model_copy(update={"undo_minutes": 4})
    assert busy.do("undo", at=8.1).code is None


def test_a_person_who_has_recorded_nothing_has_nothing_to_take_back(busy: CommandBench) -> None:
    busy.says("nadia", "I am here", at=5)

    assert busy.do("undo", by="nadia", at=6).reason == "undo_nothing"


@pytest.mark.parametrize(
    ("verb", "fields", "hint"),
    [
        ("void", {"as_": "false_alarm", "reason": "the probe itself was broken"}, "`/incident reopen`"),
        ("escalate", {"who": "slack:T1:UEVA", "reason": "the database is full"}, "the call went out"),
        ("preserve", {"reason": "the regulator asked"}, "`/incident preserve lift`"),
        ("rca", {"what": "write", "method": "Five whys"}, "`/incident rca write`"),
    ],
)
def test_what_cannot_be_taken_back_says_what_to_do_instead(
    busy: CommandBench, verb: str, fields: dict[str, Any], hint: str
) -> None:
    authority = busy.policy.authority.model_copy(update={"hold": ("responder",)})
    busy.policy = busy.policy.model_copy(update={"authority": authority})
    assert busy.do(verb, form=fields, at=5).code is None

    assert busy.do("undo", at=6).code == Code.STATE
    assert hint in busy.answer()


def test_what_no_table_names_stays_and_is_corrected_in_words(
    busy: CommandBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.core.rules.last_act.UNDOABLE", UNDOABLE - {"noted"})
    n = busy.do("note", text="wrong channel", at=5).first

    assert busy.do("undo", at=6).reason == "undo_other"
    assert f"`/incident correct {n} …`" in busy.answer()


def test_the_tables_name_facts_that_exist_and_sentences_that_are_there() -> None:
    assert {kind for kind, _ in KINDS} >= UNDOABLE
    assert UNDOABLE & {fact.kind for fact in FINAL} == set()
    assert set(FINAL.values()) | {"undo_closed", "undo_other"} <= set(refusals())


def test_an_update_that_people_outside_the_response_read_is_asked_about_before_it_is_struck() -> None:
    policy = team_policy().model_copy(update={"audiences": {"exec": "#exec", "customer": "#status"}})
    bench = CommandBench(policy=policy).declared()
    bench.do("take", by="ilse", role="commander", at=1)
    n = bench.do("update", by="ilse", audience=["customer", "exec"], text="We look into it.", at=2).first

    asked = bench.do("undo", by="ilse", at=3, can_ask=True)

    assert (asked.code, asked.missing) == (Code.UNCONFIRMED, ("undo_sent",))
    assert refusal_text(asked) == "Not taken back yet. Tick “Take it back anyway” if it is meant."
    question = reason_text("undo_sent", **dict(asked.facts))
    assert question.startswith(f"Entry {n} was sent to customers and executives: they see it struck through.")
    assert bench.do("undo", by="ilse", at=4, can_ask=True, anyway=True).code is None
    assert bench.answer().rstrip().endswith("What was sent already is edited now.")


def test_what_only_responders_read_is_taken_back_at_once_and_nothing_is_called_sent(busy: CommandBench) -> None:
    busy.do("note", text="wrong channel", at=5)

    assert busy.do("undo", at=6, can_ask=True).code is None
    assert "sent" not in busy.answer()


@pytest.mark.parametrize(
    ("groups", "says"), [({"legal": ("U0",)}, "may redact decide"), ({}, "policy names none. Your")]
)
def test_the_refusal_to_show_a_hidden_text_again_says_whether_anyone_decides_about_it(
    groups: dict[str, tuple[str, ...]], says: str
) -> None:
    bench = CommandBench(policy=team_policy().model_copy(update={"groups": groups})).declared()
    n = bench.do("note", text="ring Maria Huber", at=1).first
    bench.do("redact", ref=f"E{n}", reason="a name", at=2)

    refused = bench.do("undo", at=3)

    assert refused.reason == "undo_masked"
    assert says in refusal_text(refused)
    refused = bench.do("unmask", ref=f"E{n}", at=4)
    assert ("policy names none. Your" in refusal_text(refused)) == (not groups)
