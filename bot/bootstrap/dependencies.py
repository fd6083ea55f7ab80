"""External dependencies of one instance: Slack clients, channels that page, database, policy, user directory. Starts nothing.

Slack is asked for our identity before the database is opened, since the workspace decides whose record it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr
from slack_bolt.authorization import AuthorizeResult

from bot.clock import Clock
from bot.config.policy_reloader import PolicyReloader
from bot.config.settings import Settings, read_feed_settings, read_recipient_settings
from bot.failpoints import Failpoint
from bot.monitoring.clock_watch import ClockWatch
from bot.monitoring.metrics import Metrics
from bot.notify.answers.answer_address import AnswerAddresses, answer_addresses
from bot.notify.channel import Channel
from bot.notify.channel_factory import make_channels
from bot.slack.client.account_lookup import ANSWER_SECONDS
from bot.slack.client.client_factory import client_for, identify
from bot.slack.client.rate_limiter import RateLimiter
from bot.slack.client.startup_retry import StartupRetry
from bot.slack.client.web_api import SlackClient
from bot.slack.degraded.degraded_mode import migrate_if_available
from bot.slack.gateway.people_store import store_people
from bot.slack.responder import Responder
from bot.slack.user_directory import UserDirectory
from incident.medium import Medium
from storage.errors import Unavailable
from storage.integrity.signing_keys import Signer, read_key
from storage.store import Store

FORM_SECONDS: Final = 3
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dependencies:
    """All of them. `is_migrated` is False if the database was absent and could not be migrated."""

    identity: AuthorizeResult
    clock: Clock
    metrics: Metrics
    clock_watch: ClockWatch
    signer: Signer | None
    store: Store
    is_migrated: bool
    policy: PolicyReloader
    people: UserDirectory
    slack: SlackClient
    responder: Responder
    channels: Mapping[Medium, Channel]
    addresses: AnswerAddresses | None
    feeds: Mapping[str, SecretStr]
    recipients: Mapping[str, SecretStr]

    @property
    def team(self) -> str:
        """The id of our workspace."""
        return self.slack.team

    def refresh_people(self) -> None:
        """Ask Slack for all users and for the user groups of the policy."""
        self.people.refresh(self.slack.client, self.policy.active.policy)

    def compare_high_water_mark(self) -> None:
        """Compare the database with what this machine saw of it, log what is missing, and save what was seen since."""
        mark = self.store.high_water_mark
        seen, before = mark.mark, mark.problems
        for one in self.store.transactions.read(lambda connection: mark.advance(connection, seen)):
            if one not in before:
                _log.error("the database lacks or changed what it held: %s. Run `muster verify`.", one.what)
        mark.save()


def connect(
    settings: Settings,
    clock: Clock,
    *,
    reached: Failpoint,
    opened: Callable[..., Store],
    call_seconds: int,
    retry: StartupRetry,
) -> Dependencies:
    """Ask Slack for our identity and all users, open and migrate the database, activate the policy.

    Without an answer of Slack it waits, since only Slack knows whose record this is.
    """
    metrics = Metrics()
    clock_watch = ClockWatch(clock, on_step=metrics.record_clock_step)
    metrics.observe_skew(lambda: clock_watch.skew_seconds)
    token, address = settings.slack_bot_token.get_secret_value(), settings.slack_api_url
    client = client_for(address, token, timeout=call_seconds, on_call=metrics.record_call, on_date=clock_watch.compare)
    identity = retry.until_answered(lambda: identify(client))
    team, bot = str(identity.team_id), str(identity.bot_user_id)
    store = opened(settings.database_url.get_secret_value(), team=team)
    store.high_water_mark.open(settings.spool)
    store.files.open(settings.evidence, settings.evidence_mb * 1024 * 1024)
    is_migrated = migrate_if_available(store)
    dependencies = Dependencies(
        identity=identity,
        clock=clock,
        metrics=metrics,
        clock_watch=clock_watch,
        signer=read_key(settings.key_file) if settings.key_file else None,
        store=store,
        is_migrated=is_migrated,
        policy=PolicyReloader(settings.policy, store.directory, clock),
        people=UserDirectory(
            team,
            lambda changed: store_people(store, changed, clock.now()),
            client=client_for(address, token, timeout=ANSWER_SECONDS, on_call=metrics.record_call),
        ),
        slack=SlackClient(client, team, bot, RateLimiter(), clock, reached=reached),
        responder=Responder(client_for(address, token, timeout=FORM_SECONDS, on_call=metrics.record_call)),
        channels=make_channels(settings, clock),
        feeds=read_feed_settings(),
        recipients=read_recipient_settings(),
        addresses=answer_addresses(settings.public_url, settings.slack_bot_token, team),
    )
    dependencies.refresh_people()
    if is_migrated:
        with suppress(Unavailable):
            dependencies.compare_high_water_mark()
    return dependencies
