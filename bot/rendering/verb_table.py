"""The manual's table of verbs, generated from the verb registry. Knows the registry and docstrings only."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from commands.core import verb_registry
from commands.core.verb import Group, Verb
from commands.help import usage

_NONE: Final = "—"
_NAMED_VALUE: Final = re.compile(r"\[\w+=…\]")
_NAMED_VALUES_SHOWN: Final = 2
_TABLE: Final = re.compile(r"(<!-- verbs: .*?-->\s*).*?(\s*<!-- end of verbs -->)", re.DOTALL)


def sorted_verbs() -> Iterable[type[Verb]]:
    """Return every verb in the order of the manual: by group, then by name."""
    order = list(Group)
    return sorted(verb_registry.verbs(), key=lambda verb: (order.index(verb.group), verb.name))


def summary(verb: type[Verb]) -> str:
    """Return what a verb does: line 1 of its docstring."""
    return (verb.__doc__ or "").strip().splitlines()[0]


def short_usage(verb: type[Verb]) -> str:
    """Return the usage of a verb, with at most two of its optional named values."""
    whole = usage(verb)
    rest = list(_NAMED_VALUE.finditer(whole))[_NAMED_VALUES_SHOWN:]
    return whole[: rest[0].start()] + "[…]" + whole[rest[-1].end() :] if len(rest) > 1 else whole


def as_markdown() -> str:
    """Return the table of docs/reference/verbs.md."""
    rows = [
        "| group | verb | also | what it does | as it is typed |",
        "|---|---|---|---|---|",
    ]
    for verb in sorted_verbs():
        aliases = ", ".join(f"`{alias}`" for alias in verb.aliases) or _NONE
        rows.append(
            f"| {verb.group} | `{verb.name}` | {aliases} | {_cell(summary(verb))} | `{_cell(short_usage(verb))}` |"
        )
    return "\n".join(rows)


def as_text() -> str:
    """Return the list that `muster help` prints."""
    width = max(len(verb.name) for verb in sorted_verbs())
    lines: list[str] = []
    group: Group | None = None
    for verb in sorted_verbs():
        if verb.group != group:
            group = verb.group
            lines += ["", f"{group.capitalize()}:"]
        lines.append(f"  {verb.name:<{width}}  {summary(verb)}")
    return "\n".join([*lines[1:], "", "`muster help VERB` explains one of them."])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def write_into(document: Path) -> None:
    """Write the table between the marks of a document; `make format` does, for docs/reference/verbs.md."""
    text = document.read_text("utf-8")
    document.write_text(_TABLE.sub(lambda found: f"{found[1]}{as_markdown()}{found[2]}", text), "utf-8")


if __name__ == "__main__":
    write_into(Path(sys.argv[1]))
