"""How a verb's field is filled in: label, control, and place in a typed line. Rules about values are in `decide`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic.fields import FieldInfo

from commands.core.verb import Verb


class Control(StrEnum):
    """The control of a field: forms render it, the line grammar parses it."""

    LINE = "line"
    TEXT = "text"
    PERSON = "person"
    SERVICE = "service"
    SERVICES = "services"
    SCHEDULE = "schedule"
    CATEGORY = "category"
    ROLE = "role"
    AUDIENCES = "audiences"
    CHOICE = "choice"
    CHOICES = "choices"
    LEVEL = "level"
    MOMENT = "moment"
    MINUTES = "minutes"
    CHECK = "check"
    ENTRY = "entry"
    INCIDENT = "incident"
    WORD = "word"


@dataclass(frozen=True)
class FormField:
    """The annotation of a verb's field.

    `leading`: in a typed line its words come first, without a name. `rest`: it takes the text that is left, to the
    letter. `because`: it takes what follows `because`. `words`: other names for `name=value`. `choices`: value and
    label of each; `synonyms`: other fixed words of a typed line with the choice that each means. `needed`: the form opens when it is missing (rules still live in `decide`). `hidden`: never asked.
    `past`: a moment that lies behind, so that a clock time means the latest such time and not the next.
    `by_day`: a date alone means the start of its day and is not asked about.
    `attested`: taken only from Slack's own payload of a message, never from a line, a form or a button.
    `outside`: several words in quotes name a person outside Slack.
    `pattern`: in a typed line only a word of this form is the value.
    `form_only`: the usage of a typed line leaves it out, since another field takes the same there.
    `on_request`: in a form only once its name is among the given fields.
    `ends`: the field of the moment at which the period ends that this one starts; `18:00 to 22:00` fills both.
    `above_lines`: of a typed line it is read only above several dated lines.
    `unless`: not needed in a typed line that gives this other field, from which it is filled in.
    `keyed`: a text of `name: value`, so that a word before a colon starts it.
    `after_to`: a `to` before it is no part of it: `decided to fail over`, `correct 31 to It was 10:42`.
    `only`: asked for only with these values of the verb's leading choice, once that is chosen.
    """

    label: str
    control: Control
    hint: str = ""
    leading: bool = False
    rest: bool = False
    because: bool = False
    needed: bool = False
    hidden: bool = False
    past: bool = False
    by_day: bool = False
    attested: bool = False
    form_only: bool = False
    on_request: bool = False
    above_lines: bool = False
    words: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    synonyms: tuple[tuple[str, str], ...] = ()
    pattern: str = ""
    ends: str = ""
    unless: str = ""
    only: tuple[str, ...] = ()
    outside: bool = False
    keyed: bool = False
    after_to: bool = False
    max_length: int = 3000


_PLAIN: Final = FormField("", Control.WORD, hidden=True)


def field_of(info: FieldInfo) -> FormField:
    """Return the annotation of a field; a field without one is hidden."""
    return next((mark for mark in info.metadata if isinstance(mark, FormField)), _PLAIN)


def form_fields(verb: type[Verb]) -> dict[str, FormField]:
    """Return the visible fields of a verb, in the order of the model."""
    found = {name: field_of(info) for name, info in verb.model_fields.items()}
    return {name: ask for name, ask in found.items() if not ask.hidden}


def missing(verb: type[Verb], fields: dict[str, object]) -> tuple[str, ...]:
    """Return the needed fields that are absent or empty, in the order of the model."""
    empty: tuple[object, ...] = (None, "", [], ())
    asked = ((name, ask) for name, ask in form_fields(verb).items() if ask.needed and fields.get(name) in empty)
    return tuple(name for name, ask in asked if not ask.unless or fields.get(ask.unless) in empty)
