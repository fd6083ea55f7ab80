"""Sentences, labels and refusals from templates/slack/*.yaml, rendered with their data. Knows no rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from bot.rendering.renderer import Mode, Renderer, for_slack
from bot.rendering.word_tables import read_table
from commands.core import verb_registry
from commands.core.fields.form_field import form_fields
from incident.ports import Outcome

# A pasted line has its command already.
_COMMANDS: Final = ("/inc", "/incident")


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    tables: dict[str, dict[str, str]] = read_table("slack/edge.yaml")
    return tables


@cache
def sentence_table(table: str) -> Mapping[str, str]:
    """Return a table of sentences, `refusals` or `closure`; it is read once."""
    sentences: dict[str, str] = read_table(f"slack/{table}.yaml")
    return sentences


def label(table: str, name: str, **values: Any) -> str:
    """Render the label of that name; a name without one is its own label."""
    found = _tables()[table].get(name)
    return name.replace("_", " ").capitalize() if found is None else for_slack().sentence(found, **values)


def notice_title(verb: str) -> str:
    """Return the title of the notice that shows a verb's reply in a modal."""
    return _tables()["notices"].get(verb, _tables()["form"]["notice"])


def form_warning(verb: str, **values: Any) -> str | None:
    """Render the warning in the form of a verb, if it has one."""
    found = _tables()["notes"].get(verb)
    return found and for_slack().sentence(found, **values)


def form_intro(verb: str) -> str | None:
    """Return the introduction of a verb's form, if it differs from the verb's help, which is about typed lines."""
    return _tables()["abouts"].get(verb)


def optional_from(verb: str) -> str | None:
    """Return the first field of a form's optional part, if the form has one."""
    return _tables()["rests"].get(verb)


def sentence(name: str, **values: Any) -> str:
    """Render a sentence for Slack."""
    return for_slack().sentence(_tables()["sentences"][name], **values)


def line_again(command: str, line: str) -> str:
    """Return the line as it was typed, to be sent again, on a line of its own; '' for one word, which is quickly typed."""
    words = line.split()
    typed = line if words and words[0].lower() in {command, *_COMMANDS} else f"{command} {line}"
    return f"\n{sentence('not_run', line=typed)}" if len(words) > 1 else ""


def doubt_text(reason: str, words: str, also: str = "", day: str = "") -> str:
    """Say why a typed line opens its form: the words in question, and what to check."""
    return for_slack().sentence(_tables()["doubts"][reason], words=words, also=also, day=day)


def refusal_text(outcome: Outcome, renderer: Renderer | None = None) -> str:
    """Render a refusal: what did not happen, why, and what to do now. In a document it has no code marks."""
    renderer = renderer or for_slack()
    values = {"labels": field_labels(outcome.verb, outcome.fields), **dict(outcome.facts)}
    text = renderer.sentence(sentence_table("refusals")[outcome.reason or ""], **values)
    return text.replace("`", "") if renderer.mode is Mode.DOCUMENT else text


def field_labels(verb: str, names: Sequence[str]) -> list[str]:
    """Return the label of each field of a verb that a person can see, with what its form says about the value."""
    kind = verb_registry.find(verb)
    marks = form_fields(kind) if kind else {}
    known = [marks[name] for name in names if name in marks]
    return [f"“{one.label}” ({one.hint})" if one.hint else f"“{one.label}”" for one in known]


def reason_text(reason: str, **values: Any) -> str:
    """Render a refusal for which there is no outcome, since it was given before the request reached the record."""
    return for_slack().sentence(sentence_table("refusals")[reason], **{"labels": (), **values})


def closure_text(needs: str, names: tuple[str, ...], *, typed: bool) -> str:
    """Render what meets a closure criterion; `typed` adds the command, for where there is no button."""
    return for_slack().sentence(sentence_table("closure")[needs], names=names, typed=typed)
