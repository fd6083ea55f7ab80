"""Makes a verb of a draft of fields: cleans the words, keeps to the lengths, and says which fields cannot be read.

Knows nothing of rules; what a readable form may do is for `decide`.
"""

from __future__ import annotations

from pydantic import JsonValue, ValidationError

from commands.core import verb_registry
from commands.core.fields.form_field import field_of
from commands.core.verb import Verb
from incident.frozen import clean
from incident.refusal import Code, Refusal


def read_verb(word: str) -> type[Verb]:
    """Find the verb or refuse, naming the nearest word when there is one."""
    verb = verb_registry.find(word)
    if verb is None:
        nearest = verb_registry.nearest(word)
        raise Refusal(Code.UNKNOWN_VERB, "unknown_verb_near" if nearest else "unknown_verb", nearest=nearest or "")
    return verb


def read_form(verb: type[Verb], fields: dict[str, JsonValue]) -> Verb:
    """Make the verb of its fields; an empty field counts as not given."""
    given = {name: cleaned for name, value in fields.items() if not _is_empty(cleaned := _cleaned(value))}
    for name, info in verb.model_fields.items():
        limit = field_of(info).max_length
        if isinstance(text := given.get(name), str) and len(text) > limit:
            raise Refusal(Code.TOO_LONG, "too_long", name, limit=str(limit), length=str(len(text)))
    try:
        return verb.model_validate(given)
    except ValidationError as error:
        raise _refusal(error) from error


def _refusal(error: ValidationError) -> Refusal:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    absent = [str(problem["loc"][0]) for problem in problems if problem["type"] == "missing"]
    if absent:
        return Refusal(Code.MISSING_FIELDS, "missing_fields", *absent)
    named = dict.fromkeys(str(problem["loc"][0]) for problem in problems if problem["loc"])
    return Refusal(Code.BAD_VALUE, "bad_value", *named)


def _cleaned(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value


def _is_empty(value: JsonValue) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())
