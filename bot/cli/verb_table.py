"""The verbs as a manual lists them, read off the registry: nothing about a verb is typed twice."""

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
_NAMED: Final = re.compile(r"\[\w+=…\]")
_MOST_NAMED: Final = 2
_TABLE: Final = re.compile(r"(<!-- verbs: .*?-->\s*).*?(\s*<!-- end of verbs -->)", re.DOTALL)


def ordered() -> Iterable[type[Verb]]:
    """Give every verb in the order of the manual: by group, then by name."""
    order = list(Group)
    return sorted(verb_registry.verbs(), key=lambda verb: (order.index(verb.group), verb.name))


def does(verb: type[Verb]) -> str:
    """Give what a verb does: line 1 of its docstring."""
    return (verb.__doc__ or "").strip().splitlines()[0]


def brief(verb: type[Verb]) -> str:
    """Write a verb as it is typed, with the first of its named values only where it has many."""
    whole = usage(verb)
    named = list(_NAMED.finditer(whole))[_MOST_NAMED:]
    return whole[: named[0].start()] + "[…]" + whole[named[-1].end() :] if len(named) > 1 else whole


def as_markdown() -> str:
    """Return the table of docs/reference/verbs.md."""
    rows = [
        "| group | verb | also | what it does | as it is typed |",
        "|---|---|---|---|---|",
    ]
    for verb in ordered():
        also = ", ".join(f"`{alias}`" for alias in verb.aliases) or _NONE
        rows.append(f"| {verb.group} | `{verb.name}` | {also} | {_cell(does(verb))} | `{_cell(brief(verb))}` |")
    return "\n".join(rows)


def as_text() -> str:
    """Write the list that somebody reads at a command line."""
    width = max(len(verb.name) for verb in ordered())
    lines: list[str] = []
    group: Group | None = None
    for verb in ordered():
        if verb.group != group:
            group = verb.group
            lines += ["", f"{group.capitalize()}:"]
        lines.append(f"  {verb.name:<{width}}  {does(verb)}")
    return "\n".join([*lines[1:], "", "`muster incident help VERB` tells all about one."])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def write_into(document: Path) -> None:
    """Write the table between the marks of a document; `make format` does, for docs/reference/verbs.md."""
    text = document.read_text("utf-8")
    document.write_text(_TABLE.sub(lambda found: f"{found[1]}{as_markdown()}{found[2]}", text), "utf-8")


if __name__ == "__main__":
    write_into(Path(sys.argv[1]))
