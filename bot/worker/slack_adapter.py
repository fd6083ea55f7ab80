"""Slack behind the worker's port: runs the Slack handlers and translates the client's errors to the four results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from bot.rendering.renderer import Renderer
from bot.slack.capture.recent_messages import RecentMessages
from bot.slack.client.sent_lookup import SentLookup
from bot.slack.client.slack_errors import CHANNEL_CLOSED
from bot.slack.client.web_api import CallPostponed, SlackClient, SlackError, UnknownOutcome
from bot.worker.handlers.job_handlers import HANDLERS
from bot.worker.job_context import JobContext, LastRendered, SlackCache, SlackHandler
from bot.worker.port import Delivered, JobHandler, JobRun, RateLimited, Refused, Result, Unknown
from commands.core.record_service import RecordService
from incident.entries.delivery import ChannelChanged, DeliveryFailed
from incident.entry import Fact
from incident.jobs import JobKind
from incident.medium import Medium

_IN_INCIDENT_CHANNEL: Final = frozenset(
    {JobKind.CARD, JobKind.PIN_CARD, JobKind.TOPIC, JobKind.CHANNEL_NAME, JobKind.BOOKMARKS, JobKind.MEMBERS}
    | {JobKind.SAY, JobKind.UPDATE_HERE, JobKind.PROMPT, JobKind.READ_IN, JobKind.MASK, JobKind.AMEND}
)
# Jobs that post in the incident channel and nowhere else.
_POSTED_HERE: Final = frozenset({JobKind.SAY, JobKind.UPDATE_HERE})


@dataclass(frozen=True)
class SlackAdapter:
    """Makes job handlers of Slack handlers. `cache` belongs to one process."""

    slack: SlackClient
    record: RecordService
    renderer: Renderer
    plain: Renderer
    sent_lookup: SentLookup = field(default_factory=SentLookup)
    recent_messages: RecentMessages = field(default_factory=RecentMessages)
    cache: SlackCache = field(default_factory=SlackCache)

    def handlers(self, slack_handlers: Mapping[JobKind, SlackHandler] = HANDLERS) -> dict[JobKind, JobHandler]:
        """Return the handlers as the worker calls them."""
        return {kind: partial(self.deliver, handler) for kind, handler in slack_handlers.items()}

    def deliver(self, handler: SlackHandler, run: JobRun) -> Result:
        """Run one Slack handler. The `ref` of its delivery is the digest of what the job's surface shows."""
        shown = LastRendered(run.last_ref)
        try:
            facts = handler(run, self._context(run, shown))
        except CallPostponed as postponed:
            return RateLimited(postponed.until)
        except UnknownOutcome as unknown:
            return Unknown(str(unknown))
        except SlackError as error:
            return _refusal(run, error)
        return Delivered(shown.now, (*facts, *_opened(run, shown)))

    def _context(self, run: JobRun, shown: LastRendered) -> JobContext:
        return JobContext(
            slack=self.slack.for_job(run.job.kind, run.job.rank, run.check_lease, moved=_moved(run)),
            sent_lookup=self.sent_lookup,
            record=self.record,
            renderer=self.renderer,
            plain=self.plain,
            cache=self.cache,
            shown=shown,
            recent_messages=self.recent_messages,
        )


def _moved(run: JobRun) -> Mapping[str, str]:
    """Return the present id of the incident channel by each id that it had before."""
    places = run.found.places if run.found else None
    return dict.fromkeys(places.former, places.channel) if places and places.channel else {}


def _opened(run: JobRun, shown: LastRendered) -> tuple[Fact, ...]:
    """Return that the channel is open again, when something was posted in one that was closed to Muster."""
    places = run.found.places if run.found else None
    if places is None or places.channel is None or places.closed is None:
        return ()
    is_posted = run.job.kind in _POSTED_HERE and bool(shown.now)
    return (ChannelChanged(channel=places.channel, how="opened"),) if is_posted else ()


def _refusal(run: JobRun, error: SlackError) -> Refused:
    """A closed incident channel can be opened again by people: they learn it once, and its jobs are retried."""
    if error.error not in CHANNEL_CLOSED or run.job.kind not in _IN_INCIDENT_CHANNEL:
        return Refused(error.error)
    if run.found is not None and run.found.places.closed is not None:
        return Refused(error.error, permanent=False)
    closed = DeliveryFailed(medium=Medium.SLACK, what=JobKind.RECONCILE, error=error.error)
    return Refused(error.error, permanent=False, facts=(closed,))
