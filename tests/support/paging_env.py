"""A worker that pages people beside Slack, by way of local doubles of the providers; the clock is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from bot.clock import Clock
from bot.failpoints import Failpoint, no_failpoint
from bot.notify.answers.answer_address import AnswerAddresses
from bot.notify.channel import Channel
from bot.notify.channels.jsm_alerts import jsm
from bot.notify.channels.ntfy import ntfy
from bot.notify.channels.pagerduty_events import pagerduty
from bot.notify.channels.pushover import pushover
from bot.notify.channels.twilio_api import twilio
from bot.notify.channels.twilio_sms import TwilioSms
from bot.notify.channels.twilio_voice import TwilioVoice
from bot.notify.page_sender import PageSender
from bot.worker.worker import Worker
from incident.entries.delivery import PageAttempted, PageEnded
from incident.entry import IncidentKey
from incident.jobs import JobKind
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from storage.store import Store
from tests.support import paging_providers as known
from tests.support.paging_providers import PagingProviders
from tests.support.worker_env import WorkerEnv, worker_env_on

ADDRESSES: dict[Medium, str] = {
    Medium.PAGERDUTY: known.INTEGRATION_KEY,
    Medium.JSM: "eva@example.org",
    Medium.PUSHOVER: known.USER_KEY,
    Medium.NTFY: known.TOPIC,
    Medium.VOICE: known.MOBILE,
    Medium.SMS: known.MOBILE,
    Medium.EMAIL: "eva@example.org",
    Medium.APPRISE: "json://localhost/secret",
}
PAGES = (JobKind.PAGE_METHOD, JobKind.PAGE_RECEIPT, JobKind.PAGE_STOP)


def channels_to(url: str, clock: Clock, **secrets: str) -> dict[Medium, Channel]:
    """Return the channels to the doubles; `secrets` replaces the credentials by medium."""
    account = twilio(known.TWILIO_SID, SecretStr(secrets.get("twilio", known.TWILIO_TOKEN)), known.NUMBER, clock, url)
    return {
        Medium.PAGERDUTY: pagerduty(clock, url),
        Medium.JSM: jsm(SecretStr(secrets.get("jsm", known.GENIE_KEY)), clock, url),
        Medium.PUSHOVER: pushover(SecretStr(secrets.get("pushover", known.APP_TOKEN)), clock, url),
        Medium.NTFY: ntfy(SecretStr(known.NTFY_TOKEN), clock, url),
        Medium.VOICE: TwilioVoice(account),
        Medium.SMS: TwilioSms(account),
    }


@dataclass
class PagingEnv:
    """The rig with a worker that pages, and the doubles. Eva is on call, rosa is the level after her, rob owns the service."""

    rig: WorkerEnv
    providers: PagingProviders
    addresses: AnswerAddresses | None = None

    def use(self, *, without: Medium | None = None, reached: Failpoint = no_failpoint, **secrets: str) -> Worker:
        """Take a worker that has these channels in place of the one before."""
        self.rig.worker.stop()
        self.rig.worker = self.worker("pager", without=without, reached=reached, **secrets)
        return self.rig.worker

    def worker(
        self, owner: str, *, without: Medium | None = None, reached: Failpoint = no_failpoint, **secrets: str
    ) -> Worker:
        """Build a worker as another process would have it."""
        rig, found = self.rig, channels_to(self.providers.url, self.rig.clock, **secrets)
        channels: Mapping[Medium, Channel] = {name: one for name, one in found.items() if name is not without}
        sender = PageSender(
            rig.adapter.record, rig.store.directory, channels, rig.adapter.plain, rig.clock, reached, self.addresses
        )
        return rig.another_worker(owner, handlers=sender.handlers)

    def reach(self, name: str, *methods: tuple[Medium, int]) -> None:
        """Store contact methods of a person: media with their delays in minutes."""
        stored = [ContactMethod(medium=one, address=ADDRESSES[one], delay_minutes=after) for one, after in methods]
        self.rig.store.directory.put_contact_methods(self.rig.person(name), stored)

    def declare(self, **fields: Any) -> IncidentKey:
        """Declare a P1 at once, and do what is due."""
        key = self.rig.declare(**fields)
        self.rig.drain()
        return key

    def attempts(self, key: IncidentKey) -> list[tuple[str, str, int]]:
        """The attempts on record: medium, outcome and number of each."""
        facts = [entry.fact for entry in self.rig.entries(key, PageAttempted.kind)]
        return [(f.medium.value, f.outcome, f.attempt) for f in facts if isinstance(f, PageAttempted)]

    def ends(self, key: IncidentKey) -> list[tuple[str, str]]:
        """How pages ended by the record: medium and way."""
        facts = [entry.fact for entry in self.rig.entries(key, PageEnded.kind)]
        return [(f.medium.value, f.how) for f in facts if isinstance(f, PageEnded)]

    def lines(self, key: IncidentKey, word: str) -> list[str]:
        """The lines in the incident channel with a word in them."""
        return [line for text in self.rig.texts(key) for line in text.splitlines() if word in line]


@contextmanager
def paging_env_on(store: Store, providers: PagingProviders, **policy: Any) -> Iterator[PagingEnv]:
    """Put a worker that pages between a store, a fresh workspace and the doubles. A P1 or P2 pages who is on call."""
    with worker_env_on(store, page_priorities=("P1", "P2"), **policy) as rig:
        env = PagingEnv(rig, providers)
        env.use()
        yield env
