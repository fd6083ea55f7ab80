"""What a form says above its fields about the typed line that opened it, and the fields that it must not fill by itself."""

from __future__ import annotations

from typing import Final

from bot.grammar.command_parser import ParsedCommand
from bot.rendering.message_catalog import doubt_text, reason_text, sentence
from commands.core.fields.form_field import Control, form_fields
from commands.core.request import Fields
from commands.core.verb import Verb

_MOST: Final = 3
_WHOM: Final = (Control.AUDIENCES, Control.PERSON)


def banner_of(verb: type[Verb], parsed: ParsedCommand) -> str | None:
    """Return why a line opens its form: what could not be read, what has no place, what to check, what is missing; None if nothing but a verb was typed."""
    marks = form_fields(verb)
    lines = [
        reason_text("note_unread", lines=value)
        if name == "text" and "lines" in verb.model_fields
        else sentence(
            "unread", value=value, field=marks[name].label if name in marks else name, has_more=bool(parsed.fields)
        )
        for name, value in parsed.invalid[:1]
    ]
    lines += [doubt_text(one.reason, one.words, one.also, one.day) for one in parsed.doubts]
    if parsed.leftover and not any(one.reason in ("near", "which_role") for one in parsed.doubts):
        lines.append(sentence("left", left=parsed.leftover, has_more=bool(parsed.fields)))
    if parsed.ambiguous and not lines:
        words, field = parsed.either or ("", "")
        lines.append(sentence("ambiguous", words=words, field=field))
    if parsed.missing and parsed.fields and not lines and not _begins_a_form(verb, parsed):
        lines.append(sentence("still_missing", labels=[marks[name].label for name in parsed.missing]))
    return "\n".join(list(dict.fromkeys(lines))[:_MOST]) or None


def _begins_a_form(verb: type[Verb], parsed: ParsedCommand) -> bool:
    """True for a line that says whom it is for and leaves only the text to its form: `update internal`."""
    marks = form_fields(verb)
    given = (marks[name] for name in parsed.fields if name in marks)
    return all(one.control in _WHOM for one in given) and all(marks[name].rest for name in parsed.missing)


def fields_in_doubt(verb: type[Verb], parsed: ParsedCommand) -> Fields:
    """Return the fields whose typed value was not read, as empty: the form must not show what it would without the line.

    A misspelt fixed word may be the value of any field that takes one. Who reads an update is chosen by a person or by the
    line, never by what is due.
    """
    marks = form_fields(verb)
    names = [name for name, _ in parsed.invalid if name in marks and name not in parsed.fields]
    if any(one.reason == "priority_levels" for one in parsed.doubts):
        names += ["impact", "urgency"]
    if any(one.reason == "near" for one in parsed.doubts):
        names += [name for name, one in marks.items() if one.leading and one.choices and name not in parsed.fields]
    if parsed.fields:
        names += [name for name in parsed.missing if marks[name].control is Control.AUDIENCES]
    return dict.fromkeys(names)
