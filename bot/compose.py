"""Puts Muster together from its settings: the one place that knows what everything is made of. Starts nothing."""

from __future__ import annotations

import socket as host
from collections.abc import Callable
from dataclasses import replace
from os import getpid
from typing import Final

from bot.absence import GoingOn, migrated
from bot.clock import Clock, RealClock
from bot.counts import Counts
from bot.failpoints import Reached, nothing_happens
from bot.health import Health
from bot.listening import bolt_app, is_reached, listening
from bot.muster import Muster
from bot.policy_watch import PolicyWatch
from bot.render import for_slack
from bot.scheduler import Scheduler
from bot.settings import Settings
from bot.slack.budget import Budget
from bot.slack.calls import Slack
from bot.slack.connect import client_for, identify
from bot.slack.desk import Desk
from bot.slack.edge import Edge
from bot.slack.people import People
from bot.slack.reply import Texts
from bot.worker import Worker
from bot.working import CALL_SECONDS, outside, presence_of, recurring
from storage.signing import read_key
from storage.store import Store, open_store

FORM_SECONDS: Final = 3


def compose(
    settings: Settings,
    *,
    clock: Clock | None = None,
    reached: Reached = nothing_happens,
    opened: Callable[..., Store] = open_store,
    call_seconds: int = CALL_SECONDS,
) -> Muster:
    """Build a Muster that is ready to start. Asks Slack who we are and who everybody is; migrates the database."""
    clock = clock or RealClock()
    token, address = settings.slack_bot_token.get_secret_value(), settings.slack_api_url
    counts = Counts()
    client = client_for(address, token, timeout=call_seconds, called=counts.called)
    signer = read_key(settings.key_file) if settings.key_file else None
    who = identify(client)
    team, bot = str(who.team_id), str(who.bot_user_id)
    store = opened(settings.database_url.get_secret_value(), team=team)
    is_migrated = migrated(store)
    watch = PolicyWatch(settings.policy, store.directory, clock)
    people = People(team, lambda changed: store.directory.put(changed, clock.now()))
    people.refresh(client, watch.active.policy)
    slack = Slack(client, team, bot, Budget(), clock, reached=reached)
    desk = Desk(client_for(address, token, timeout=FORM_SECONDS, called=counts.called))
    texts = Texts(for_slack(), settings.command)
    going_on = GoingOn(settings.spool, store, slack, watch, texts, do=desk.do, wake=lambda: worker.wake())
    going_on.begin(migrated=is_migrated)
    edge = Edge(
        team=team,
        bot=bot,
        recorder=store.recorder,
        active=watch.active,
        clock=clock,
        people=people,
        desk=desk,
        texts=texts,
        drafts=store.drafts,
        absent=going_on.absent,
    )
    process = f"{host.gethostname()}:{getpid()}"
    acts = outside(slack, watch, store, signer, authority=settings.tsa_url, timeout_s=call_seconds)
    worker = Worker(store, replace(acts, held=going_on.draining.holds_declarations), owner=process)
    presence = presence_of(store, clock, watch, settings.gap_seconds, process=process, takes=lambda: takes)

    def ask_people() -> None:
        people.refresh(client, watch.active.policy)

    again = recurring(store, clock, team=team, wake=worker.wake, ask_people=ask_people, watch=watch, look=presence.look)
    health = Health(store, going_on.spool, worker, clock, counts, is_connected=lambda: is_reached(takes))
    app = bolt_app(settings, edge, who, counts.acked)
    takes = listening(settings, app, health, greeted=counts.counting_connections(presence.greet))
    workspace = str(who.team or team)
    scheduler = Scheduler([*again, going_on.recurring()])
    return Muster(
        edge, store, watch.active, worker, scheduler, presence, takes, going_on, signer, watch.wrong, workspace
    )
