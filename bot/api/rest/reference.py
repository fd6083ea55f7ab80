"""The reference page of the API, generated from its description, so that it never says anything else."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bot.api.problem import ApiCode, Problem
from bot.api.rest import openapi
from bot.api.rest.rest_app import BASE, path_of, verb_operation
from bot.rendering.verb_table import sorted_verbs, summary
from commands.core.verb import Verb
from incident.refusal import Code

_PART: Final = re.compile(r"(<!-- api: .*?-->).*?(<!-- end of api -->)", re.DOTALL)


def as_markdown() -> str:
    """Return the generated part of docs/reference/api.md."""
    return "\n".join([*_routes(), "", *_answers(), "", *_codes()])


def write_into(page: Path) -> None:
    """Write the generated part between the marks of a document; `make format` does."""
    text = page.read_text("utf-8")
    page.write_text(_PART.sub(lambda found: f"{found[1]}\n\n{as_markdown()}\n\n{found[2]}", text), "utf-8")


def _routes() -> Iterator[str]:
    yield "## Verbs"
    yield ""
    yield "| scope | request | fields (**needed**) | what it does |"
    yield "|---|---|---|---|"
    for verb in sorted_verbs():
        method, scope = ("GET", "read") if verb.is_query else ("POST", str(verb.group))
        yield f"| `{scope}` | `{method} {BASE}{path_of(verb)}` | {_fields(verb)} | {_cell(summary(verb))} |"


def _fields(verb: type[Verb]) -> str:
    described = verb_operation(verb)
    if verb.is_query:
        shown = [(one["name"], one["required"]) for one in described["parameters"] if one["in"] == "query"]
    else:
        schema = described["requestBody"]["content"]["application/json"]["schema"]
        shown = [(name, name in schema["required"]) for name in schema["properties"]]
    return ", ".join(f"**`{name}`**" if needed else f"`{name}`" for name, needed in shown) or "—"


def _answers() -> Iterator[str]:
    yield "## Answers"
    yield ""
    yield "| schema | fields |"
    yield "|---|---|"
    for model in openapi.MODELS:
        yield f"| `{model.__name__}` | {', '.join(f'`{name}`' for name in model.model_fields)} |"


def _codes() -> Iterator[str]:
    yield "## Codes"
    yield ""
    yield "| status | code |"
    yield "|---|---|"
    by_status: dict[int, list[Any]] = {}
    for code in (*ApiCode, *Code):
        by_status.setdefault(Problem(code, "").status, []).append(code)
    for status in sorted(by_status):
        yield f"| {status} | {', '.join(f'`{one}`' for one in dict.fromkeys(map(str, by_status[status])))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    write_into(Path(sys.argv[1]))
