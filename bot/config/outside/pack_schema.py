"""The JSON schema of the packs of a regime, made from its data file: `python -m bot.config.outside.pack_schema dora FILE` writes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from bot.config.outside.regime_files import known_regimes
from incident.outside.regimes import Regime, ReportField, ReportStage
from incident.report.pack_document import FORMAT

_TIME: Final = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$"
_PATTERNS: Final = {
    "text": r"\S",
    "moment": _TIME,
    "number": r"^\d{1,15}$",
    "percent": r"^(?:100|\d{1,2})(?:\.\d{1,2})?$",
    "lei": r"^[A-Z0-9]{18}\d{2}$",
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "currency": "^[A-Z]{3}$",
}
_VALUE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["stage", "label", "value", "origin", "entries", "by", "basis"],
    "properties": {
        "stage": {"type": "string"},
        "label": {"type": "string"},
        "value": {"type": ["string", "null"]},
        "origin": {"enum": ["entry", "typed", "policy", "form", "missing"]},
        "entries": {"type": "array", "items": {"type": "integer", "minimum": 1}},
        "by": {"type": ["string", "null"]},
        "basis": {"enum": ["estimate", "known", None]},
    },
    "additionalProperties": False,
    "if": {"properties": {"origin": {"const": "missing"}}},
    "then": {"properties": {"value": {"type": "null"}}},
    "else": {"properties": {"value": {"type": "string"}}},
}


def pack_schema(regime: Regime) -> dict[str, Any]:
    """Return the schema of the packs of a regime: a value is null where it is missing, else of the kind of its field."""
    properties: dict[str, Any] = {
        "format": {"const": FORMAT},
        "incident": {"type": "string", "pattern": r"^[A-Z]+-\d{4}-\d{4,}$"},
        "pack": {"type": "string", "pattern": r"^PK[1-9]\d*$"},
        "regime": {"const": regime.id},
        "obligation": {"enum": [stage.id for stage in regime.stages]},
        "revision": {"type": "integer", "minimum": 1},
        "law": {"type": "string"},
        "checked_on": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "as_of": {"type": "string", "pattern": _TIME},
        "fields": {"type": "object"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A pack of a report under {regime.name}",
        "description": "Values are text in the form that their field takes. `basis` says whether a number is an estimate.",
        "$defs": {"value": _VALUE},
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
        "allOf": [_of_stage(regime, stage) for stage in regime.stages],
    }


def _of_stage(regime: Regime, stage: ReportStage) -> dict[str, Any]:
    fields = {field.id: _of_field(field) for _, field in regime.fields_of(stage)}
    exactly = {"required": list(fields), "properties": fields, "additionalProperties": False}
    return {
        "if": {"properties": {"obligation": {"const": stage.id}}},
        "then": {"properties": {"fields": exactly}},
    }


def _of_field(field: ReportField) -> dict[str, Any]:
    choices = ("Yes", "No") if field.kind == "yes_no" else field.choices
    value = {"enum": [*choices, None]} if choices else {"pattern": _PATTERNS[field.kind]}
    return {"title": field.label, "$ref": "#/$defs/value", "properties": {"value": value}}


def main(regime_id: str, file: str) -> None:
    """Write the schema of a regime to a file."""
    [regime] = [one for one in known_regimes() if one.id == regime_id]
    text = json.dumps(pack_schema(regime), ensure_ascii=False, indent=1) + "\n"
    Path(file).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
