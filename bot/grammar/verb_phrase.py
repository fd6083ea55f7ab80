"""Finds the incident and the verb at the start of a line: names of one or two words, a priority, a role.

Knows the names of verbs and roles; reads no fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pydantic import JsonValue

from bot.grammar.field_values import leading_priority
from bot.grammar.text.fixed_words import is_fixed
from bot.grammar.tokenizer import BECAUSE, SEPARATORS, Token, tokens_of
from bot.grammar.value_parser import INCIDENT_NUMBER, looks_like_person
from commands.core import verb_registry
from commands.core.fields.form_field import Control, form_fields
from commands.core.verb import Verb
from roles.role_names import read_role

_CHANNEL: Final = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^<>]*)?>")
_SHORT_NUMBER: Final = re.compile(r"#\d{1,6}")
_NUMBER: Final = re.compile(r"(?:\d{4}-)?\d{1,6}")
_COMMAND: Final = re.compile(r"/inc(?:ident)?", re.IGNORECASE)
_PRIORITY: Final = re.compile(r"(?:p|sev|prio)[-_]?[1-5]", re.IGNORECASE)
_LEVEL: Final = re.compile(r"(?:[1-3]|high|medium|low)(?=[\s,;]|$)", re.IGNORECASE)
_ATTACHED: Final = re.compile(r"([^\W\d_][\w-]*):(?=\S)")
_THE_INCIDENT: Final = re.compile(r"\s*(?:(?:a|an|the|new|this)\s+){0,2}incident\b[\s:,–—-]*", re.IGNORECASE)
LEAD: Final = frozenset({"lead", "leader"})
_MOST_ROLE_WORDS: Final = 3
_MOST_VERB_WORDS: Final = 4


class NamedIncident(NamedTuple):
    """The incident that a line begins with, by its number or its channel, and where the line goes on."""

    number: str | None
    channel: str | None
    end: int


@dataclass(frozen=True)
class VerbPhrase:
    """The word in the place of the verb and the verb that it names, or None; `end` is where its fields start.

    `preset` are fields that the words give by themselves. `is_role_alone`: a role is there, and nothing says who gets it.
    """

    word: str
    verb: type[Verb] | None
    end: int
    preset: dict[str, JsonValue] = field(default_factory=dict)
    is_role_alone: bool = False


def find_incident(line: str) -> NamedIncident:
    """Return the incident that a line begins with.

    A channel or a short number counts only before a verb, and a number alone only before a question: `5 release trains are
    stuck` is about no incident.
    """
    tokens = _without_command(tokens_of(line, 0, 4))
    start = tokens[0].start if tokens else 0
    if tokens and INCIDENT_NUMBER.fullmatch(tokens[0].text):
        return NamedIncident(tokens[0].text, None, tokens[0].end)
    word, phrase = (tokens[0].text, find_phrase(line, tokens[0].end)) if tokens else ("", None)
    verb = phrase.verb if phrase else None
    if _SHORT_NUMBER.fullmatch(word) and (phrase is None or verb):
        return NamedIncident(word, None, tokens[0].end)
    if _NUMBER.fullmatch(word) and verb and verb.is_query and verb.needs_incident:
        return NamedIncident(word, None, tokens[0].end)
    if (channel := _CHANNEL.fullmatch(word)) and (phrase is None or verb):
        return NamedIncident(None, channel[1], tokens[0].end)
    return NamedIncident(None, None, start)


def find_phrase(line: str, start: int) -> VerbPhrase | None:
    """Return the verb phrase from a position on, or None if nothing is there."""
    separators = SEPARATORS.match(line, start)
    tokens = _without_command(
        [one for one in tokens_of(line, separators.end() if separators else start, 6) if one.text]
    )
    if not tokens:
        return None
    return (
        _named(line, tokens) or _attached(line, tokens[0]) or _role(tokens) or VerbPhrase(tokens[0].text, None, start)
    )


def reads_as_report(line: str, phrase: VerbPhrase) -> bool:
    """True if a line about a priority may as well report a new incident: `P1 checkout is down`, `P1`, `major outage`.

    A reason after `because` and a second level are about an incident that there is.
    """
    if phrase.verb is None or phrase.verb.name not in ("priority", "major"):
        return False
    is_priority = phrase.verb.name == "priority"
    found = leading_priority(line, phrase.end) if is_priority else None
    if is_priority and (found is None or phrase.word.lower().startswith(phrase.verb.name)):
        return False
    separators = SEPARATORS.match(line, found.end() if found else phrase.end)
    rest = line[separators.end() if separators else phrase.end :].strip()
    return not (BECAUSE.match(rest) or _LEVEL.match(rest)) and bool(rest or is_priority)


def _without_command(tokens: list[Token]) -> list[Token]:
    """Leave out the command itself, which comes along with a pasted line."""
    return tokens[1:] if tokens and _COMMAND.fullmatch(tokens[0].text) else tokens


def _named(line: str, tokens: list[Token]) -> VerbPhrase | None:
    """Return the verb of two words or one."""
    for count in range(min(_MOST_VERB_WORDS, len(tokens)), 0, -1):
        words = " ".join(token.text for token in tokens[:count]).replace("‘", "'")
        verb = verb_registry.find(words) or _question(words) or _in_two_words(words)
        if verb is not None:
            return _of_verb(line, words, verb, tokens, count)
    if _PRIORITY.fullmatch(tokens[0].text):
        return VerbPhrase(tokens[0].text, verb_registry.find("priority"), tokens[0].start)
    return None


def _in_two_words(words: str) -> type[Verb] | None:
    """Return the question whose name was typed in two words: `time line`."""
    joined = words.replace(" ", "").lower()
    verb = verb_registry.find(joined) if words.count(" ") == 1 else None
    return verb if verb is not None and verb.is_query and verb.name == joined else None


def _question(words: str) -> type[Verb] | None:
    """Return the verb of `status?`, which only reads."""
    verb = verb_registry.find(words.rstrip("?")) if words.endswith("?") else None
    return verb if verb is not None and verb.is_query else None


def _of_verb(line: str, words: str, verb: type[Verb], tokens: list[Token], count: int) -> VerbPhrase:
    """`drill declare …` presets `drill`; another name that is a field too stays among the fields (`impact 1`).

    So does the last word of another name that is a choice: `oncall cover` is the verb `shift` with the choice `cover`.
    """
    end = tokens[count - 1].end
    declared = verb_registry.find(tokens[1].text) if words.lower() == "drill" and len(tokens) > 1 else None
    if declared is not None and declared.opens_incident:
        return VerbPhrase(words, declared, _after_the_incident(line, tokens[1].end), {"drill": True})
    if verb.opens_incident:
        return VerbPhrase(words, verb, _after_the_incident(line, end))
    choice = next((one for one in form_fields(verb).values() if one.leading and one.control is Control.CHOICE), None)
    if choice is not None and words.lower() != verb.name and is_fixed(choice, tokens[count - 1].text):
        return VerbPhrase(words, verb, tokens[count - 1].start)
    names = {name for key, one in form_fields(verb).items() for name in (key, *one.words)}
    is_field = words.lower() != verb.name and words.lower() in names and not tokens[0].is_stopped
    return VerbPhrase(words, verb, tokens[0].start if is_field else end)


def _after_the_incident(line: str, end: int) -> int:
    """Return where a declaration begins after `a new incident`."""
    found = _THE_INCIDENT.match(line, end)
    return found.end() if found else end


def _attached(line: str, token: Token) -> VerbPhrase | None:
    """Return the verb of `note:the pool is empty`."""
    found = _ATTACHED.match(line, token.start)
    verb = verb_registry.find(found[1]) if found else None
    return VerbPhrase(found[1], verb, found.end()) if found and verb else None


def _role(tokens: list[Token]) -> VerbPhrase | None:
    """Return `assign` for a role before a person, and `take` for a role alone."""
    for count in range(min(_MOST_ROLE_WORDS, len(tokens)), 0, -1):
        words = " ".join(token.text for token in tokens[:count])
        if read_role(words) is None and words.lower() not in LEAD:
            continue
        following = tokens[count:]
        if not following:
            return VerbPhrase(words, verb_registry.find("take"), tokens[0].start, is_role_alone=True)
        person = following[1] if len(following) > 1 and following[0].text.lower() in ("is", "to", "=") else following[0]
        if looks_like_person(person.text):
            return VerbPhrase(words, verb_registry.find("assign"), tokens[0].start)
    return None
