"""Mails the notices of the policy's rules to people who have an e-mail contact method. The address stays in the directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.failpoints import Failpoint, no_failpoint
from bot.notify.channel import Channel, Page
from bot.notify.channel_factory import NEEDED_SETTING
from bot.notify.page_sender import ContactBook
from bot.notify.page_text import slack_link
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

_TEMPLATE = "notify/notice.j2"


@dataclass(frozen=True)
class NoticeSender:
    """The job of a notice by mail. `renderer` is one for documents, which writes plain text."""

    directory: ContactBook
    channels: Mapping[Medium, Channel]
    renderer: Renderer
    clock: Clock
    reached: Failpoint = no_failpoint

    @property
    def handlers(self) -> dict[JobKind, JobHandler]:
        """The handler by its kind of job."""
        return {JobKind.NOTICE_MAIL: self.send}

    def send(self, run: JobRun) -> Result:
        """Mail the notice once to the job's person, if they have an address; one that is confirmed or past needs no mail."""
        notice, person = notice_of(run), run.person
        method = next((one for one in self.directory.contact_methods(person) if one.medium is Medium.EMAIL), None)
        if notice is None or method is None or run.incident.is_over or _is_settled(notice, person):
            return Delivered()
        result = self._sent(run, notice, method)
        if isinstance(result, Delivered):
            return Delivered(facts=(_delivered(notice, person, ref=result.ref or "mail"),))
        if isinstance(result, Refused) and result.permanent:
            return Delivered(facts=(_delivered(notice, person, error=result.why),))
        return result

    def _sent(self, run: JobRun, notice: Notice, method: ContactMethod) -> Result:
        channel = self.channels.get(Medium.EMAIL)
        if channel is None:
            return Refused(f"{NEEDED_SETTING[Medium.EMAIL]} is not set.")
        view = RuleNoticeContext(run.incident, notice, None, is_hidden=is_restricted(run.incident), now=run.at)
        texts = {name: self.renderer.macro(_TEMPLATE, name, view) for name in ("subject", "text")}
        link = "" if view.is_hidden else slack_link(run.incident)
        subject, text = texts["subject"], texts["text"]
        page = Page(key=run.job.key, subject=subject, text=text, short=subject, spoken="", link=link)
        run.check_lease(self.clock.now())
        self.reached("notice_mail:call:before")
        result = channel.send(page, method)
        self.reached("notice_mail:call:after")
        return result


def _is_settled(notice: Notice, person: PersonId) -> bool:
    """True if the person has confirmed the notice, or was mailed it before."""
    is_seen = any(receipt.who == person for receipt in notice.receipts)
    return is_seen or any((one.who, one.medium) == (person, Medium.EMAIL) for one in notice.deliveries)


def _delivered(notice: Notice, who: PersonId, *, ref: str | None = None, error: str | None = None) -> NoticeDelivered:
    return NoticeDelivered(notified=notice.n, who=who, medium=Medium.EMAIL, ref=ref, error=error)
