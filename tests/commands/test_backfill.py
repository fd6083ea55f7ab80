"""An existing channel becomes the record of an incident that was not declared in time."""

from __future__ import annotations

from typing import Any

import pytest

from commands.core.request import Place
from commands.core.rules.adoption import refusal_to_adopt
from incident.entries.conversation import MessageEdited
from incident.entries.delivery import ChannelMade
from incident.jobs import JobKind
from incident.refusal import Code
from incident.states import Audience, State
from tests.support.clock import T
from tests.support.command_bench import CHANNEL, CommandBench, who
from tests.support.policies import team_policy

THERE = Place(channel="C0TALK")
TS = f"{T(7).timestamp():.6f}"
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

    assert "This is its channel now" in desk.answer()
    assert desk.said().startswith("<@UROB> made this the channel of INC-2026-0001")


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


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"incidents_channel": "C0TALK"}, "backfill_announcements"),
        ({"audiences": {"exec": "C0TALK"}}, "backfill_audience"),
    ],
)
def test_a_channel_that_serves_every_incident_is_not_adopted(given: dict[str, Any], reason: str) -> None:
    desk = CommandBench(policy=team_policy().model_copy(update=given))

    assert desk.do("backfill", at=6, place=THERE, **FORM).reason == reason
    assert desk.answer().startswith("Nothing recorded: ")
    assert desk.memory.state.rows == {}


@pytest.mark.parametrize(
    ("name", "is_general", "reason"),
    [
        ("everybody", True, "backfill_general"),
        ("incidents", False, "backfill_announcements"),
        ("status-page", False, "backfill_audience"),
        ("payments", False, None),
    ],
)
def test_the_policy_names_channels_by_name_too(name: str, is_general: bool, reason: str | None) -> None:
    policy = team_policy().model_copy(
        update={"incidents_channel": "#incidents", "audiences": {Audience.CUSTOMER: "#status-page"}}
    )

    assert refusal_to_adopt(policy, "C0TALK", name, is_general=is_general) == reason


class TestAVoidIncident:
    """It gives the channel that it had adopted back."""

    @pytest.fixture
    def room(self) -> CommandBench:
        room = CommandBench(place=Place(channel=CHANNEL))
        outcome = room.do("backfill", at=6, **FORM)
        assert outcome.key is not None
        room.note(outcome.key, ChannelMade(channel=CHANNEL, name="payments", adopted=True))
        room.says("eva", "payments fail", at=7, ts=TS)
        self.key = outcome.key
        assert room.do("void", at=8, as_="false_alarm", reason="monitoring was misconfigured").code is None
        return room

    def test_says_so(self, room: CommandBench) -> None:
        assert "in <#C100> from now on is not recorded." in room.answer()
        assert "here from now on is not recorded." in room.said()

    def test_captures_nothing_more_there_nor_any_change_of_what_it_holds(self, room: CommandBench) -> None:
        before = room.memory.state.rows[self.key].n

        edit = MessageEdited(channel=CHANNEL, ts=TS, edited_ts=f"{TS[:-1]}9", author=who("eva"), text="all is well")
        outcomes = [room.says("eva", "what is for lunch?", at=9), room.hears(edit, "eva", at=10)]

        assert outcomes == [None, None]
        assert room.memory.state.rows[self.key].n == before

    def test_lets_a_new_incident_be_declared_there(self, room: CommandBench) -> None:
        assert room.do("note", at=9, text="lunch").reason == "no_incident"
        assert room.do("declare", at=10, title="Search is down", service="checkout").number == "INC-2026-0002"
        assert room.do("backfill", at=11, **FORM).number == "INC-2026-0003"


def test_the_channel_of_a_void_incident_that_was_made_for_it_stays_its_own(room: CommandBench) -> None:
    room.do("void", at=8, as_="false_alarm", reason="monitoring was misconfigured")

    assert room.do("declare", at=9, title="Again", service="checkout").reason == "already_declared"


def test_a_backfill_without_a_start_time_is_refused(desk: CommandBench) -> None:
    outcome = desk.do("backfill", place=THERE, title="x", service="checkout")

    assert (outcome.code, outcome.fields) == (Code.MISSING_FIELDS, ("started_at",))
    assert (
        desk.answer() == "Not declared yet: the start time is missing. Fill it in and send it again; the rest is kept."
    )


def test_the_replies_about_what_is_over_promise_no_deadline_and_no_message(desk: CommandBench) -> None:
    outcome = desk.do("backfill", at=6, place=THERE, **FORM)
    assert "No deadline runs and no one is asked." in desk.answer()
    assert outcome.key is not None
    desk.note(outcome.key, ChannelMade(channel=CHANNEL, name="talk"))

    desk.do("take", occurred_at=T(-50), role="commander")
    assert desk.answer().startswith("You are commander of INC-2026-0001.\nAs of <!date^")
    assert "before it was declared" not in desk.answer()
    assert desk.said().startswith("<@UROB> is *commander* (happened <!date^")
    desk.do("escalate", occurred_at=T(-45), who=who("eva"), reason="x")
    assert desk.answer().startswith("Recorded. Nobody is called now.")
    assert desk.facts()[0].answer_by is None
    assert desk.said().startswith("<@UROB> called <@UEVA> for help (happened <!date^")
    desk.do("mitigated", occurred_at=T(-40), text="half")
    assert desk.answer().startswith("Mitigated. When users have the service back")
    desk.do("restored", occurred_at=T(-30), text="all")
    assert "final update" not in desk.answer()
