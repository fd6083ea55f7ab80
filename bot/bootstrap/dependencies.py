"""What a Muster stands on: its lines to Slack, its database, its policy, the people it knows. Starts nothing.

Slack is asked who we are before the database is opened, since the answer says whose record it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from slack_bolt.authorization import AuthorizeResult

from bot.clock import Clock
from bot.config.policy_reloader import PolicyReloader
from bot.config.settings import Settings
from bot.failpoints import Failpoint
from bot.monitoring.metrics import Metrics
from bot.slack.client.client_factory import client_for, identify
from bot.slack.client.rate_limiter import RateLimiter
from bot.slack.client.startup_retry import retry_transient
from bot.slack.client.web_api import SlackClient
from bot.slack.degraded.degraded_mode import migrated
from bot.slack.responder import Responder
from bot.slack.user_directory import UserDirectory
from storage.integrity.signing_keys import Signer, read_key
from storage.store import Store

FORM_SECONDS: Final = 3


@dataclass(frozen=True)
class Dependencies:
    """All of it. `is_migrated` is False while the database cannot be brought to our schema because it is absent."""

    who: AuthorizeResult
    clock: Clock
    counts: Metrics
    signer: Signer | None
    store: Store
    is_migrated: bool
    watch: PolicyReloader
    people: UserDirectory
    slack: SlackClient
    desk: Responder

    @property
    def team(self) -> str:
        """Give the workspace we are in."""
        return self.slack.team

    def ask_people(self) -> None:
        """Ask Slack for everybody."""
        self.people.refresh(self.slack.client, self.watch.active.policy)


def connect(
    settings: Settings, clock: Clock, *, reached: Failpoint, opened: Callable[..., Store], call_seconds: int
) -> Dependencies:
    """Ask Slack who we are and who everybody is, open and migrate the database, bring the policy into force."""
    counts = Metrics()
    token, address = settings.slack_bot_token.get_secret_value(), settings.slack_api_url
    client = client_for(address, token, timeout=call_seconds, on_call=counts.record_call)
    signer = read_key(settings.key_file) if settings.key_file else None
    who = retry_transient(lambda: identify(client))
    store = opened(settings.database_url.get_secret_value(), team=str(who.team_id))
    is_migrated = migrated(store)
    watch = PolicyReloader(settings.policy, store.directory, clock)
    footing = Dependencies(
        who=who,
        clock=clock,
        counts=counts,
        signer=signer,
        store=store,
        is_migrated=is_migrated,
        watch=watch,
        people=UserDirectory(str(who.team_id), lambda changed: store.directory.put(changed, clock.now())),
        slack=SlackClient(client, str(who.team_id), str(who.bot_user_id), RateLimiter(), clock, reached=reached),
        desk=Responder(client_for(address, token, timeout=FORM_SECONDS, on_call=counts.record_call)),
    )
    footing.ask_people()
    return footing
