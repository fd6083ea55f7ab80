"""What an overload costs: an hour's backlog of events that Slack sends again, and a burst with commands in between."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from typing import Final

from bot.simulation.bench.bench_environment import COMMAND, BenchEnvironment
from bot.simulation.bench.capture_rate import recorded
from bot.simulation.bench.percentiles import spread
from sandbox.delivery.dispatcher import Timing
from sandbox.delivery.envelope import Delivery

PER_SECOND: Final = 100
LATENCY_MS: Final = 300
_SAID: Final = "message"
_LOOKED_BACK: Final = 1000
_NEVER_MS: Final = 3000.0
_ONE_COMMAND_IN: Final = 25
# What cannot be delivered stays where it is until the bench sends it again, however long it takes to say everything.
PATIENT: Final = Timing(retry_after=(3600.0, 3600.0, 3600.0))
_UNDER_WAY: Final = 400
_LOOK_EVERY_S: Final = 0.01
_READ_EVERY_S: Final = 0.25
_COMES_TO_REST_WITHIN_S: Final = 120.0


def measure_burst_of_events(ground: BenchEnvironment, channels: Sequence[str], *, seconds: int) -> dict[str, object]:
    """Say a hundred things a second all over, type a line four times a second, while every call to Slack takes 300 ms.

    How long do those who type wait, how long is each event on its way to the record, and how much lies behind at the end?
    """
    ground.lag(LATENCY_MS)
    acks = _Acks(ground)
    sent: list[Delivery] = []
    began = time.perf_counter()
    for n in range(seconds * PER_SECOND):
        time.sleep(max(0.0, began + n / PER_SECOND - time.perf_counter()))
        user, channel = ground.users[n % len(ground.users)], channels[n % len(channels)]
        ground.sandbox.actor.post(user, channel, f"m{n} latency is up")
        if n % _ONE_COMMAND_IN == 0:
            sent.append(ground.sandbox.actor.slash(user, channel, COMMAND, f"note n{n} pool exhausted"))
            acks.look()
    said = time.perf_counter() - began
    while not ground.sandbox.settle(_READ_EVERY_S) and time.perf_counter() < began + said + _COMES_TO_REST_WITHIN_S:
        acks.look()
    acks.look()
    ground.lag(0)
    times = [one.ack_ms if one.acked and one.ack_ms is not None else _NEVER_MS for one in sent]
    return {
        "people": len(ground.users),
        "incidents": len(channels),
        "command_ack_ms": spread(times),
        "event_ack_ms": spread(acks.times) | {"max": round(max(acks.times), 1)},
        "events_counted": acks.counted,
        "events_per_s": round(seconds * PER_SECOND / said, 1),
        "lost": sum(not one.acked for one in sent) + acks.lost,
        "behind_s": round(time.perf_counter() - began - said, 2),
        "rss_mb": ground.process.resident_mb(),
    }


class _Acks:
    """Reads off the wire how long each event waited for its acknowledgement, and how many waited in vain.

    The wire remembers only the latest passages, so whoever wants all of them looks often.
    """

    def __init__(self, ground: BenchEnvironment) -> None:
        self._wire_log = ground.sandbox.wire_log
        self._seq = self._wire_log.seq
        self.times: list[float] = []
        self.lost = self._own = 0

    @property
    def counted(self) -> int:
        """Count the events whose fate was read; what Muster said itself comes back to it as an event and is not one."""
        return len(self.times) + self.lost - self._own

    def look(self) -> None:
        for passage in self._wire_log.since(self._seq, _LOOKED_BACK):
            self._seq = passage.seq
            if passage.name == _SAID:
                self.lost += passage.kind == "unacked"
                self._own += passage.kind == "envelope" and "bot_id" in passage.detail["event"]
                self.times += [passage.ms] if passage.kind == "ack" and passage.ms is not None else []


def measure_backlog(ground: BenchEnvironment, channels: Sequence[str], *, events: int) -> dict[str, float]:
    """Cut Muster off while so much is said, let it back, and wait until every event is acknowledged.

    `recorded` are those that are on the record exactly once, `lost` the others.
    """
    faults, actor = ground.sandbox.faults, ground.sandbox.actor
    faults.cut_off()
    ground.until(lambda: ground.sandbox.sockets.count() == 0)
    posted: list[tuple[str, str]] = []
    for n in range(events):
        user, channel = ground.users[n % len(ground.users)], channels[n % len(channels)]
        posted.append((channel, actor.post(user, channel, f"b{n} error rate is up")))
    ground.sandbox.settle(120)
    # Searching all that was said for garbage again and again would measure the workspace, which shares the machine.
    gc.collect()
    gc.freeze()
    faults.restore_connections()
    ground.until(lambda: ground.sandbox.sockets.count() > 0)
    began = time.perf_counter()
    while ground.sandbox.dispatcher.scheduled_retries():
        # Many at a time: to find the oldest of thirty thousand anew for each would measure the workspace, not Muster.
        if ground.sandbox.outstanding() <= _UNDER_WAY // 2:
            ground.sandbox.dispatcher.retry_now(_UNDER_WAY // 2)
        time.sleep(_LOOK_EVERY_S)
    ground.sandbox.settle(600)
    took = time.perf_counter() - began
    gc.unfreeze()
    times = {channel: recorded(ground, channel) for channel in channels}
    once = sum(times[channel][ts] == 1 for channel, ts in posted)
    return {
        "events": events,
        "recorded": once,
        "lost": events - once,
        "caught_up_s": round(took, 1),
        "rss_mb": ground.process.resident_mb(),
    }
