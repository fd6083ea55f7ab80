"""Recent messages of channels without an incident: the last minutes, in memory, up to a limit."""

from __future__ import annotations

from datetime import timedelta

from bot.slack.capture.recent_messages import MOST_PER_CHANNEL, RecentMessages
from commands.core.capture import Capture
from incident.entries.conversation import Joined, MessageDeleted, MessageEdited, MessagePosted
from incident.entry import EntryPoint, Source
from roles.person_ids import PersonId
from tests.support.clock import T0

ANN = PersonId("slack:T1:UANN")
HOUR = timedelta(hours=1)


def ts_of(at):
    return f"{int(at.timestamp())}.000000"


def capture_of(fact, at=T0):
    return Capture(team="T1", fact=fact, by=ANN, occurred_at=at, source=Source(surface=EntryPoint.EVENT))


def posted(text, at=T0, channel="C1"):
    return capture_of(MessagePosted(channel=channel, ts=ts_of(at), author=ANN, text=text), at)


def test_captures_are_returned_in_order_of_arrival():
    recent, ts = RecentMessages(lambda: 60), ts_of(T0)
    first = posted("down?")
    edited = capture_of(MessageEdited(channel="C1", ts=ts, edited_ts=ts, author=ANN, text="down!"), T0 + HOUR / 4)
    gone = capture_of(MessageDeleted(channel="C1", ts=ts, author=ANN), T0 + HOUR / 2)
    for one in (first, edited, gone, posted("elsewhere", channel="C2")):
        recent.add(one, T0 + HOUR / 2)

    assert recent.posted_in("C1", T0, T0 + HOUR) == (first, edited, gone)


def test_only_messages_posted_between_the_two_times_are_returned():
    recent = RecentMessages(lambda: 60)
    for minutes in (0, 10, 20):
        recent.add(posted(f"at {minutes}", T0 + timedelta(minutes=minutes)), T0 + HOUR / 2)

    found = recent.posted_in("C1", T0 + timedelta(minutes=5), T0 + timedelta(minutes=15))

    assert [one.fact.text for one in found] == ["at 10"]


def test_captures_older_than_the_minutes_are_pruned():
    recent = RecentMessages(lambda: 60)
    recent.add(posted("early"), T0)
    recent.add(posted("late", T0 + HOUR), T0 + HOUR)

    recent.prune(T0 + HOUR + timedelta(seconds=1))

    assert [one.fact.text for one in recent.posted_in("C1", T0, T0 + HOUR)] == ["late"]


def test_an_edit_of_an_old_message_is_not_added():
    recent = RecentMessages(lambda: 60)
    late = T0 + HOUR * 2
    recent.add(
        capture_of(MessageEdited(channel="C1", ts=ts_of(T0), edited_ts=ts_of(late), author=ANN, text="x"), late), late
    )

    assert recent.posted_in("C1", T0, late) == ()


def test_with_zero_minutes_nothing_is_added_and_everything_is_pruned():
    minutes = [60]
    recent = RecentMessages(lambda: minutes[0])
    recent.add(posted("before"), T0)
    minutes[0] = 0
    recent.add(posted("after", T0 + HOUR / 2), T0 + HOUR / 2)
    recent.prune(T0 + HOUR / 2)

    assert recent.posted_in("C1", T0, T0 + HOUR) == ()


def test_a_full_channel_holds_the_latest_captures():
    recent = RecentMessages(lambda: 60)
    for number in range(MOST_PER_CHANNEL + 5):
        recent.add(posted(str(number), T0 + timedelta(seconds=number)), T0 + HOUR / 2)

    found = recent.posted_in("C1", T0, T0 + HOUR)

    assert (len(found), found[0].fact.text) == (MOST_PER_CHANNEL, "5")


def test_joins_and_leaves_are_not_added():
    recent = RecentMessages(lambda: 60)
    recent.add(capture_of(Joined(channel="C1", who=ANN)), T0)

    assert recent.posted_in("C1", T0 - HOUR, T0 + HOUR) == ()


def test_a_capture_from_the_spool_is_stored_longer_by_its_waiting_time():
    recent, back = RecentMessages(lambda: 60), T0 + 3 * HOUR
    recent.add(posted("now"), back)
    assert recent.posted_in("C1", T0, back) == ()

    recent.add(posted("then"), back, waited=3 * HOUR)

    recent.prune(back + HOUR / 2)
    assert [one.fact.text for one in recent.posted_in("C1", T0, back)] == ["then"]
    recent.prune(back + 2 * HOUR)
    assert recent.posted_in("C1", T0, back) == ()
