"""What a Slack job handler acts with: the client for this job, the record, the renderers, caches. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.rendering.renderer import Renderer
from bot.slack.capture.channel_history import HistoryWindow
from bot.slack.capture.recent_messages import RecentMessages
from bot.slack.client.sent_lookup import SentLookup
from bot.slack.client.web_api import SlackClient
from bot.worker.port import JobRun
from commands.core.record_service import RecordService
from commands.core.sessions.staffed_policy import staffed
from incident.entry import Entry, Fact
from incident.policy import Policy
from incident.ports import Reader, Recorder


class LastRendered:
    """The digest of what the surface of one job shows, so that an unchanged surface is not sent again.

    Every replica draws, so the digest that was shown before comes from the jobs table, not from this process's memory.
    """

    def __init__(self, before: Callable[[], str | None] = lambda: None) -> None:
        self._before = before
        self.now = ""

    def is_already(self, digest: str) -> bool:
        """True if the surface shows this already, whichever replica drew it."""
        if self._before() != digest:
            return False
        self.now = digest
        return True


class RecentLines(dict[str, str]):
    """The ts of the messages that hold the latest lines, by the key of each line's job; old ones are forgotten."""

    _MOST: Final = 500

    def __setitem__(self, key: str, ts: str) -> None:
        """Remember where a line is."""
        super().__setitem__(key, ts)
        while len(self) > self._MOST:
            del self[next(iter(self))]


class SlackCache:
    """Channel ids, posted lines and unfinished history reads of this process. Losing them costs calls and nothing else."""

    def __init__(self) -> None:
        self.channels: dict[str, str] = {}
        self.direct: dict[str, str] = {}
        self.lines = RecentLines()
        self.history: dict[str, HistoryWindow] = {}


@dataclass(frozen=True)
class JobContext:
    """What handlers act with. `slack` and `shown` serve one job; `renderer` writes mrkdwn, `plain` plain text."""

    slack: SlackClient
    sent_lookup: SentLookup
    record: RecordService
    renderer: Renderer
    plain: Renderer
    cache: SlackCache
    shown: LastRendered
    recent_messages: RecentMessages

    @property
    def recorder(self) -> Recorder:
        """The recorder, for reads and for transactions that only enqueue jobs."""
        return self.record.recorder

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.record.policy

    @property
    def staffed_policy(self) -> Policy:
        """The policy in force with the overrides of its schedules."""
        return self.recorder.read(lambda reader: staffed(self.policy, reader, self.slack.team))


SlackHandler = Callable[[JobRun, JobContext], Sequence[Fact]]


def entries_of(run: JobRun, context: JobContext) -> tuple[Entry, ...]:
    """Read the entries from the job's first to its last."""
    first = run.job.entry or 1
    last = run.job.last or first

    def read(reader: Reader) -> tuple[Entry, ...]:
        return tuple(reader.entries(run.job.incident, after=first - 1, until=last))

    return context.recorder.read(read)
