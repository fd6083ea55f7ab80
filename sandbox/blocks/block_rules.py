"""What the fields of a block must agree on. Each rule is a check of a whole block."""

from collections.abc import Iterator
from typing import Any

from sandbox.blocks.composition_objects import image_source
from sandbox.blocks.limits import LIMITS
from sandbox.blocks.value_kinds import Check, add_problem, check_unique, objects


def visible_lengths(value: Any) -> Iterator[int]:
    """Yield the length of every visible text."""
    if isinstance(value, list):
        for inner in value:
            yield from visible_lengths(inner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name == "text" and isinstance(inner, str):
                yield len(inner)
            else:
                yield from visible_lengths(inner)


def _one_of_fields(*names: str) -> Check:
    def rule(problems: list[str], pointer: str, block: Any) -> None:
        if not any(block.get(name) for name in names):
            *most, last = names
            add_problem(problems, pointer, f"must provide {', '.join(most)} or {last}")

    return rule


def _unique(field: str, name: str) -> Check:
    def rule(problems: list[str], pointer: str, block: Any) -> None:
        check_unique(problems, f"{pointer}/{field}", objects(block.get(field)), name)

    return rule


def _data_rows(problems: list[str], pointer: str, block: Any) -> None:
    """Require a header row without rich text, and rows of one width."""
    rows = block.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return
    if len({len(row) for row in rows}) > 1:
        add_problem(problems, f"{pointer}/rows", "every row must have the same number of columns")
    if any(cell.get("type") == "rich_text" for cell in objects(rows[0] if rows else [])):
        add_problem(problems, f"{pointer}/rows/0", "a header cell must be raw_text or raw_number")
    if sum(visible_lengths(rows)) > LIMITS["data_table.total"]:
        add_problem(problems, f"{pointer}/rows", f"must be less than {LIMITS['data_table.total'] + 1} characters")


def _collapse(problems: list[str], pointer: str, block: Any) -> None:
    if block.get("default_collapsed") and not block.get("is_collapsible"):
        add_problem(problems, f"{pointer}/default_collapsed", "requires is_collapsible")
    if block.get("has_header_divider") and block.get("is_collapsible"):
        add_problem(problems, f"{pointer}/has_header_divider", "excludes is_collapsible")


def _one_icon(problems: list[str], pointer: str, block: Any) -> None:
    if block.get("icon") and block.get("slack_icon"):
        add_problem(problems, pointer, "must provide icon or slack_icon")


def _started(problems: list[str], pointer: str, block: Any) -> None:
    if block.get("status") == "pending":
        add_problem(problems, f"{pointer}/status", "only a task of a plan can be pending")


RULES: dict[str, tuple[Check, ...]] = {
    "section": (_one_of_fields("text", "fields"),),
    "image": (image_source,),
    "actions": (_unique("elements", "action_id"),),
    "context_actions": (_unique("elements", "action_id"),),
    "data_table": (_data_rows,),
    "card": (_one_of_fields("hero_image", "title", "body", "actions"), _one_icon, _unique("actions", "action_id")),
    "container": (_one_of_fields("title", "rich_text_title"), _collapse),
    "task_card": (_started,),
    "plan": (_unique("tasks", "task_id"),),
}
