"""Rows and columns of the blocks `table` and `data_table`."""

from typing import Any

from sandbox.blocks.composition_objects import COLUMN_SETTING
from sandbox.blocks.limits import LIMITS
from sandbox.blocks.rich_text import rich_text
from sandbox.blocks.value_kinds import Check, add_problem, any_value, list_of, object_of, string

CELLS: dict[str, Check] = {
    "raw_text": object_of({"type": any_value, "text": string()}, ("text",)),
    "raw_number": object_of({"type": any_value, "text": string(), "value": any_value}, ("text", "value")),
    "rich_text": rich_text,
}


def _cell(problems: list[str], pointer: str, value: Any) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in CELLS:
        add_problem(problems, f"{pointer}/type", f"unsupported type: {kind}")
    else:
        CELLS[kind](problems, pointer, value)


def row(problems: list[str], pointer: str, value: Any) -> None:
    """Require a row of at most twenty cells."""
    if isinstance(value, list) and len(value) > LIMITS["table.columns"]:
        add_problem(problems, pointer, f"no more than {LIMITS['table.columns']} columns allowed")
    else:
        list_of(_cell, "table.columns")(problems, pointer, value)


def column(problems: list[str], pointer: str, value: Any) -> None:
    """Require the settings of a column, or null for the default."""
    if value is not None:
        COLUMN_SETTING(problems, pointer, value)
