"""Reads the lines in which a person types values of a report: `field: value`, with what belongs to it below."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from commands.core.rules.outside.pack_rules import Report
from commands.core.words.near_misses import nearest
from incident.entries.outside.report_packs import PackValueTyped
from incident.outside.regimes import ReportField
from incident.refusal import Code, Refusal
from incident.rules.outside.pack_values import read_value

_NAMED: Final = re.compile(r"([\w.]{1,30}):(?:\s+|$)(.*)", re.DOTALL)
_NUMBERED: Final = re.compile(r"\d+[\w.]*")
_EXPECTED: Final = {
    "moment": "a time such as 2026-06-09T12:10:00Z",
    "number": "a whole number, with `estimate` or `known` after it",
    "percent": "a percentage from 0 to 100",
    "yes_no": "yes or no",
    "lei": "an LEI of 20 characters",
    "email": "an e-mail address",
    "currency": "a code such as EUR",
}


def typed_values(report: Report, text: str) -> tuple[PackValueTyped, ...]:
    """Return the values that lines of `field: value` give; a line without a field goes on with the value before it.

    `Note: …` below a value goes on with it too; what looks like a field and is none is refused.
    """
    fields = {field.id: (stage, field) for stage, field in report.regime.fields_of(report.stage)}
    named_so = {name.casefold(): name for name in fields}
    found: list[tuple[str, list[str]]] = []
    for line in text.strip().splitlines():
        named = _NAMED.fullmatch(line.strip())
        field = named_so.get(named[1].casefold()) if named else None
        if named is not None and field is not None:
            found.append((field, [named[2]]))
        elif named is not None and (not found or _looks_like_field(named[1], named_so)):
            raise _no_field(report, named[1], tuple(fields))
        elif not found:
            raise Refusal(Code.BAD_VALUE, "pack_lines", "values", example=next(iter(fields)))
        else:
            found[-1][1].append(line)
    return tuple(_typed(report, *fields[name], "\n".join(lines).strip()) for name, lines in found)


def _looks_like_field(word: str, fields: Iterable[str]) -> bool:
    """True for a number in a form with numbers, and for a word that misses one of its fields by little."""
    known = tuple(fields)
    is_numbered = any(_NUMBERED.fullmatch(one) for one in known) and _NUMBERED.fullmatch(word) is not None
    return is_numbered or nearest(word.casefold(), known) is not None


def _typed(report: Report, stage: str, field: ReportField, words: str) -> PackValueTyped:
    if not words:
        raise Refusal(Code.MISSING_FIELDS, "pack_value_empty", "values", field=field.id)
    found = read_value(field, words)
    if found is None:
        expected = _EXPECTED.get(field.kind) or ", ".join(field.choices)
        raise Refusal(Code.BAD_VALUE, "pack_value_form", "values", field=field.id, expected=expected)
    value, basis = found
    return PackValueTyped(regime=report.regime.id, obligation=stage, field=field.id, value=value, basis=basis)


def _no_field(report: Report, named: str, fields: tuple[str, ...]) -> Refusal:
    return Refusal(
        Code.BAD_VALUE,
        "pack_field",
        "values",
        field=named,
        regime=report.regime.id,
        obligation=report.stage.id,
        fields=", ".join(fields),
    )
