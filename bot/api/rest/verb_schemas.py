"""The JSON schema of each verb's fields: what the reference publishes is what a request is checked against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeAlias

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from bot.api.problem import Problem
from commands.core.fields.form_field import Control, field_of
from commands.core.request import Fields
from commands.core.verb import Verb
from incident.refusal import Code

Schema: TypeAlias = dict[str, Any]

OCCURRED: Final = "occurred_at"
DEDUP_KEY: Final = "dedup_key"
LONGEST_KEY: Final = 200
MOST: Final = 1_000_000_000
_MOST_ITEMS: Final = 50
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)", re.IGNORECASE)
# A form asks for both, and refuses a declaration without them.
_OF_DECLARATION: Final = ("title", "service")
_WORDS: Final = r"\S"
_EXAMPLES: Final = {
    Control.PERSON: "slack:T024BE7LD:U023BECGF",
    Control.SERVICE: "checkout",
    Control.INCIDENT: "INC-2026-0042",
}
_LATE: Final = {
    "type": ["string", "null"],
    "format": "date-time",
    "maxLength": 40,
    "description": "When it happened, if earlier than now",
}
_DEDUP: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_KEY,
    "pattern": r"^[!-~]+$",
    "description": "Your name for what is wrong; while an incident declared under it is open, that one is returned",
}
_formats: Final = FormatChecker(formats=())


@_formats.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    if isinstance(value, str):
        datetime.fromisoformat(value.upper())
        return _TIME.fullmatch(value) is not None
    return True


@cache
def body_schema(verb: type[Verb]) -> Schema:
    """Return the schema of a verb's fields, and of what every act takes beside them."""
    whole = verb.model_json_schema()
    defs = whole.get("$defs", {})
    needed = {*whole.get("required", ()), *(_OF_DECLARATION if verb.opens_incident else ())}
    found: dict[str, Schema] = {}
    for name, info in verb.model_fields.items():
        mark = field_of(info)
        if mark.attested:
            continue
        is_needed = name in needed
        found[name] = _bounded(_inlined(whole["properties"][name], defs), mark.max_length, is_needed=is_needed)
        words = ". ".join(part for part in (mark.label, mark.hint) if part)
        found[name] |= {"description": words or name.replace("_", " ")}
    if not verb.is_query and not verb.opens_incident:
        found.setdefault(OCCURRED, dict(_LATE))
    if verb.opens_incident:
        found[DEDUP_KEY] = dict(_DEDUP)
    required = [name for name in found if name in needed]
    return {"type": "object", "properties": found, "required": required, "additionalProperties": False}


def validate(verb: type[Verb], body: object) -> Fields:
    """Return a body as the fields of a verb. Raise a Problem that names what does not fit the schema."""
    errors = sorted(_validator(verb).iter_errors(body), key=lambda error: list(map(str, error.absolute_path)))
    if not errors and isinstance(body, dict):
        return body
    missing = tuple(_missing(errors))
    if missing:
        raise Problem(Code.MISSING_FIELDS, "missing_fields", missing, missing, verb=verb.name)
    raise Problem(Code.BAD_VALUE, "bad_value", tuple(dict.fromkeys(_named(errors))), verb=verb.name)


def example(verb: type[Verb]) -> Fields:
    """Return fields that fit the schema: all that are needed, and one more."""
    schema = body_schema(verb)
    shown = [*schema["required"], *(name for name in list(schema["properties"])[:2])]
    marks = {name: field_of(info) for name, info in verb.model_fields.items()}
    return {
        name: _example(schema["properties"][name], marks[name].control)
        for name in dict.fromkeys(shown)
        if name in marks
    }


def read_query(verb: type[Verb], given: Mapping[str, list[str]]) -> Fields:
    """Return the parameters of an address as the fields of a question, by the types of its schema."""
    properties = body_schema(verb)["properties"]
    return {name: _read(properties.get(name, {}), values) for name, values in given.items()}


@cache
def _validator(verb: type[Verb]) -> Draft202012Validator:
    return Draft202012Validator(body_schema(verb), format_checker=_formats)


def _missing(errors: list[ValidationError]) -> Iterator[str]:
    for error in errors:
        if error.validator == "required" and isinstance(error.instance, dict):
            needed = error.validator_value if isinstance(error.validator_value, list) else []
            yield from (str(name) for name in needed if name not in error.instance)


def _named(errors: list[ValidationError]) -> Iterator[str]:
    for error in errors:
        path = list(error.absolute_path)
        if path:
            yield str(path[0])
        elif error.validator == "additionalProperties" and isinstance(error.instance, dict):
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            # A name that is none of ours is a stranger's text, and is not repeated.
            yield from ("?" for name in error.instance if name not in known)


def _inlined(schema: Any, defs: Mapping[str, Any]) -> Any:
    """Return a schema with its references resolved: in the whole document they would point elsewhere."""
    if isinstance(schema, list):
        return [_inlined(one, defs) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(defs[str(schema["$ref"]).rpartition("/")[2]], defs)
    left_out = ("title", "default")
    return {name: _inlined(value, defs) for name, value in schema.items() if name not in left_out}


def _bounded(schema: Schema, longest: int, *, is_needed: bool) -> Schema:
    """Return a schema with the bounds of its numbers, texts and lists."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [_bounded(one, longest, is_needed=is_needed) for one in schema["anyOf"]]}
    match schema.get("type"):
        case "integer":
            return {"minimum": 0, "maximum": MOST, **schema}
        case "string" if "enum" not in schema and "const" not in schema:
            least = {"minLength": 1, "pattern": _WORDS} if is_needed and "pattern" not in schema else {}
            return {**least, "maxLength": longest, **schema}
        case "array":
            items = _bounded(schema.get("items", {}), longest, is_needed=False)
            return {"maxItems": _MOST_ITEMS, **schema, "items": items}
    return schema


def _example(schema: Schema, control: Control) -> Any:
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            return _example(one, control)
    if fixed := schema.get("enum") or [one for one in (schema.get("const"),) if one is not None]:
        return fixed[0]
    match schema.get("type"):
        case "integer":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return False
        case "array":
            return [_example(schema.get("items", {}), control)]
    return _example_text(schema, control)


def _example_text(schema: Schema, control: Control) -> str:
    if schema.get("format") == "date-time":
        return "2026-01-05T09:00:00Z"
    if schema.get("pattern", _WORDS) != _WORDS:
        return "dora"
    return _EXAMPLES.get(control, "Half of the payments fail since the deployment")[: schema.get("maxLength", MOST)]


def _read(schema: Schema, values: list[str]) -> Any:
    kinds = [schema, *schema.get("anyOf", ())]
    types = {kind.get("type") for kind in kinds}
    if "array" in types:
        return values
    value = values[-1]
    if "integer" in types and re.fullmatch(r"-?\d{1,12}", value):
        return int(value)
    if "boolean" in types and value in ("true", "false"):
        return value == "true"
    return value
