"""Validation of a verb's fields: their types and lengths. A refusal names the fields that cannot be read.

Knows no rule: what a valid request may do is for `decide`.
"""

from __future__ import annotations

from pydantic import JsonValue, ValidationError

from commands.core import verb_registry
from commands.core.fields.form_field import field_of
from commands.core.fields.value_bounds import refuse_out_of_bounds
from commands.core.verb import Verb
from commands.core.words.verb_suggestions import suggestion
from incident.refusal import Code, Refusal
from incident.rules.seen_length import seen_length


def read_verb(word: str) -> type[Verb]:
    """Return the verb of a word. Refuses an unknown word, and names the nearest verb when there is one."""
    verb = verb_registry.find(word)
    if verb is None:
        nearest = suggestion(word)
        raise Refusal(Code.UNKNOWN_VERB, "unknown_verb_near" if nearest else "unknown_verb", nearest=nearest or "")
    return verb


def read_form(verb: type[Verb], fields: dict[str, JsonValue]) -> Verb:
    """Return the verb with its fields; an empty field counts as not given. Refuses missing, long and unreadable fields."""
    given = {name: value for name, value in fields.items() if not _is_empty(value)}
    for name, info in verb.model_fields.items():
        limit = field_of(info).max_length
        if isinstance(text := given.get(name), str) and (length := seen_length(text)) > limit:
            raise Refusal(Code.TOO_LONG, "too_long", name, limit=str(limit), length=str(length))
    try:
        found = verb.model_validate(given)
    except ValidationError as error:
        raise _refusal(error) from error
    refuse_out_of_bounds(found)
    return found


def _refusal(error: ValidationError) -> Refusal:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    absent = [str(problem["loc"][0]) for problem in problems if problem["type"] == "missing"]
    if absent:
        return Refusal(Code.MISSING_FIELDS, "missing_fields", *absent)
    named = dict.fromkeys(str(problem["loc"][0]) for problem in problems if problem["loc"])
    return Refusal(Code.BAD_VALUE, "bad_value", *named)


def _is_empty(value: JsonValue) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())
