"""More than a hundred incidents at once stay below Slack's tiers, and a P1 does not wait for the others."""

from __future__ import annotations

from datetime import timedelta

from tests.support.worker_env import worker_env_on

STORM = 101


def refused(rig, seen):
    """Count the rate-limited calls since a position in the log; return the count and the new position."""
    passages = rig.sandbox.wire_log.since(seen, 10_000)
    return sum(passage.result == "429" for passage in passages), max((p.seq for p in passages), default=seen)


def test_more_than_a_hundred_incidents_exceed_no_rate_limit_and_no_p1_waits_for_a_p4(sqlite_store):
    with worker_env_on(sqlite_store, strict=True) as rig:
        lesser = [rig.declare(f"Report {n} is late", impact=3, urgency=3) for n in range(STORM)]
        rig.after(seconds=20)
        major = rig.declare("Nobody can pay")
        declared_at, seen, too_many = rig.clock.now(), 0, 0

        for _ in range(30):
            rig.after(minutes=1)
            found, seen = refused(rig, seen)
            too_many += found

        assert too_many == 0
        assert all(rig.incident(key).places.card_ts for key in (*lesser, major))
        [carded] = rig.entries(major, "card_posted")
        assert carded.recorded_at - declared_at < timedelta(minutes=2)
