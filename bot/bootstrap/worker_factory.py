"""Builds the worker with the handlers of every kind of job. Starts nothing."""

from __future__ import annotations

from bot.api.webhooks.allowed_addresses import AllowedAddresses
from bot.api.webhooks.webhook_sender import WebhookSender
from bot.bootstrap.dependencies import Dependencies
from bot.bootstrap.public_address import provider_accounts
from bot.config.settings import read_record_settings
from bot.export.reader_names import ReaderNames
from bot.failpoints import Failpoint
from bot.feeds.feed_jobs import FeedJobs
from bot.inbound.intake_jobs import IntakeJobs
from bot.notify.notice_sender import NoticeSender
from bot.notify.page_sender import PageSender, medium_of
from bot.notify.trial_sender import TrialSender
from bot.notify.update_sender import UpdateSender
from bot.rendering.renderer import Mode, Renderer
from bot.slack.degraded.degraded_mode import DegradedMode
from bot.timestamp_authority import Authority
from bot.worker.handlers.evidence_jobs import EvidenceJobs
from bot.worker.handlers.integrity_jobs import IntegrityJobs
from bot.worker.handlers.job_handlers import HANDLERS
from bot.worker.job_runner import WorkerDependencies
from bot.worker.port import JobHandler
from bot.worker.slack_adapter import SlackAdapter
from bot.worker.worker import Worker
from commands.core.record_service import RecordService
from incident.jobs import JobKind
from roles.person_ids import PersonId


def build_worker(
    on: Dependencies,
    degraded: DegradedMode,
    *,
    authority: Authority | None,
    owner: str,
    call_seconds: float,
    reached: Failpoint,
) -> Worker:
    """Build the worker of one process. `owner` names the process in its leases."""
    store, policy = on.store, on.policy

    def names() -> ReaderNames:
        """Return the present names of people, so that an erased name is not shown again."""
        return ReaderNames(lambda one: store.recorder.read(lambda reader: reader.person(one)), on.slack.team)

    def name_of(person: PersonId) -> str:
        return names()(person)

    def known_name(person: PersonId) -> str | None:
        return names().known(person)

    record, plain = RecordService(store.recorder, policy.active, on.clock), Renderer(Mode.DOCUMENT, names=name_of)
    adapter = SlackAdapter(
        slack=on.slack,
        record=record,
        renderer=Renderer(names=known_name),
        plain=plain,
        recent_messages=degraded.recent,
    )
    integrity = IntegrityJobs(store, lambda: policy.active, on.signer, authority)
    evidence = EvidenceJobs(store.files)
    trials = TrialSender(store.directory, on.channels, on.clock, on.addresses).slack_handlers
    slack_handlers = adapter.handlers({**HANDLERS, **integrity.slack_handlers, **evidence.slack_handlers, **trials})
    needs = WorkerDependencies(
        handlers={
            **slack_handlers,
            **integrity.handlers,
            **evidence.handlers,
            **FeedJobs(record, store.directory, on.feeds).handlers,
            **_senders(on, record, plain, Renderer(Mode.TERMINAL, names=name_of), reached),
        },
        policy=policy.active,
        clock=on.clock,
        call_seconds=call_seconds,
        is_on_hold=degraded.spool_drain.holds_declarations,
        medium=medium_of,
        reached=reached,
    )
    return Worker(store, needs, owner=owner)


def _senders(
    on: Dependencies, record: RecordService, plain: Renderer, terminal: Renderer, reached: Failpoint
) -> dict[JobKind, JobHandler]:
    """Build the handlers of what is outside Slack: pages, notices, status updates, webhooks, alerts."""
    pages = PageSender(
        record, on.store.directory, on.channels, plain, on.clock, reached, on.addresses, provider_accounts(on.store)
    )
    notices = NoticeSender(on.store.directory, on.channels, plain, on.clock, reached, on.addresses)
    updates = UpdateSender(record, on.channels, on.recipients, terminal, on.clock, reached)
    allowed = AllowedAddresses.of_setting(read_record_settings(has_been_checked=True).webhook_networks)
    webhooks = WebhookSender(record, on.store.webhooks, on.clock, allowed, reached)
    intake = IntakeJobs(record, on.store.deliveries, on.team, reached)
    notified = {**pages.handlers, **notices.handlers, **updates.handlers}
    return {**notified, **webhooks.handlers, **intake.handlers}
