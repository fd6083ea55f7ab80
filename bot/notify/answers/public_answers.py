"""Everything that is posted to our public address, by its path: who may have sent it is decided here, before anything is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.notify.answers.answer_address import AnswerAddresses, CallReference
from bot.notify.answers.answer_text import AnswerTexts
from bot.notify.answers.link_answers import LINKED, LinkAnswers, html
from bot.notify.answers.notices.notice_address import NoticeReference
from bot.notify.answers.notices.notice_answers import NoticeAnswers
from bot.notify.answers.providers.pushover_callback import pushover_acknowledgement
from bot.notify.answers.telephone_answers import TelephoneAnswers
from bot.notify.answers.trial_answers import Trial, TrialAnswers
from bot.notify.answers.webhook_answers import WebhookAnswers
from bot.web.answer_routes import Posted, WebReply
from incident.medium import Medium
from storage.database.time_limit import time_limit
from storage.errors import Unavailable

# Twilio waits fifteen seconds, the others no less.
ANSWER_SECONDS: Final = 5.0
_OK, _NO_CONTENT, _FORBIDDEN, _NOT_FOUND, _UNAVAILABLE = 200, 204, 403, 404, 503
_HEADING: Final = "Muster"


@dataclass(frozen=True)
class PublicAnswers:
    """The endpoints of the public routes. `telephone` is None without an account of Twilio."""

    addresses: AnswerAddresses
    texts: AnswerTexts
    links: LinkAnswers
    webhooks: WebhookAnswers
    telephone: TelephoneAnswers | None = None
    trials: TrialAnswers | None = None
    notices: NoticeAnswers | None = None

    def page(self, medium: str, token: str) -> WebReply:
        """Return the page of a call; the media without a page have none."""
        with time_limit(ANSWER_SECONDS):
            try:
                is_trial = self._trial(medium, token) is not None
            except Unavailable:
                return self._unavailable()
            if is_trial and medium in LINKED:
                return html(self.texts.trial(), _OK)
            notice = self.notices.of_token(token, medium) if self.notices else None
            if self.notices is not None and notice is not None and medium != Medium.VOICE:
                return self.notices.page(notice)
            found = self._call(medium, token)
            if found is None or found[0] not in LINKED:
                return self._unknown()
            return self.links.page(found[1])

    def answered(self, medium: str, token: str, posted: Posted) -> WebReply:
        """Take what was posted to the address of a call."""
        with time_limit(ANSWER_SECONDS):
            try:
                trial = self._trial(medium, token)
            except Unavailable:
                return self._unavailable()
            notice = self.notices.of_token(token, medium) if self.notices else None
            if notice is not None:
                return self._confirmed(notice, medium, posted)
            return self._called(medium, token, posted) if trial is None else self._tried(trial, medium, posted)

    def received(self, provider: str, posted: Posted) -> WebReply:
        """Take what a provider posted."""
        with time_limit(ANSWER_SECONDS):
            return self._received(provider, posted)

    def _confirmed(self, notice: NoticeReference, medium: str, posted: Posted) -> WebReply:
        """Take the confirmation of a notice: by telephone only what Twilio has signed."""
        notices = self.notices
        if notices is None:
            return self._unknown()
        if medium == Medium.VOICE:
            return self._by_telephone(posted, lambda _: notices.dialled(notice, posted))
        return notices.pressed(notice, posted)

    def _called(self, medium: str, token: str, posted: Posted) -> WebReply:
        """Take what was posted to the address of a call."""
        found = self._call(medium, token)
        if found is None:
            return self._unknown()
        kind, call = found
        if kind in LINKED:
            return self.links.pressed(call, kind, posted)
        if kind is Medium.PUSHOVER:
            return self.webhooks.pushover(call, posted)
        return self._by_telephone(posted, lambda telephone: _of_call(telephone, kind, call, posted))

    def _tried(self, trial: Trial, medium: str, posted: Posted) -> WebReply:
        """Take the answer to a test page."""
        if medium in (Medium.VOICE, Medium.SMS):
            return self._by_telephone(posted, lambda telephone: telephone.trial_posted(trial, medium, posted))
        if medium == Medium.PUSHOVER and pushover_acknowledgement(posted.form) is None:
            return WebReply(_NO_CONTENT)
        try:
            if self.trials is not None:
                self.trials.confirm(trial)
        except Unavailable:
            return self._unavailable()
        if medium == Medium.PUSHOVER:
            return WebReply(_NO_CONTENT)
        return html(self.texts.notice(_HEADING, self.texts.plain("trial_taken")))

    def _trial(self, medium: str, token: str) -> Trial | None:
        """Return the test page of an address. Raise Unavailable without the database, which knows whose it is."""
        return self.trials.of_token(token, medium) if self.trials else None

    def _received(self, provider: str, posted: Posted) -> WebReply:
        if provider == Medium.PAGERDUTY:
            return self.webhooks.pagerduty(posted)
        if provider == Medium.JSM:
            return self.webhooks.jsm(posted)
        if provider == Medium.SMS:
            return self._by_telephone(posted, lambda telephone: telephone.message_received(posted))
        return self._unknown()

    def _by_telephone(self, posted: Posted, take: Callable[[TelephoneAnswers], WebReply]) -> WebReply:
        if self.telephone is None:
            return self._unknown()
        return take(self.telephone) if self.telephone.is_signed(posted) else WebReply(_FORBIDDEN)

    def _call(self, medium: str, token: str) -> tuple[Medium, CallReference] | None:
        """Return the medium and the call of an address that this installation made."""
        kind = next((one for one in Medium if one == medium), Medium.SLACK)
        call = self.addresses.call_of(token, kind)
        return None if call is None else (kind, call)

    def _unavailable(self) -> WebReply:
        return html(self.texts.notice(_HEADING, self.texts.plain("not_recorded")), _UNAVAILABLE, retry=True)

    def _unknown(self) -> WebReply:
        return html(self.texts.notice(_HEADING, self.texts.plain("unknown")), _NOT_FOUND)


def _of_call(telephone: TelephoneAnswers, medium: Medium, call: CallReference, posted: Posted) -> WebReply:
    if medium is Medium.VOICE and "Digits" in posted.form:
        return telephone.key_pressed(call, posted)
    return telephone.status_changed(call, medium, posted)
