"""Sends the notices of the policy's rules to people outside Slack: by mail, or by the media that the rule names.

The address stays in the directory. What is sent carries an address of ours at which its reader confirms it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.failpoints import Failpoint, no_failpoint
from bot.notify.answers.answer_address import AnswerAddresses
from bot.notify.answers.notices.notice_address import NoticeReference, notice_url
from bot.notify.channel import Channel, Page
from bot.notify.channel_factory import NEEDED_SETTING
from bot.notify.page_sender import ContactBook
from bot.notify.page_text import short_number, slack_link
from bot.rendering.renderer import Renderer
from bot.worker.handlers.notices.rule_notice import RuleNoticeContext, notice_of
from bot.worker.port import Delivered, JobHandler, JobRun, Refused, Result
from commands.core.record_service import Clock
from incident.entries.delivery import NoticeDelivered
from incident.jobs import JobKind
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from incident.model.response.policy_notice import Notice
from incident.rules.visibility import is_restricted
from roles.person_ids import PersonId

_TEMPLATE: Final = "notify/notice.j2"
_NO_METHOD: Final = "no such contact method"
# The media whose providers post to the address of the page; in the others a person opens it.
_POSTED: Final = frozenset({Medium.VOICE, Medium.NTFY})


@dataclass(frozen=True)
class OutsideNotice(RuleNoticeContext):
    """What the templates see of a notice outside Slack; `address` is where its reader confirms it, empty without one."""

    address: str = ""

    @property
    def spoken_number(self) -> str:
        """The incident's number as a voice reads it."""
        return short_number(self.i)


@dataclass(frozen=True)
class NoticeSender:
    """The job of a notice outside Slack. `renderer` is one for documents; without `addresses` people confirm in Slack."""

    directory: ContactBook
    channels: Mapping[Medium, Channel]
    renderer: Renderer
    clock: Clock
    reached: Failpoint = no_failpoint
    addresses: AnswerAddresses | None = None

    @property
    def handlers(self) -> dict[JobKind, JobHandler]:
        """The handler by its kind of job."""
        return {JobKind.NOTICE_OUTSIDE: self.send}

    def send(self, run: JobRun) -> Result:
        """Send the notice once to the job's person by its medium; one that is confirmed or past is needed no more.

        Who has no contact method of a medium that the rule names is on record as not reached by it.
        """
        notice, person, medium = notice_of(run), run.person, Medium(run.job.template or Medium.EMAIL)
        if notice is None or run.incident.is_over or _is_settled(notice, person, medium):
            return Delivered()
        method = next((one for one in self.directory.contact_methods(person) if one.medium is medium), None)
        if method is None:
            is_named = medium in notice.by
            return Delivered(facts=(_delivered(notice, person, medium, error=_NO_METHOD),) if is_named else ())
        result = self._sent(run, notice, method)
        if isinstance(result, Delivered):
            return Delivered(facts=(_delivered(notice, person, medium, ref=result.ref or medium.value),))
        if isinstance(result, Refused) and result.permanent:
            return Delivered(facts=(_delivered(notice, person, medium, error=result.why),))
        return result

    def _sent(self, run: JobRun, notice: Notice, method: ContactMethod) -> Result:
        channel = self.channels.get(method.medium)
        if channel is None:
            return Refused(f"{NEEDED_SETTING[method.medium]} is not set.")
        page = self._page(run, notice, method.medium)
        run.check_lease(self.clock.now())
        result = channel.send(page, method)
        self.reached("notice_outside:call:after")
        return result

    def _page(self, run: JobRun, notice: Notice, medium: Medium) -> Page:
        incident, address = run.incident, ""
        if self.addresses is not None:
            address = notice_url(self.addresses, NoticeReference(incident.number, notice.n, run.person), medium)
        view = OutsideNotice(incident, notice, None, is_hidden=is_restricted(incident), now=run.at, address=address)
        page = Page(
            key=run.job.key,
            subject=self._text("subject", view),
            text=self._text("text", view),
            short=self._text("short", view),
            spoken=self._text("spoken", view),
            link="" if view.is_hidden else slack_link(incident),
            is_call=False,
        )
        if medium in _POSTED:
            return replace(page, answer_url=address)
        return replace(page, answer_line=self._text("line", view)) if address else page

    def _text(self, name: str, view: OutsideNotice) -> str:
        return self.renderer.macro(_TEMPLATE, name, view)


def _is_settled(notice: Notice, person: PersonId, medium: Medium) -> bool:
    """True if the person has confirmed the notice, or got it by this medium before."""
    is_seen = any(receipt.who == person for receipt in notice.receipts)
    return is_seen or any((one.who, one.medium) == (person, medium) for one in notice.deliveries)


def _delivered(
    notice: Notice, who: PersonId, medium: Medium, *, ref: str | None = None, error: str | None = None
) -> NoticeDelivered:
    return NoticeDelivered(notified=notice.n, who=who, medium=medium, ref=ref, error=error)
