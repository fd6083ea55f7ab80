"""The errors of pydantic in plain words: what a value must be, what it is, and the nearest name that is known.

Pydantic's own English never reaches a person. A kind of error that this module does not know says that the value cannot be
used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

Error = Mapping[str, Any]

# How pydantic marks that an error is about a key of a mapping, and not about its value.
_OF_KEY: Final = "[key]"
_QUOTED: Final = re.compile(r"'([^']*)'|(-?\d+)")
_MOST_SHOWN: Final = 60
_NAMES_SHOWN: Final = 12
_TEXT, _WHOLE, _DATE = "must be text", "must be a whole number", "must be a date like 2026-01-31"
_TIME: Final = "must be a time like 2026-01-31T17:20:00Z"
_BLOCK, _LIST = "must be a block of lines like `name: value`", "must be a list like [one, two]"
_KINDS: Final = {
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": _TEXT,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _BLOCK,
    "mapping_type": _BLOCK,
    "model_type": _BLOCK,
    "model_attributes_type": _BLOCK,
    "path_type": "must be the path of a file",
    "invalid_key": "must have names for keys",
    "recursion_loop": "refers to itself",
}
_BOUNDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "greater_than": lambda ctx: f"must be more than {ctx['gt']}",
    "greater_than_equal": lambda ctx: f"must be {ctx['ge']} or more",
    "less_than": lambda ctx: f"must be less than {ctx['lt']}",
    "less_than_equal": lambda ctx: f"must be {ctx['le']} or less",
    "string_too_short": lambda ctx: f"must have {ctx['min_length']} characters or more",
    "string_too_long": lambda ctx: f"must have {ctx['max_length']} characters or fewer",
    "too_short": lambda ctx: (
        "must not be empty" if ctx["min_length"] == 1 else f"must have {ctx['min_length']} items or more"
    ),
    "too_long": lambda ctx: f"must have {ctx['max_length']} items or fewer",
}


def place_of(error: Error) -> tuple[Any, ...]:
    """Return the path of the value or key that an error is about."""
    return tuple(step for step in error["loc"] if step != _OF_KEY)


def in_plain_words(error: Error, model: type[BaseModel], *, shows_value: bool = True) -> str:
    """Return what is wrong with the value at `place_of(error)` in a document of this model, without a full stop.

    The value itself is quoted only if `shows_value`: a secret is not.
    """
    kind, value, context = error["type"], error.get("input"), error.get("ctx") or {}
    if kind == "missing":
        return "is missing"
    if kind == "string_too_short" and not value:
        return "is empty"
    if kind == "extra_forbidden":
        return _unknown_key(place_of(error), model)
    if kind == "value_error":
        return str(context.get("error", "cannot be used here"))
    if kind in ("enum", "literal_error"):
        known = [text or number for text, number in _QUOTED.findall(str(context.get("expected", "")))]
        return not_among(value, known, shows_value=shows_value)
    words = _BOUNDS[kind](context) if kind in _BOUNDS else _KINDS.get(kind, "cannot be used here")
    return f"{words}{_shown(value, kind) if shows_value else ''}"


def not_among(value: object, known: Sequence[str], *, shows_value: bool = True) -> str:
    """Return that a value is none of those that are known, and which it may have been meant to be."""
    listed = f"must be one of {', '.join(known)}"
    return f"{listed}{_shown(value)}{did_you_mean(value, known)}" if shows_value else listed


def did_you_mean(value: object, known: Iterable[str]) -> str:
    """Return the question whether the nearest known name was meant; empty when none is near."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(str(value).strip().lower(), by_lower, n=1)
    return f". Did you mean {by_lower[near[0]]}?" if near else ""


def _shown(value: object, kind: str = "") -> str:
    """Return the value as the end of a sentence; nothing for one that is no scalar."""
    if value is None:
        return ", and is empty"
    if not isinstance(value, str | int | float):
        return ""
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    shown = shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"
    hint = ": put it in quotes" if kind == "string_type" else ""
    return f", not {shown}{hint}" if shown else ", and is empty"


def _unknown_key(path: tuple[Any, ...], model: type[BaseModel]) -> str:
    known = _keys_at(model, path[:-1])
    near = did_you_mean(path[-1], known)
    if near or not known:
        return f"is no key that Muster knows{near}"
    more = ", …" if len(known) > _NAMES_SHOWN else ""
    return f"is no key that Muster knows here; it knows {', '.join(known[:_NAMES_SHOWN])}{more}"


def _keys_at(model: type[BaseModel], path: Sequence[Any]) -> list[str]:
    """Return the keys that a document of this model may have at a path; none where it names them itself."""
    annotation: Any = model
    for step in path:
        annotation = _below(annotation, step)
    annotation = _bare(annotation)
    return list(annotation.model_fields) if _is_model(annotation) else []


def _below(annotation: Any, step: Any) -> Any:
    """Return the annotation of what lies one step below a value."""
    annotation = _bare(annotation)
    if _is_model(annotation):
        field = annotation.model_fields.get(step)
        return field.annotation if field else None
    arguments = get_args(annotation)
    return arguments[-1] if get_origin(annotation) is dict else arguments[0] if arguments else None


def _bare(annotation: Any) -> Any:
    """Return an annotation without what bounds it, and without the possibility of None."""
    while get_origin(annotation) in (Annotated, Union, UnionType):
        annotation = next((one for one in get_args(annotation) if one is not type(None)), None)
    return annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
