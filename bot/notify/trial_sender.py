"""Pages a person by one of their contact methods because they asked for it, and writes them what became of it. Records nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.clock import Clock
from bot.notify.answers.answer_address import AnswerAddresses
from bot.notify.answers.trial_answers import trial_key, trial_url
from bot.notify.channel import Channel
from bot.notify.channel_factory import NEEDED_SETTING
from bot.notify.page_sender import ContactBook
from bot.notify.page_text import trial_page
from bot.slack.blocks.block_elements import sections
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.message_sender import direct_channel, post
from bot.worker.job_context import JobContext, SlackHandler
from bot.worker.port import Delivered, JobRun, RateLimited
from incident.entry import Fact
from incident.jobs import JobKind
from incident.medium import Medium
from incident.model.contact_method import ContactMethod

_TEMPLATE: Final = "slack/surfaces/page_test.j2"
_BUSY: Final = "The provider takes no page now."
_GONE: Final = "The contact method was removed or changed."


@dataclass(frozen=True)
class TrialResult:
    """What the template sees: the place of the contact method, its medium, whether it takes an answer, and why it was not sent."""

    position: int
    medium: Medium
    takes_answer: bool = False
    why: str = ""


@dataclass(frozen=True)
class TrialSender:
    """The job of a test page. Without `addresses` it takes no answer."""

    directory: ContactBook
    channels: Mapping[Medium, Channel]
    clock: Clock
    addresses: AnswerAddresses | None = None

    @property
    def slack_handlers(self) -> dict[JobKind, SlackHandler]:
        """The handler by its kind of job."""
        return {JobKind.PAGE_TEST: self.send}

    def send(self, run: JobRun, context: JobContext) -> Sequence[Fact]:
        """Send the test page, and write its person what became of it."""
        result = self._result(run, context)
        text = context.renderer.macro(_TEMPLATE, "text", result)
        channel = direct_channel(context, run.person)
        if channel is not None:
            post(run, context, channel, Message(text, sections(text)), since=run.at)
        return ()

    def _result(self, run: JobRun, context: JobContext) -> TrialResult:
        position, medium = run.job.position or 1, Medium(run.job.template or Medium.SLACK)
        methods = self.directory.contact_methods(run.person)[position - 1 : position]
        method, channel = next((one for one in methods if one.medium is medium), None), self.channels.get(medium)
        if method is None:
            return TrialResult(position, medium, why=_GONE)
        if channel is None:
            return TrialResult(position, medium, why=f"{NEEDED_SETTING[medium]} is not set.")
        return self._sent(run, context, channel, method)

    def _sent(self, run: JobRun, context: JobContext, channel: Channel, method: ContactMethod) -> TrialResult:
        position, now = run.job.position or 1, self.clock.now()
        address = trial_url(self.addresses, run.person, position, method, now)
        key = trial_key(self.addresses, run.person, position, method, now)
        page = trial_page(key, context.plain.who(run.person), context.plain, answer_url=address)
        run.check_lease(now)
        found = channel.send(page, method)
        if isinstance(found, Delivered):
            return TrialResult(position, method.medium, takes_answer=bool(address))
        return TrialResult(position, method.medium, why=_BUSY if isinstance(found, RateLimited) else found.why)
