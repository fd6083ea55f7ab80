"""Puts Muster together from its settings: the one place that knows what everything is made of. Starts nothing."""

from __future__ import annotations

import socket as host
from collections.abc import Callable
from os import getpid
from typing import Final

from bot.bootstrap.application import Application
from bot.bootstrap.dependencies import connect
from bot.bootstrap.periodic_tasks import gap_detector_of, housekeeping, periodic_tasks
from bot.bootstrap.receivers import bolt_app, is_reached, receiver
from bot.bootstrap.worker_factory import build_worker
from bot.clock import Clock, RealClock
from bot.config.settings import Settings
from bot.failpoints import Failpoint, no_failpoint
from bot.monitoring.health_check import Health
from bot.rendering.renderer import for_slack
from bot.requests.reply import Texts
from bot.requests.request_path import RequestPath
from bot.scheduler import Scheduler
from bot.slack.degraded.degraded_mode import DegradedMode
from bot.slack.gateway.gateway import build_gateway
from bot.timestamp_authority import authority_of
from commands.core.record_service import RecordService
from storage.store import Store, open_store

CALL_SECONDS: Final = 10


def compose(
    settings: Settings,
    *,
    clock: Clock | None = None,
    reached: Failpoint = no_failpoint,
    opened: Callable[..., Store] = open_store,
    call_seconds: int = CALL_SECONDS,
) -> Application:
    """Build a Muster that is ready to start. Asks Slack who we are and who everybody is; migrates the database."""
    on = connect(settings, clock or RealClock(), reached=reached, opened=opened, call_seconds=call_seconds)
    store, watch, process = on.store, on.watch, f"{host.gethostname()}:{getpid()}"
    texts = Texts(for_slack(), settings.command)
    going_on = DegradedMode(
        settings.spool, store, on.slack, watch, texts, submit=on.desk.submit, wake=lambda: worker.wake()
    )
    going_on.begin(migrated=on.is_migrated)
    gateway = build_gateway(
        RequestPath(RecordService(store.recorder, watch.active, on.clock), texts),
        bot=on.slack.bot,
        users=on.people,
        responder=on.desk,
        drafts=store.drafts,
        fallback=going_on.fallback,
        recent=going_on.overheard,
    )
    worker = build_worker(
        on,
        going_on,
        authority=authority_of(settings.tsa_url, settings.tsa_cert),
        owner=process,
        call_seconds=call_seconds,
        reached=reached,
    )
    presence = gap_detector_of(store, on.clock, watch, settings.gap_seconds, process=process, takes=lambda: takes)
    again = periodic_tasks(
        store, on.clock, team=on.team, wake=worker.wake, ask_people=on.ask_people, watch=watch, look=presence.look
    )
    health = Health(store, going_on.spool, worker, on.clock, on.counts, is_connected=lambda: is_reached(takes))
    app = bolt_app(settings, gateway, on.who, on.counts.record_ack)
    takes = receiver(settings, app, health, greeted=on.counts.count_connections(presence.greet))
    scheduler = Scheduler([*again, going_on.recurring(), housekeeping(going_on.overheard, on.clock)])
    workspace = str(on.who.team or on.team)
    return Application(
        gateway, store, watch.active, worker, scheduler, presence, takes, going_on, on.signer, watch.errors, workspace
    )
