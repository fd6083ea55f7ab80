"""The text of a page outside Slack: the one place that decides what leaves of an incident. Of a restricted one the number only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from bot.notify.answers.answer_address import CallReference
from bot.notify.answers.page_key import page_key
from bot.notify.channel import Page
from bot.rendering.mrkdwn import utc_clock
from bot.rendering.renderer import Renderer
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.rules.visibility import is_restricted

_TEMPLATE = "notify/page.j2"


@dataclass(frozen=True)
class PageContext:
    """A call of an incident, and the code with which a text message names it where several calls are open.

    `takes_answer`: the page can be answered where it arrives, and not in Slack alone. `zone` is that of its person.
    """

    incident: Incident
    call: Escalation
    reply_code: str = ""
    takes_answer: bool = True
    zone: str = "UTC"

    @property
    def is_open(self) -> bool:
        """True if more than the number may leave Slack."""
        return not is_restricted(self.incident)

    @property
    def until(self) -> str:
        """The time to answer by as its person's clock shows it and in UTC, once if they are the same; empty without one."""
        at = self.call.answer_by
        if at is None:
            return ""
        utc, local = utc_clock(at), at.astimezone(_zone(self.zone))
        return f"{local:%H:%M} ({utc})" if local.utcoffset() else utc

    @property
    def spoken_number(self) -> str:
        """The incident's number as a voice reads it: without its year and leading zeros."""
        return short_number(self.incident)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        return UTC


def short_number(incident: Incident) -> str:
    """Return an incident's number without its year and leading zeros."""
    return incident.number.rpartition("-")[2].lstrip("0") or incident.number


def reply_code(incident: Incident, call: Escalation) -> str:
    """Return the code with which a text message names a call, where a person has several: `42-17`."""
    return f"{short_number(incident)}-{call.n}"


def page_of(context: PageContext, renderer: Renderer, *, link: str = "", answer_url: str = "") -> Page:
    """Return the page for one person's call. `renderer` is one for documents, which writes plain text."""
    incident, context = context.incident, replace(context, takes_answer=bool(answer_url))
    return Page(
        key=page_key(incident.key.team, CallReference(incident.number, context.call.n)),
        subject=renderer.macro(_TEMPLATE, "subject", context),
        text=renderer.macro(_TEMPLATE, "text", context),
        short=renderer.macro(_TEMPLATE, "short", context),
        spoken=renderer.macro(_TEMPLATE, "spoken", context),
        link=link if context.is_open else "",
        answer_url=answer_url,
        answer_line=renderer.macro(_TEMPLATE, "answer_line", answer_url) if answer_url else "",
    )


def slack_link(incident: Incident) -> str:
    """Return the address that opens the incident channel in Slack, empty while there is none."""
    channel = incident.places.channel
    return f"https://slack.com/app_redirect?team={incident.key.team}&channel={channel}" if channel else ""


def trial_page(key: str, by: str, renderer: Renderer, *, code: str = "", answer_url: str = "") -> Page:
    """Return a page that belongs to no incident: a test, or the code that proves whose address it is."""
    text = renderer.macro(_TEMPLATE, "test_text", by, code)
    by_key, by_text, by_link = (
        renderer.macro(_TEMPLATE, name, answer_url) if answer_url else ""
        for name in ("test_key", "test_reply", "test_line")
    )
    return Page(
        key=key,
        subject="Muster tests how it pages you",
        text=text,
        short=f"{text} {by_text}".strip(),
        spoken=f"{text} {by_key}".strip(),
        answer_url=answer_url,
        answer_line=by_link,
    )
