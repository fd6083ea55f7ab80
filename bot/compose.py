"""Puts Muster together from its settings: the one place that knows what everything is made of. Starts nothing."""

from __future__ import annotations

import socket as host
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from os import getpid

from bot.clock import Clock, RealClock
from bot.failpoints import Reached, nothing_happens
from bot.muster import Muster
from bot.policy_file import ActivePolicy, active_policy
from bot.policy_lines import Wrong
from bot.render import Mode, Renderer, for_slack
from bot.scheduler import TICK, Recurring, Scheduler, want_checkpoint
from bot.send.checkpoint import checkpoint_by
from bot.settings import Settings
from bot.slack.app import build_app
from bot.slack.budget import Budget
from bot.slack.calls import Slack
from bot.slack.connect import Socket, client_for, identify
from bot.slack.desk import Desk
from bot.slack.edge import Edge
from bot.slack.people import People
from bot.slack.reply import Texts
from bot.web.slack_http import WebServer, web_app
from bot.worker import Outside, Worker
from incident.jobs import JobKind
from incident.ports import Person
from storage.signing import Signer, read_key
from storage.store import Store, open_store

MINUTE = timedelta(minutes=1)
FORM_SECONDS, CALL_SECONDS = 3, 10


def compose(settings: Settings, *, clock: Clock | None = None, reached: Reached = nothing_happens) -> Muster:
    """Build a Muster that is ready to start. Asks Slack who we are and who everybody is; migrates the database."""
    clock = clock or RealClock()
    token, address = settings.slack_bot_token.get_secret_value(), settings.slack_api_url
    who = identify(client_for(address, token, timeout=CALL_SECONDS))
    team, bot = str(who.team_id), str(who.bot_user_id)
    store = open_store(settings.database_url.get_secret_value(), team=team)
    store.migrate()
    active, wrong = _policy(settings, store, clock)
    signer = read_key(settings.key_file) if settings.key_file else None
    people = People(team, partial(_keep, store, clock))
    client = client_for(address, token, timeout=CALL_SECONDS)
    people.refresh(client, active.policy)
    edge = Edge(
        team=team,
        bot=bot,
        recorder=store.recorder,
        active=active,
        clock=clock,
        people=people,
        desk=Desk(client_for(address, token, timeout=FORM_SECONDS)),
        texts=Texts(for_slack(), settings.command),
        drafts=store.drafts,
    )
    slack = Slack(client, team, bot, Budget(), clock, reached=reached)
    worker = Worker(store, _outside(slack, active, store, signer), owner=f"{host.gethostname()}:{getpid()}")
    scheduler = Scheduler(
        [
            Recurring("tick", TICK, worker.wake),
            Recurring("checkpoint", MINUTE, lambda: want_checkpoint(store.recorder, team, clock.now())),
            Recurring("people", 10 * MINUTE, lambda: people.refresh(client, active.policy)),
            Recurring("housekeeping", 60 * MINUTE, lambda: store.housekeep(clock.now())),
        ]
    )
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else None
    over_http = settings.mode == "http"
    app = build_app(
        edge,
        settings.commands,
        authorized=who,
        client=client_for(address),
        signing_secret=secret if over_http else None,
    )
    listening: list[Socket | WebServer] = []
    if over_http:
        listening = [WebServer(web_app(lambda: True, app), settings.http_port or 3000)]
    elif settings.slack_app_token is not None:
        connection = Socket(app, settings.slack_app_token.get_secret_value())
        listening = [connection]
        if settings.http_port is not None:
            listening.append(WebServer(web_app(connection.is_healthy), settings.http_port))
    return Muster(edge, store, active, worker, scheduler, listening, signer, wrong)


def _keep(store: Store, clock: Clock, people: Sequence[Person]) -> None:
    store.directory.put(people, clock.now())


def _policy(settings: Settings, store: Store, clock: Clock) -> tuple[ActivePolicy, tuple[Wrong, ...]]:
    """Bring the policy file into force, or the last good text when the file is broken."""
    now = clock.now()
    kept = store.directory.active_policy()
    active, wrong = active_policy(settings.policy, now.date(), lambda: kept[1] if kept else None)
    store.directory.activate_policy(active.policy, active.loaded.text, now)
    return active, wrong


def _outside(slack: Slack, active: ActivePolicy, store: Store, signer: Signer | None) -> Outside:
    """Give the worker everything it acts with."""
    return Outside(
        slack=slack,
        policy=lambda: active.policy,
        renderer=for_slack(),
        plain=Renderer(Mode.DOCUMENT, names=lambda person: _name(store, person)),
        sends={JobKind.CHECKPOINT: checkpoint_by(store.checkpoints, signer)},
        timeout_s=CALL_SECONDS,
    )


def _name(store: Store, person: str) -> str:
    known = store.recorder.read(lambda reader: reader.person(person))  # type: ignore[arg-type]
    return known.name if known else person
