"""An existing channel becomes the record of an incident that was not declared in time."""

from __future__ import annotations

from commands.core.request import Place
from incident.entries.delivery import ChannelMade
from incident.jobs import JobKind
from incident.refusal import Code
from incident.states import State
from tests.support.clock import T
from tests.support.command_bench import CHANNEL, CommandBench, who

THERE = Place(channel="C0TALK")
FORM = {"title": "Checkout errors", "service": "checkout", "started_at": T(-60).isoformat()}


def test_the_channel_of_the_command_is_adopted(desk: CommandBench) -> None:
    outcome = desk.do("backfill", at=6, place=THERE, **FORM)

    declared = desk.facts()[0]
    assert desk.kinds() == ["declared", "priority_changed", "state_changed"]
    assert (declared.adopted_channel, declared.started_at, declared.detected_at) == ("C0TALK", T(-60), T(-60))
    assert outcome.key is not None
    incident = desk.memory.state.rows[outcome.key]
    assert (incident.adopted, incident.state, incident.places.channel) == ("C0TALK", State.TRIAGED, None)


def test_the_reply_and_the_line_say_what_happens_to_the_channel(desk: CommandBench) -> None:
    desk.do("backfill", at=6, place=THERE, **FORM)

    assert "This channel becomes its channel" in desk.answer()
    assert desk.said().startswith("<@UROB> made this channel the record of INC-2026-0001")


def test_the_history_is_read_and_no_topic_bookmark_or_announcement_is_set(desk: CommandBench) -> None:
    desk.do("backfill", at=6, place=THERE, **FORM)

    kinds = {queued.job.kind for queued in desk.memory.state.jobs.values()}
    assert {JobKind.MAKE_CHANNEL, JobKind.CARD, JobKind.ADOPT} <= kinds
    assert not {JobKind.TOPIC, JobKind.BOOKMARKS, JobKind.ANNOUNCE} & kinds


def test_an_incident_channel_is_not_adopted_again(room: CommandBench) -> None:
    outcome = room.do("backfill", at=6, place=Place(channel=CHANNEL), **FORM)

    assert (outcome.code, outcome.reason) == (Code.STATE, "already_declared")


def test_a_channel_whose_adoption_is_running_is_not_adopted_again(desk: CommandBench) -> None:
    desk.do("backfill", at=6, place=THERE, **FORM)

    assert desk.do("backfill", at=6, place=THERE, **FORM).reason == "already_declared"
    assert "INC-2026-0001" in desk.answer()


def test_a_direct_message_is_not_adopted(desk: CommandBench) -> None:
    assert desk.do("backfill", place=Place(channel="D123"), **FORM).reason == "backfill_where"
    assert desk.do("backfill", place=Place(), **FORM).reason == "backfill_where"


def test_a_backfill_without_a_start_time_is_refused(desk: CommandBench) -> None:
    outcome = desk.do("backfill", place=THERE, title="x", service="checkout")

    assert (outcome.code, outcome.fields) == (Code.MISSING_FIELDS, ("started_at",))
    assert (
        desk.answer()
        == "Nothing was declared yet: the time it started is missing. Fill it in and send it again; the rest is kept."
    )


def test_the_replies_about_what_is_over_promise_no_deadline_and_no_message(desk: CommandBench) -> None:
    outcome = desk.do("backfill", at=6, place=THERE, **FORM)
    assert "No deadline runs and no one is asked." in desk.answer()
    assert outcome.key is not None
    desk.note(outcome.key, ChannelMade(channel=CHANNEL, name="talk"))

    desk.do("take", occurred_at=T(-50), role="commander")
    assert desk.answer().startswith("You are commander of INC-2026-0001.\nAs of <!date^")
    assert "before it was declared" not in desk.answer()
    desk.do("escalate", occurred_at=T(-45), who=who("eva"), reason="x")
    assert desk.answer().startswith("Recorded: no one is called now.")
    assert desk.facts()[0].answer_by is None
    assert desk.said() == "<@UROB> called <@UEVA>: x"
    desk.do("mitigated", occurred_at=T(-40), text="half")
    assert desk.answer().startswith("Mitigated. When users have the service back")
    desk.do("restored", occurred_at=T(-30), text="all")
    assert "final update" not in desk.answer()
