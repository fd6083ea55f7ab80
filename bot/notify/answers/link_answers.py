"""The page behind a link in a message, and the buttons of a push message. Opening the page records nothing."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from bot.notify.answers.answer_address import CallReference
from bot.notify.answers.answer_text import AnswerTexts, style
from bot.notify.answers.answer_words import ACCEPTED, DECLINED, Answer
from bot.notify.answers.call_answers import CallAnswers, Taken
from bot.web.answer_routes import Posted, WebReply
from incident.medium import Medium
from storage.errors import Unavailable

# The media whose messages hold a link or a button.
LINKED: Final = frozenset({Medium.EMAIL, Medium.NTFY, Medium.APPRISE})
_ANSWERS: Final[tuple[Answer, ...]] = (ACCEPTED, DECLINED)
_OK, _BAD_REQUEST, _CONFLICT, _GONE, _UNAVAILABLE = 200, 400, 409, 410, 503


@dataclass(frozen=True)
class LinkAnswers:
    """Shows the page of a call and takes its buttons. The one with the token is taken for the person called."""

    answers: CallAnswers
    texts: AnswerTexts

    def page(self, call: CallReference) -> WebReply:
        """Return the page of a call, with the buttons that it still offers."""
        try:
            view = self.answers.view(call)
        except Unavailable:
            return self._unavailable(call)
        return html(self.texts.page(call, view), _OK if view else _GONE)

    def pressed(self, call: CallReference, medium: Medium, posted: Posted) -> WebReply:
        """Take a button: its answer is a field of the form or of the query."""
        given = posted.form.get("answer") or posted.query.get("answer") or ""
        answer = next((one for one in _ANSWERS if one == given), None)
        try:
            if answer is None:
                return html(self.texts.page(call, self.answers.view(call), self.texts.plain("which")), _BAD_REQUEST)
            taken = self.answers.answer(call, answer, medium)
        except Unavailable:
            return self._unavailable(call)
        return html(self.texts.page(call, taken.view, self.texts.taken(call, taken)), _status(taken, answer))

    def _unavailable(self, call: CallReference) -> WebReply:
        return html(self.texts.notice(call.number, self.texts.plain("not_recorded")), _UNAVAILABLE, retry=True)


def html(text: str, status: int = _OK, *, retry: bool = False) -> WebReply:
    """Return a page that loads nothing, posts to itself alone and is shown in no frame."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    headers = {"Content-Security-Policy": policy, **({"Retry-After": "30"} if retry else {})}
    return WebReply(status, text, "text/html", headers)


def _status(taken: Taken, answer: Answer) -> int:
    """Return 200 where the answer is on the record, now or before: a button that is pressed twice is no failure."""
    if taken.view is None:
        return _GONE
    return _OK if taken.is_recorded or taken.view.call.answer == answer else _CONFLICT
