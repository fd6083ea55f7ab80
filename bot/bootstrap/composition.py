"""Builds an application from its settings: the one place that knows which parts it has. Starts nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from os import getpid
from typing import TYPE_CHECKING, Final

from bot.bootstrap.application import Application, Receiver
from bot.bootstrap.dependencies import Dependencies, connect
from bot.bootstrap.periodic_tasks import gap_detector_of, periodic_tasks
from bot.bootstrap.receivers import PublicEndpoints, bolt_app, is_healthy, receivers_of
from bot.bootstrap.startup import Startup
from bot.bootstrap.worker_factory import build_worker
from bot.clock import Clock, RealClock
from bot.config.settings import Settings
from bot.failpoints import Failpoint, no_failpoint
from bot.monitoring.health_check import Health
from bot.rendering.renderer import Renderer
from bot.requests.reply import Texts
from bot.requests.request_path import RequestPath
from bot.scheduler import Scheduler
from bot.slack.degraded.degraded_mode import DegradedMode
from bot.slack.gateway.gateway import SlackGateway, build_gateway
from bot.timestamp_authority import authority_of
from bot.worker.worker import Worker
from commands.core.record_service import RecordService
from storage.store import Store, open_store

if TYPE_CHECKING:
    from bot.web.answer_routes import AnswerEndpoints
    from bot.web.http_app import ApiRoutes
    from bot.web.intake_routes import IntakeEndpoints

CALL_SECONDS: Final = 10


def compose(
    settings: Settings,
    *,
    clock: Clock | None = None,
    reached: Failpoint = no_failpoint,
    opened: Callable[..., Store] = open_store,
    call_seconds: int = CALL_SECONDS,
    startup: Startup | None = None,
) -> Application:
    """Build an application that is ready to start. Asks Slack for our identity and all users; migrates the database.

    It waits until Slack answers; `startup` has the port that says so.

    `call_seconds` is the timeout of one call to Slack, `opened` opens the store, `reached` is called at each failpoint.
    """
    startup, clock = startup or Startup(settings), clock or RealClock()
    on = connect(settings, clock, reached=reached, opened=opened, call_seconds=call_seconds, retry=startup.retry)
    texts = Texts(Renderer(names=on.people.name), settings.command)
    degraded_mode = DegradedMode(
        settings.spool, on.store, on.slack, on.policy, texts, submit=on.responder.submit, wake=lambda: worker.wake()
    )
    degraded_mode.start(migrated=on.is_migrated)
    gateway = _gateway(on, degraded_mode, texts)
    process = f"{socket.gethostname()}:{getpid()}"
    authority = authority_of(settings.tsa_url, settings.tsa_cert)
    worker = build_worker(
        on, degraded_mode, authority=authority, owner=process, call_seconds=call_seconds, reached=reached
    )
    gap_detector = gap_detector_of(on, settings.gap_seconds, process=process, receivers=lambda: receivers)
    health = _health(on, degraded_mode, worker, startup, receivers=lambda: receivers)
    app = bolt_app(settings, gateway, on.identity, on.metrics.record_ack)
    on_connected = on.metrics.count_connections(gap_detector.on_connected)
    public = PublicEndpoints(_answers(settings, on), _api(settings, on), _intake(settings, on))
    receivers = receivers_of(settings, app, health, startup, on_connected=on_connected, public=public)
    scheduler = Scheduler(periodic_tasks(on, worker, gap_detector, degraded_mode))
    return Application(
        gateway=gateway,
        store=on.store,
        active=on.policy.active,
        worker=worker,
        scheduler=scheduler,
        gap_detector=gap_detector,
        receivers=receivers,
        degraded_mode=degraded_mode,
        signer=on.signer,
        clock_watch=on.clock_watch,
        policy_errors=on.policy.errors,
        workspace=str(on.identity.team or on.team),
    )


def _health(
    on: Dependencies,
    degraded_mode: DegradedMode,
    worker: Worker,
    startup: Startup,
    *,
    receivers: Callable[[], Sequence[Receiver]],
) -> Health:
    return Health(
        on.store,
        degraded_mode.spool,
        worker,
        on.clock,
        on.metrics,
        is_connected=lambda: is_healthy(receivers()),
        waits_because=lambda: startup.retry.reason,
        clock_watch=on.clock_watch,
    )


def _answers(settings: Settings, on: Dependencies) -> AnswerEndpoints | None:
    """Build what answers pages; without a public address neither it nor Starlette is loaded."""
    if settings.public_url is None:
        return None
    from bot.bootstrap.public_address import public_answers

    record = RecordService(on.store.recorder, on.policy.active, on.clock)
    return public_answers(settings, on.store, record, on.people)


def _api(settings: Settings, on: Dependencies) -> ApiRoutes | None:
    """Build the API where it is switched on; without it neither FastAPI nor Starlette is loaded."""
    if settings.api == "off":
        return None
    from bot.bootstrap.api_routes import api_routes

    record = RecordService(on.store.recorder, on.policy.active, on.clock)
    return api_routes(on.store, record, on.people, settings.command)


def _intake(settings: Settings, on: Dependencies) -> IntakeEndpoints | None:
    """Build what takes alerts; without a port it is not loaded."""
    if settings.http_port is None:
        return None
    from bot.bootstrap.alert_intake import intake_of

    return intake_of(on)


def _gateway(on: Dependencies, degraded_mode: DegradedMode, texts: Texts) -> SlackGateway:
    return build_gateway(
        RequestPath(RecordService(on.store.recorder, on.policy.active, on.clock), texts),
        bot=on.slack.bot,
        users=on.people,
        responder=on.responder,
        drafts=on.store.drafts,
        fallback=degraded_mode.fallback,
        recent=degraded_mode.recent,
    )
