"""What was said while Muster was away is read back, once, however often it is read."""

from __future__ import annotations

from incident.telling.surfaces import reconciling


def want(rig):
    def work(unit):
        unit.want([reconciling(one) for one in unit.open_incidents(rig.team)], rig.clock.now())

    rig.store.recorder.transact(work)


def read_back(rig):
    rig.after(seconds=5)
    want(rig)
    rig.drain()


def kinds(rig, key):
    return [entry.fact.kind for entry in rig.entries(key) if entry.fact.kind.startswith(("message", "source"))]


def say(rig, key, name, text, thread=None):
    return rig.sandbox.acting.post(rig.users[name], rig.channel(key).id, text, thread)


def test_what_was_said_meanwhile_is_recorded_with_its_own_time(rig):
    key = rig.declare()
    rig.after(minutes=1)
    ts = say(rig, key, "ilse", "rolling back now")
    rig.after(minutes=5)

    read_back(rig)

    [posted] = rig.entries(key, "message_posted")
    assert (posted.fact.text, posted.fact.ts, posted.by) == ("rolling back now", ts, rig.person("ilse"))
    assert posted.occurred_at < posted.recorded_at


def test_reading_back_twice_records_once(rig):
    key = rig.declare()
    rig.after(minutes=1)
    say(rig, key, "ilse", "rolling back now")

    read_back(rig)
    read_back(rig)

    assert kinds(rig, key) == ["message_posted"]


def test_replies_edits_and_marks_are_read_back_too(rig):
    key = rig.declare()
    rig.after(minutes=1)
    ts = say(rig, key, "ilse", "rolling back now")
    say(rig, key, "eva", "on it", thread=ts)
    rig.sandbox.acting.edit(rig.users["ilse"], rig.channel(key).id, ts, "rolled back")
    rig.sandbox.acting.react(rig.users["eva"], rig.channel(key).id, ts, "pushpin")

    read_back(rig)

    assert kinds(rig, key) == ["message_posted", "message_edited", "message_pinned"]
    [pinned] = rig.entries(key, "message_pinned")
    assert pinned.by == rig.person("eva")


def test_a_message_that_is_gone_is_a_deletion(rig):
    key = rig.declare()
    rig.after(minutes=1)
    ts = say(rig, key, "ilse", "my password is hunter2")
    read_back(rig)
    rig.sandbox.acting.delete(rig.users["ilse"], rig.channel(key).id, ts)

    read_back(rig)

    assert kinds(rig, key) == ["message_posted", "message_deleted"]


def test_what_is_still_on_its_way_is_left_to_arrive(rig):
    key = rig.declare()
    rig.after(minutes=1)
    say(rig, key, "ilse", "rolling back now")

    want(rig)
    rig.drain()

    assert kinds(rig, key) == []


def test_what_muster_said_itself_is_not_captured(rig):
    key = rig.declare()
    rig.after(minutes=1)

    read_back(rig)

    assert kinds(rig, key) == []
