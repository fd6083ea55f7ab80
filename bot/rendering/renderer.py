"""Rendering of templates. Knows jinja2, the filters and the labels of slugs; knows no incident rule.

Slack mode writes times in the reader's zone and escaped text; document mode writes UTC and plain text; terminal mode does
too, and guards that text, so that `mrkdwn.without_markup` strips the markup of templates only. A name that a template uses
and its context lacks is an error, never a gap in a sentence.

Slack notifies a person whom a message mentions. So only the filter `ask` mentions, for the person of whom something is
asked; `who` writes a name, and a text that a person wrote shows its mentions as names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from bot.rendering import mrkdwn
from bot.rendering.compiled_templates import compiled_templates
from bot.rendering.reader_clock import ReaderClock, present
from bot.rendering.word_tables import TEMPLATES, read_table
from commands.core.fields.regime_choices import DETERMINATIONS
from incident.entry import Entry, Fact
from incident.model.incident import Incident
from incident.ports import Outcome
from incident.record.amendments import reason_in
from incident.rules.closure_criteria import Unmet
from incident.rules.responders.call_pages import page_of_call
from incident.rules.responders.open_calls import joined_call, taken_by, tried
from roles.person_ids import PersonId, app_name, is_claimed, outside_name, service_name, slack_user

Names = Callable[[PersonId], str | None]


class Mode(StrEnum):
    """Where the text is read: in Slack, in a document, or in a terminal."""

    SLACK = "slack"
    DOCUMENT = "document"
    TERMINAL = "terminal"


@dataclass(frozen=True)
class VerbContext:
    """The context of a verb's templates.

    `incident` is the incident after the entries, `entries` are those of this request, and `view` is what the verb's `view`
    returned. `at` is the present, `zone` that of the reader where one person reads it.
    """

    incident: Incident | None
    entries: tuple[Entry, ...]
    by: PersonId
    at: datetime
    outcome: Outcome | None = None
    view: Any = None
    zone: str | None = None

    @property
    def fact(self) -> Any:
        """The first fact of the request, or None when it recorded nothing."""
        return self.entries[0].fact if self.entries else None

    def all(self, kind: str) -> tuple[Any, ...]:
        """Return the facts of one kind, in order."""
        return tuple(entry.fact for entry in self.entries if entry.fact.kind == kind)

    def first(self, kind: str) -> Fact | None:
        """Return the first fact of one kind, or None."""
        return next(iter(self.all(kind)), None)


@cache
def slug_labels() -> Mapping[str, Mapping[str, str]]:
    """Return the labels of slugs, by table; they are read once."""
    tables: dict[str, dict[str, str]] = read_table("words.yaml")
    return tables


@cache
def _closure_sentences() -> Mapping[str, str]:
    sentences: dict[str, str] = read_table("slack/closure.yaml")
    return sentences


def _label_filter(table: str) -> Callable[[object], str]:
    return lambda slug: slug_labels()[table].get(str(slug), str(slug).replace("_", " "))


def _taken_by(incident: Incident, n: int) -> PersonId | None:
    """Return who accepted a call for the same need as call `n`, or None."""
    return next((taken_by(incident, call) for call in incident.escalations if call.n == n), None)


def _joined(incident: Incident, n: int, at: datetime) -> PersonId | None:
    """Return the next level of the call of entry `n` where they are being called already, or None."""
    calls = (joined_call(incident, call, at) for call in incident.escalations if call.n == n)
    return next((call.person for call in calls if call is not None), None)


def _tried(incident: Incident, n: int) -> tuple[tuple[PersonId, int], ...]:
    """Return who was called for the same need as call `n`, and how often."""
    return next((tried(incident, call) for call in incident.escalations if call.n == n), ())


def _audiences(slugs: str) -> str:
    """Return the words of several audiences, given as `exec, customer`."""
    return mrkdwn.any_of(", ".join(slug_labels()["audience"].get(one, one) for one in slugs.split(", ")), "and")


def _determined(text: object) -> str:
    """Return a text with what a person determined in the words of its form, as in `we are aware of the ICT incident`."""
    found = str(text)
    for slug, label in sorted(DETERMINATIONS, key=lambda one: -len(one[0])):
        found = found.replace(slug, label[0].lower() + label[1:])
    return found.replace("_", " ")


class Renderer:
    """Renders templates in one mode. `names` returns the display name of a person, None for one it does not know.

    In Slack a member without a known name is mentioned after all, since Slack shows the name of a mention.
    """

    def __init__(
        self, mode: Mode = Mode.SLACK, *, names: Names = lambda person: None, folder: Path = TEMPLATES
    ) -> None:
        self.mode = mode
        self._names = names
        self._sentences: dict[str, Template] = {}
        self._modules: dict[str, Any] = {}
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=select_autoescape(("html", "html.j2"), default_for_string=False),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=compiled_templates(folder),
        )
        self._environment.filters.update({name: _label_filter(name) for name in slug_labels()})
        self._environment.filters["span"] = mrkdwn.duration
        self._environment.filters["any_of"] = mrkdwn.any_of
        self._environment.filters["audiences"] = _audiences
        self._environment.filters["taken_by"] = _taken_by
        self._environment.filters["joined"] = _joined
        self._environment.filters["determined"] = _determined
        self._environment.filters["tried"] = _tried
        self._environment.filters["call_page"] = page_of_call
        self._environment.filters["reason"] = reason_in
        self._environment.filters["has_slack"] = lambda person: slack_user(person) is not None
        self._environment.filters["lacking"] = self._lacking
        self._environment.filters["message"] = mrkdwn.message_link
        times = ReaderClock(is_slack=mode is Mode.SLACK)
        self._environment.filters.update({"when": times.when, "clock": times.clock, "both": times.both})
        self._environment.filters["code"] = mrkdwn.code if mode is Mode.SLACK else self._plain
        self._environment.filters.update(
            {
                "ask": self.ask,
                "who": self.who,
                "people": self._people,
                "words": self.words,
                "quote": self._quote,
                "body": self._body,
            }
        )

    def warm(self) -> None:
        """Load every template, so that the first request does not wait for it."""
        for name in self._environment.list_templates(extensions=("j2",)):
            self._environment.get_template(name)

    def said(self, template: str, context: VerbContext) -> str:
        """Render the line that a verb posts in the incident channel; empty if it posts nothing."""
        return self.macro(f"slack/{template}.j2", "said", context)

    def answer(self, template: str, context: VerbContext) -> str:
        """Render the reply to the actor, with the times as they were understood."""
        answer = self.macro(f"slack/{template}.j2", "answer", context)
        times = self.macro("slack/shared/lines.j2", "understood", context)
        return "\n".join(part for part in (answer, *times.split("\n")) if part.strip())

    def asks_about_times(self, context: VerbContext) -> bool:
        """True if the reply asks which of the times is meant: a form shows it then, and does not just close."""
        return "?" in self.macro("slack/shared/lines.j2", "understood", context)

    def macro(self, template: str, name: str, *arguments: object) -> str:
        """Render one macro of a template; the first argument with a time says what the present is."""
        if template not in self._modules:
            self._modules[template] = self._environment.get_template(template).module
        with present(arguments):
            return _tidy(str(getattr(self._modules[template], name)(*arguments)))

    def has(self, template: str, name: str) -> bool:
        """True if a template has a macro of that name."""
        return hasattr(self._environment.get_template(template).module, name)

    def text(self, template: str, /, **context: object) -> str:
        """Render a whole template."""
        return _tidy(self._environment.get_template(template).render(**context))

    def sentence(self, source: str, /, **facts: object) -> str:
        """Render a sentence given as its source, such as a refusal from a table."""
        if source not in self._sentences:
            self._sentences[source] = self._environment.from_string(source)
        return _tidy(self._sentences[source].render(**facts))

    def _lacking(self, one: Unmet) -> str:
        """Return what meets an unmet closure criterion, with the command for it."""
        return self.sentence(_closure_sentences()[one.needs], names=one.names, typed=True)

    def ask(self, person: PersonId) -> str:
        """Return a person of whom something is asked: as a mention in Slack, otherwise by name."""
        user = slack_user(person)
        return f"<@{user}>" if user and self.mode is Mode.SLACK else self.who(person)

    def _people(self, ids: str) -> str:
        """Return people, by their ids in one string, as `Ada, Ben or Chi`; nothing for none."""
        *others, last = [self.who(PersonId(one)) for one in ids.split()] or [""]
        return f"{', '.join(others)} or {last}" if others else last

    def who(self, person: PersonId | None) -> str:
        """Return a person by name; an identity that is only claimed is marked as such."""
        if person is None:
            return "nobody"
        outside = outside_name(person)
        if outside is not None:
            return f"{self.words(outside)} (outside Slack)"
        named = app_name(person) or service_name(person)
        name = f"{named} (app)" if named else self._names(person)
        if name is None and self.mode is Mode.SLACK and slack_user(person):
            return self.ask(person)
        name = name or str(person)
        shown = f"{name} (claimed)" if is_claimed(person) and not name.endswith(")") else name
        return mrkdwn.inline(mrkdwn.escape(shown)) if self.mode is Mode.SLACK else self._plain(shown)

    def words(self, text: str | None, limit: int | None = None) -> str:
        """Return authored text for use inside a sentence: shortened in Slack, whole in documents."""
        if self.mode is Mode.SLACK:
            return self._without_mentions(mrkdwn.inline(text or "", limit or 300))
        return self._plain(mrkdwn.plain_text(text or "", self._name_of_user, limit))

    def _quote(self, text: str | None, limit: int | None = None) -> str:
        if self.mode is Mode.SLACK:
            return self._without_mentions(mrkdwn.block_quote(text or "", limit or mrkdwn.LONGEST_TEXT))
        return self._plain(mrkdwn.plain_text(text or "", self._name_of_user, limit))

    def _plain(self, text: object) -> str:
        return mrkdwn.guarded(str(text)) if self.mode is Mode.TERMINAL else str(text)

    def _body(self, text: str | None, limit: int = 2800) -> str:
        """Return authored text with its lines and its own formatting, outside a quote."""
        if self.mode is Mode.SLACK:
            return self._without_mentions(mrkdwn.sanitized(mrkdwn.clip((text or "").strip(), limit)))
        return self._plain(mrkdwn.plain_text(text or "", self._name_of_user, limit))

    def _without_mentions(self, text: str) -> str:
        return mrkdwn.MENTION.sub(lambda found: self.who(PersonId(f"slack::{found[1]}")), text)

    def _name_of_user(self, user: str) -> str:
        """Return the name of a user whom a text mentions without a team; the user's id if the name is not known."""
        return self._names(PersonId(f"slack::{user}")) or user


@cache
def for_slack() -> Renderer:
    """Return a renderer of Slack mode that knows no names; one for the process, since loading templates takes time."""
    return Renderer()


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.strip().splitlines()]
    if len(lines) == 1:
        return lines[0]
    return "\n".join(line for i, line in enumerate(lines) if line or (i and lines[i - 1]))
