"""How people answer a page outside Slack: by a digit, a text message or a button. Pure: words in, an answer out.

The digits are those that pagers use: 4 takes the page, 6 gives it back, * says it again.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple
from urllib.parse import urlencode

Answer = Literal["accepted", "declined"]
ACCEPTED: Final[Answer] = "accepted"
DECLINED: Final[Answer] = "declined"
REPEAT: Final = "*"
DIGITS: Final[dict[str, Answer]] = {"4": ACCEPTED, "6": DECLINED}
_WORDS: Final[dict[str, Answer]] = {
    **DIGITS,
    "yes": ACCEPTED,
    "ack": ACCEPTED,
    "accept": ACCEPTED,
    "no": DECLINED,
    "decline": DECLINED,
}
# The words that Twilio takes for "send me nothing more", alone in a message; it confirms them itself.
_OPT_OUTS: Final = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_REPLY: Final = re.compile(r"\s*([a-z]+|[46])(?:[ \t]+#?([0-9]{1,6}(?:-[0-9]{1,6})?))?\s*[.!]?\s*", re.IGNORECASE)
_ASKED: Final = "answer"


class TextReply(NamedTuple):
    """The answer of a text message, and the code of the page that it names; empty where it names none."""

    answer: Answer
    code: str = ""


def answer_of_digits(digits: str) -> Answer | None:
    """Return the answer of the pressed keys; None for *, for another key and for silence, as a voice mailbox leaves it."""
    return DIGITS.get(digits)


def read_reply(text: str) -> TextReply | None:
    """Return the answer of a text message that is an answer and nothing else; None for any other text.

    A sentence that happens to start with "yes" or with a number is for people to read, and answers nothing.
    """
    found = _REPLY.fullmatch(text)
    answer = _WORDS.get(found[1].lower()) if found else None
    return TextReply(answer, found[2] or "") if found and answer else None


def is_opt_out(text: str) -> bool:
    """True for a text message that ends all text messages. "Stop paging Ben" is none: it has other words."""
    return text.strip().lower() in _OPT_OUTS


def answer_address(answer_url: str, answer: Answer | Literal["seen"]) -> str:
    """Return the address to which a button posts this answer."""
    return f"{answer_url}{'&' if '?' in answer_url else '?'}{urlencode({_ASKED: answer})}"
