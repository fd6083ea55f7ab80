"""The edge's own words, and the words of refusals. All of them stand in templates; this finds and fills them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from bot.rendering.renderer import TEMPLATES, Mode, Names, Renderer, for_slack
from incident.ports import Outcome


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    tables: dict[str, dict[str, str]] = yaml.safe_load((TEMPLATES / "slack" / "edge.yaml").read_text(encoding="utf-8"))
    return tables


@cache
def sentence_table(table: str) -> Mapping[str, str]:
    """Read a table of sentences, `refusals` or `closure`, once."""
    sentences: dict[str, str] = yaml.safe_load((TEMPLATES / "slack" / f"{table}.yaml").read_text(encoding="utf-8"))
    return sentences


def label(table: str, name: str, **facts: Any) -> str:
    """Give the label of that name; a name without one is its own label."""
    found = _tables()[table].get(name)
    return name.replace("_", " ").capitalize() if found is None else for_slack().sentence(found, **facts)


def notice_title(verb: str) -> str:
    """Give the title over what a verb answers in a form."""
    return _tables()["notices"].get(verb, _tables()["form"]["notice"])


def form_warning(verb: str) -> str | None:
    """Give what the form of a verb warns of, if anything."""
    return _tables()["notes"].get(verb)


def form_intro(verb: str) -> str | None:
    """Give what the form of a verb says of itself, where the verb's help speaks of typing."""
    return _tables()["abouts"].get(verb)


def optional_from(verb: str) -> str | None:
    """Name the field from which on a form asks for what can wait, if it is that long."""
    return _tables()["rests"].get(verb)


def sentence(name: str, **facts: Any) -> str:
    """Say one of the edge's own sentences."""
    return for_slack().sentence(_tables()["sentences"][name], **facts)


def refusal_text(outcome: Outcome, names: Names | None = None) -> str:
    """Say what did not happen, why, and what to do now; with `names`, in plain words for where Slack formats nothing."""
    renderer = for_slack() if names is None else Renderer(Mode.DOCUMENT, names=names)
    said = renderer.sentence(sentence_table("refusals")[outcome.reason or ""], **dict(outcome.facts))
    return said if names is None else said.replace("`", "")


def reason_text(reason: str, **facts: Any) -> str:
    """Say a refusal that the edge itself gives, before anything is asked of the record."""
    return for_slack().sentence(sentence_table("refusals")[reason], **facts)


def closure_text(needs: str, names: tuple[str, ...], *, typed: bool) -> str:
    """Say what would meet one criterion that closing lacks, with what to type unless a button stands beside it."""
    return for_slack().sentence(sentence_table("closure")[needs], names=names, typed=typed)
