"""What an overload costs: an hour's backlog of events that Slack sends again, and a burst with commands in between."""

from __future__ import annotations

import time
from typing import Final

from bot.bench.ground import COMMAND, Ground
from bot.bench.numbers import spread
from sandbox.delivery.envelope import Delivery
from sandbox.delivery.hub import Timing

PER_SECOND: Final = 100
_ONE_COMMAND_IN: Final = 25
# What cannot be delivered stays where it is until the bench sends it again, however long it takes to say everything.
PATIENT: Final = Timing(retry_after=(3600.0, 3600.0, 3600.0))
_UNDER_WAY: Final = 400
_LOOK_EVERY_S: Final = 0.01


def measure_burst_of_events(ground: Ground, channel: str, *, seconds: int) -> dict[str, object]:
    """Say a hundred things a second and type a line four times a second meanwhile: how long do those who type wait?"""
    sent: list[Delivery] = []
    began = time.perf_counter()
    for n in range(seconds * PER_SECOND):
        time.sleep(max(0.0, began + n / PER_SECOND - time.perf_counter()))
        user = ground.users[n % len(ground.users)]
        ground.sandbox.acting.post(user, channel, f"m{n} latency is up")
        if n % _ONE_COMMAND_IN == 0:
            sent.append(ground.sandbox.acting.slash(user, channel, COMMAND, f"note n{n} pool exhausted"))
    said = time.perf_counter() - began
    ground.sandbox.settle(120)
    times = [one.ack_ms if one.acked and one.ack_ms is not None else 3000.0 for one in sent]
    return {
        "command_ack_ms": spread(times),
        "events_per_s": round(seconds * PER_SECOND / said, 1),
        "lost": sum(not one.acked for one in sent),
        "behind_s": round(time.perf_counter() - began - said, 2),
        "rss_mb": ground.process.resident_mb(),
    }


def measure_backlog(ground: Ground, channel: str, *, events: int) -> dict[str, float]:
    """Cut Muster off while so much is said, let it back, and wait until every event is acknowledged."""
    faults, acting = ground.sandbox.faults, ground.sandbox.acting
    faults.cut_off()
    ground.until(lambda: ground.sandbox.sockets.count() == 0)
    for n in range(events):
        acting.post(ground.users[n % len(ground.users)], channel, f"b{n} error rate is up")
    ground.sandbox.settle(120)
    faults.let_back()
    ground.until(lambda: ground.sandbox.sockets.count() > 0)
    began = time.perf_counter()
    while ground.sandbox.hub.put_off():
        # Many at a time: to find the oldest of thirty thousand anew for each would measure the workspace, not Muster.
        if ground.sandbox.outstanding() <= _UNDER_WAY // 2:
            ground.sandbox.hub.hasten(_UNDER_WAY // 2)
        time.sleep(_LOOK_EVERY_S)
    ground.sandbox.settle(600)
    took = time.perf_counter() - began
    return {"events": events, "caught_up_s": round(took, 1), "rss_mb": ground.process.resident_mb()}
