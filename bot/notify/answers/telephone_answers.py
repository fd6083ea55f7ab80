"""Answers by telephone: a key that is pressed in a call, and a text message. Twilio signs both.

Twilio asks once. So while the database is absent a person hears that nothing is recorded, and can answer again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import SecretStr

from bot.notify.answers.answer_address import AnswerAddresses, CallReference
from bot.notify.answers.answer_text import AnswerTexts, CallOption
from bot.notify.answers.answer_words import TextReply, answer_of_digits, is_opt_out, read_reply
from bot.notify.answers.call_answers import CallAnswers, CallView, ProviderEvent
from bot.notify.answers.providers.twilio_callback import SIGNATURE_HEADER, is_signed, outcome
from bot.notify.answers.reply_limit import ReplyLimit
from bot.notify.answers.trial_answers import Trial, TrialAnswers, is_trial_reply, takes_trial
from bot.notify.channels.twilio_sms import reply_script
from bot.notify.channels.twilio_voice import call_script, closing_script
from bot.notify.page_text import reply_code, short_number
from bot.web.answer_routes import Posted, WebReply
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from roles.person_ids import PersonId
from storage.errors import Unavailable

_TELEPHONE: Final = frozenset({Medium.SMS, Medium.VOICE})
_XML: Final = "text/xml"
_NOTED: Final = WebReply(204)
_LATER: Final = WebReply(503, headers={"Retry-After": "5"})


@dataclass(frozen=True)
class TelephoneAnswers:
    """Takes what Twilio posts. `owners` returns the people who have a telephone number; `token` is the account's."""

    answers: CallAnswers
    texts: AnswerTexts
    addresses: AnswerAddresses
    token: SecretStr
    owners: Callable[[str], Sequence[PersonId]]
    limit: ReplyLimit = field(default_factory=ReplyLimit)
    trials: TrialAnswers | None = None

    def is_signed(self, posted: Posted) -> bool:
        """True if Twilio posted this to our public address."""
        signature = posted.headers.get(SIGNATURE_HEADER.lower(), "")
        return is_signed(f"{self.addresses.base}{posted.target}", posted.form, signature, self.token)

    def key_pressed(self, call: CallReference, posted: Posted) -> WebReply:
        """Take a key. Another one than 4 and 6 says the page again; silence posts nothing, and so does a mailbox."""
        digits, answer_url = posted.form.get("Digits", ""), self.addresses.url(call, Medium.VOICE)
        answer = answer_of_digits(digits)
        try:
            if answer is None:
                return _xml(self._page_again(call, answer_url))
            event = ProviderEvent(f"{posted.form.get('CallSid', '')}:{digits}")
            taken = self.answers.answer(call, answer, Medium.VOICE, event)
        except Unavailable:
            return _xml(call_script(self.texts.plain("press_again"), answer_url))
        return _xml(closing_script(self.texts.taken(call, taken)))

    def trial_posted(self, trial: Trial, medium: str, posted: Posted) -> WebReply:
        """Take a key that answers a test page; the status of its call or its message is no news."""
        if medium != Medium.VOICE or "Digits" not in posted.form:
            return _NOTED
        answer_url = f"{self.addresses.base}{posted.target}"
        if not takes_trial(posted.form["Digits"]):
            return _xml(call_script(self.texts.plain("trial_again"), answer_url))
        try:
            if self.trials is not None:
                self.trials.confirm(trial)
        except Unavailable:
            return _xml(call_script(self.texts.plain("press_again"), answer_url))
        return _xml(closing_script(self.texts.plain("trial_taken")))

    def status_changed(self, call: CallReference, medium: Medium, posted: Posted) -> WebReply:
        """Take the status of a call or a message. What it says is asked of Twilio itself; what is under way is no news."""
        if outcome(posted.form) == "under_way":
            return _NOTED
        ref = posted.form.get("CallSid") or posted.form.get("MessageSid") or ""
        try:
            return _NOTED if self.answers.ended(call, medium, ref) else _LATER
        except Unavailable:
            return _LATER

    def message_received(self, posted: Posted) -> WebReply:
        """Take a text message. What is no answer, or comes from a number that no one has, gets no reply."""
        text, number = posted.form.get("Body", ""), posted.form.get("From", "")
        if is_opt_out(text):
            return _xml(reply_script(""))
        try:
            reply = self._trial_reply(number, text) or self._reply(
                self.owners(number), read_reply(text), ProviderEvent(posted.form.get("MessageSid", ""))
            )
        except Unavailable:
            reply = self.texts.plain("not_recorded")
        is_sent = bool(reply) and self.limit.allows(number, self.answers.path.record.clock.now())
        return _xml(reply_script(reply if is_sent else ""))

    def _page_again(self, call: CallReference, answer_url: str) -> str:
        view = self.answers.view(call)
        if view is None or not view.offered:
            return closing_script(self.texts.state(call, view))
        return call_script(self.texts.spoken(view, answer_url), answer_url)

    def _trial_reply(self, number: str, text: str) -> str:
        """Take a text message that answers a test page; empty for any other, and from a number that no one has."""
        is_taken = is_trial_reply(text) and self.trials is not None and self.trials.confirm_number(number)
        return self.texts.plain("trial_taken") if is_taken else ""

    def _reply(self, owners: Sequence[PersonId], reply: TextReply | None, event: ProviderEvent) -> str:
        calls = self.answers.calls_of(owners) if owners else ()
        waiting = [view for view in calls if view.is_waiting]
        if reply is None:
            return self.texts.plain("help") if waiting else ""
        if not owners:
            return ""
        named = [view for view in calls if _is_named(view, reply.code)] if reply.code else waiting
        if reply.code and not named:
            return self.texts.plain("no_such_code", reply.code)
        open_ones = [view for view in named if view.is_waiting] or named
        if not open_ones:
            return self.texts.plain("waits_for_none")
        if len(open_ones) > 1 and not reply.code:
            return self.texts.plain("which_call", [_option(view) for view in open_ones])
        call = open_ones[-1].reference
        return self.texts.taken(call, self.answers.answer(call, reply.answer, Medium.SMS, event))


def owners_of(methods: Mapping[PersonId, Sequence[ContactMethod]], number: str) -> tuple[PersonId, ...]:
    """Return the people who are paged at a telephone number."""
    return tuple(
        person
        for person, several in methods.items()
        if any(one.medium in _TELEPHONE and one.address == number for one in several)
    )


def _is_named(view: CallView, code: str) -> bool:
    return code in (reply_code(view.incident, view.call), short_number(view.incident))


def _option(view: CallView) -> CallOption:
    return CallOption(view.incident.number, reply_code(view.incident, view.call))


def _xml(script: str) -> WebReply:
    return WebReply(200, script, _XML)
