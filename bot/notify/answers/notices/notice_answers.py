"""Confirmations of notices outside Slack: each is the verb `seen` of the person notified, as their button in Slack is.

Opening the page records nothing: mail scanners open every link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.notify.answers.answer_address import AnswerAddresses
from bot.notify.answers.answer_text import AnswerTexts
from bot.notify.answers.answer_words import answer_of_digits
from bot.notify.answers.link_answers import html
from bot.notify.answers.notices.notice_address import NoticeReference, notice_of_token, notice_url
from bot.notify.channels.twilio_voice import call_script, closing_script
from bot.requests.request_path import RequestPath, retry_once
from bot.web.answer_routes import Posted, WebReply
from commands.core.request import Actor, Place, Request
from incident.entry import EntryPoint, Source
from incident.medium import Medium
from incident.model.incident import Incident
from incident.model.response.policy_notice import Notice
from incident.ports import Reader
from incident.rules.visibility import is_restricted
from roles.person_ids import PersonId
from storage.errors import Unavailable

_OK, _BAD_REQUEST, _GONE, _UNAVAILABLE = 200, 400, 410, 503
_XML: Final = "text/xml"
_NOTED: Final = WebReply(204)
SEEN: Final = "seen"


@dataclass(frozen=True)
class NoticeView:
    """A notice to one person as it is now."""

    incident: Incident
    notice: Notice
    person: PersonId

    @property
    def is_open(self) -> bool:
        """True if more than the number may leave Slack."""
        return not is_restricted(self.incident)

    @property
    def is_seen(self) -> bool:
        """True if the person has confirmed it."""
        return any(one.who == self.person for one in self.notice.receipts)

    @property
    def takes_receipt(self) -> bool:
        """True if the person can still confirm it."""
        return not self.is_seen and not self.incident.is_over


@dataclass(frozen=True)
class NoticeAnswers:
    """Shows the page of a notice and takes its button, or a key of a telephone call."""

    path: RequestPath
    addresses: AnswerAddresses
    texts: AnswerTexts
    actor: Callable[[PersonId], Actor]

    def of_token(self, token: str, medium: str) -> NoticeReference | None:
        """Return the notice that a token of this medium names; None for any other token."""
        return notice_of_token(self.addresses, token, medium)

    def page(self, notice: NoticeReference) -> WebReply:
        """Return the page of a notice, with its button while it can be confirmed."""
        try:
            view = self.view(notice)
        except Unavailable:
            return self._unavailable(notice)
        return self._page(notice, view)

    def pressed(self, notice: NoticeReference, posted: Posted) -> WebReply:
        """Take the button. What is pressed twice is confirmed once."""
        if (posted.form.get("answer") or posted.query.get("answer")) != SEEN:
            return html(self.texts.notice(notice.number, self.texts.plain("notice_unasked")), _BAD_REQUEST)
        try:
            return self._page(notice, self.confirm(notice))
        except Unavailable:
            return self._unavailable(notice)

    def dialled(self, notice: NoticeReference, posted: Posted) -> WebReply:
        """Take what a telephone call posts: a key confirms it, another says it again, its status is no news."""
        if "Digits" not in posted.form:
            return _NOTED
        address = notice_url(self.addresses, notice, Medium.VOICE)
        try:
            if answer_of_digits(posted.form["Digits"]) is None:
                return _xml(call_script(self.texts.plain("notice_key"), address))
            view = self.confirm(notice)
        except Unavailable:
            return _xml(call_script(self.texts.plain("press_again"), address))
        return _xml(closing_script(self.texts.plain("notice_state", notice.number, view)))

    def view(self, notice: NoticeReference) -> NoticeView | None:
        """Return a notice, None for one that does not exist or is not for this person. Raise Unavailable."""
        return self.path.record.read(lambda reader: self._view(reader, notice))

    def confirm(self, notice: NoticeReference) -> NoticeView | None:
        """Confirm a notice as its person, and return it. Raise Unavailable when nothing could be recorded."""
        before = self.view(notice)
        if before is None or not before.takes_receipt:
            return before
        key = f"{self.addresses.team}:seen:{notice.number}:{notice.n}:{notice.person}"
        request = Request(
            verb=SEEN,
            fields={"notice": notice.n},
            actor=self.actor(notice.person),
            team=self.addresses.team,
            place=Place(number=notice.number),
            source=Source(surface=EntryPoint.WEB),
            key=key,
            at=self.path.record.clock.now(),
        )
        retry_once(lambda: self.path.run(request))
        return self.view(notice)

    def _page(self, notice: NoticeReference, view: NoticeView | None) -> WebReply:
        if view is None:
            return html(self.texts.notice(notice.number, self.texts.plain("notice_state", notice.number, None)), _GONE)
        return html(self.texts.receipt(notice.number, view, takes_receipt=view.takes_receipt), _OK)

    def _unavailable(self, notice: NoticeReference) -> WebReply:
        return html(self.texts.notice(notice.number, self.texts.plain("not_recorded")), _UNAVAILABLE, retry=True)

    def _view(self, reader: Reader, notice: NoticeReference) -> NoticeView | None:
        key = reader.find(self.addresses.team, number=notice.number)
        incident = reader.peek(key) if key else None
        found = next((one for one in incident.notices if one.n == notice.n), None) if incident else None
        is_theirs = found is not None and found.is_for(notice.person)
        return NoticeView(incident, found, notice.person) if incident and found and is_theirs else None


def _xml(script: str) -> WebReply:
    return WebReply(_OK, script, _XML)
