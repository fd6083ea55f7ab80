"""What a person reads or hears who answers a page outside Slack. The words are in templates/notify/answer.j2."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from bot.notify.answers.answer_address import CallReference
from bot.notify.answers.answer_words import ACCEPTED
from bot.notify.answers.call_answers import CallView, Taken
from bot.notify.page_text import PageContext, page_of, slack_link
from bot.rendering.message_catalog import refusal_text
from bot.rendering.renderer import Renderer
from bot.rendering.word_tables import TEMPLATES
from incident.rules.responders.open_calls import caller_of
from roles.person_ids import PersonId

_TEMPLATE: Final = "notify/answer.j2"
_PAGE: Final = "notify/answer_page.html.j2"
# A call that was taken back; the states of the others are those of CallState.
_GONE: Final = "gone"


@cache
def style() -> str:
    """Return the style of the page, which a response allows by its digest."""
    return (TEMPLATES / "notify" / "answer_page.css").read_text("utf-8")


@dataclass(frozen=True)
class AnswerContext:
    """The context of the macros: the number of the incident, and the call, None for one that was taken back."""

    number: str
    view: CallView | None

    @property
    def state(self) -> str:
        """The state of the call, by which its sentence is chosen."""
        return self.view.state if self.view else _GONE

    @property
    def is_open(self) -> bool:
        """True if more than the number may leave Slack."""
        return self.view is not None and self.view.is_open

    @property
    def is_drill(self) -> bool:
        """True if the incident is a drill."""
        return self.view is not None and self.view.incident.drill

    @property
    def taken_by(self) -> PersonId | None:
        """Who has the call."""
        return self.view.taken_by if self.view else None

    @property
    def caller(self) -> PersonId | None:
        """The person behind the call."""
        return caller_of(self.view.incident, self.view.call) if self.view else None


@dataclass(frozen=True)
class CallOption:
    """One of several open calls: its incident, and the code that names it in a text message."""

    number: str
    code: str


@dataclass(frozen=True)
class AnswerPage:
    """The context of the page on which a person answers. `link` opens the incident in Slack, empty for a restricted one.

    `is_notice`: it has the one button that confirms a notice.
    """

    heading: str
    about: tuple[str, ...]
    news: str
    offered: tuple[str, ...]
    link: str = ""
    is_notice: bool = False

    @property
    def title(self) -> str:
        """The title of the page."""
        return self.heading

    @property
    def css(self) -> str:
        """The style of the page."""
        return style()


@dataclass(frozen=True)
class AnswerTexts:
    """Renders the sentences as plain text. `renderer` is one for documents."""

    renderer: Renderer

    def plain(self, name: str, *arguments: object) -> str:
        """Return a sentence that is about no call."""
        return self.renderer.macro(_TEMPLATE, name, *arguments)

    def state(self, call: CallReference, view: CallView | None) -> str:
        """Return what the call is to the person called."""
        return self.plain("state", AnswerContext(call.number, view))

    def taken(self, call: CallReference, taken: Taken) -> str:
        """Return what became of an answer: the refusal of the rules, or the state of the call now."""
        if taken.outcome is not None and taken.outcome.is_refused:
            return refusal_text(taken.outcome, self.renderer)
        return self.plain("taken", AnswerContext(call.number, taken.view))

    def spoken(self, view: CallView, answer_url: str) -> str:
        """Return the page as a voice reads it."""
        return page_of(PageContext(view.incident, view.call), self.renderer, answer_url=answer_url).spoken

    def page(self, call: CallReference, view: CallView | None, news: str | None = None) -> str:
        """Return the page of a call: what it is about, the news, and the buttons that it still offers."""
        context = AnswerContext(call.number, view)
        about = self.plain("about", context).split("\n") if view else []
        news = news if news is not None else ("" if context.state == "open" else self.state(call, view))
        offered = view.offered if view else ()
        link = slack_link(view.incident) if view and context.is_open else ""
        about_it = tuple(line for line in about if line)
        return self._html(AnswerPage(self.plain("heading", context), about_it, news, offered, link))

    def trial(self) -> str:
        """Return the page of a test page, with one button."""
        return self._html(AnswerPage(self.plain("trial_heading"), (self.plain("trial_about"),), "", (ACCEPTED,)))

    def receipt(self, number: str, view: object, *, takes_receipt: bool) -> str:
        """Return the page of a notice of a rule, with a button that confirms it."""
        about = tuple(line for line in self.plain("notice_about", view).split("\n") if line) if takes_receipt else ()
        news = "" if takes_receipt else self.plain("notice_state", number, view)
        return self._html(
            AnswerPage(self.plain("notice_heading", number, view), about, news, (), is_notice=takes_receipt)
        )

    def notice(self, heading: str, news: str) -> str:
        """Return a page that is about no call."""
        return self._html(AnswerPage(heading, (), news, ()))

    def _html(self, page: AnswerPage) -> str:
        return self.renderer.text(_PAGE, p=page)
