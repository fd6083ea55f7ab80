"""What a job has in hand when it is done: its incident as it is now, and the means to act on Slack. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.rendering.renderer import Renderer
from bot.slack.capture.channel_history import HistoryWindow
from bot.slack.capture.recent_messages import RecentMessages
from bot.slack.client.sent_lookup import SentLookup
from bot.slack.client.web_api import SlackClient
from incident.entry import Entry, Fact
from incident.jobs import Job
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Reader, Recorder
from roles.person_ids import PersonId


class LastRendered:
    """What the surface of one job shows, as a digest, so that nothing is drawn that stands there already.

    Every replica draws, so what it showed before is asked of the jobs table and not of this process's memory.
    """

    def __init__(self, before: Callable[[], str | None] = lambda: None) -> None:
        self._before = before
        self.now = ""

    def is_already(self, digest: str) -> bool:
        """Tell whether the surface shows this, whoever drew it."""
        if self._before() != digest:
            return False
        self.now = digest
        return True


class SlackCache:
    """What this process remembers of Slack to save calls. Losing it costs calls, nothing else."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}
        self.direct: dict[str, str] = {}
        self.readings: dict[str, HistoryWindow] = {}


@dataclass(frozen=True)
class JobContext:
    """What sending needs. `slack` and `shown` serve this one job; `renderer` writes for Slack, `plain` without markup."""

    slack: SlackClient
    settle: SentLookup
    recorder: Recorder
    policy: Policy
    renderer: Renderer
    plain: Renderer
    memory: SlackCache
    shown: LastRendered
    overheard: RecentMessages


@dataclass(frozen=True)
class JobRun:
    """One claimed job. `is_first` tells that nothing of it can have reached Slack before."""

    job: Job
    at: datetime
    incident: Incident | None
    is_first: bool

    @property
    def open(self) -> Incident:
        """The incident the job belongs to."""
        if self.incident is None:
            raise LookupError(f"job {self.job.key} belongs to an incident that is not there")
        return self.incident

    @property
    def channel(self) -> str:
        """The incident channel, which jobs that need it wait for."""
        if self.open.places.channel is None:
            raise LookupError(f"job {self.job.key} was run before its channel was made")
        return self.open.places.channel

    @property
    def about(self) -> PersonId:
        """The person the job is for."""
        if self.job.person is None:
            raise LookupError(f"job {self.job.key} names nobody")
        return self.job.person


JobHandler = Callable[[JobRun, JobContext], Sequence[Fact]]


def entries_of(task: JobRun, means: JobContext) -> tuple[Entry, ...]:
    """Read the entries from the job's first to its last."""
    first = task.job.entry or 1
    last = task.job.last or first

    def read(reader: Reader) -> tuple[Entry, ...]:
        return tuple(reader.entries(task.job.incident, after=first - 1, until=last))

    return means.recorder.read(read)
