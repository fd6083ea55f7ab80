"""The names in `.env` and in the environment: where each setting was read, and names that no setting has.

A misspelt name is not ignored: the setting it was meant for would silently have its default.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Final

from dotenv.parser import parse_stream

from bot.config.setting_problems import MissingSettings, Problem
from incident.policy_parts.intake_rules import SOURCE_PREFIX
from incident.policy_parts.update_recipients import RECIPIENT_PREFIXES

_OURS: Final = "MUSTER_"
# The policy chooses the rest of these names: the addresses of feeds and of recipients of updates, secrets of sources of alerts.
FEED_PREFIX: Final = "MUSTER_FEED_"
_CHOSEN: Final = (FEED_PREFIX, SOURCE_PREFIX, *RECIPIENT_PREFIXES)
_LIST: Final = "docs/reference/settings.md lists the settings."
# `.env` is Muster's own file, the environment is shared: there only a slip of the keyboard is taken for one of our names.
_FILE, _ENVIRONMENT = "file", "environment"
_LIKENESS: Final = {_FILE: 0.75, _ENVIRONMENT: 0.9}
_ORCHESTRATOR: Final = re.compile(r"\w+_SERVICE_(HOST|PORT(_\w+)?)|\w+_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?")
_NO_SETTING: Final = "is no setting of Muster"
_EVERYDAY: Final = {
    "DATABASE": "DATABASE_URL",
    "DB_URL": "DATABASE_URL",
    "POSTGRES_URL": "DATABASE_URL",
    "POSTGRESQL_URL": "DATABASE_URL",
    "SLACK_TOKEN": "SLACK_BOT_TOKEN",
    "SLACK_SECRET": "SLACK_SIGNING_SECRET",
}


@dataclass(frozen=True)
class NamesInFile:
    """The names of a `.env` file with their lines, and the lines that are no setting."""

    path: Path | None
    lines: Mapping[str, int] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()
    unreadable: tuple[int, ...] = ()

    def place(self, name: str) -> str:
        """Return where a name is in the file, as the start of a sentence; empty for a name that it lacks."""
        return f"{self.path} line {self.lines[name]}" if name in self.lines else ""


def read_names(env_file: Path | None) -> NamesInFile:
    """Read the names of `.env`; there may be none. Raise MissingSettings when the file cannot be read as text."""
    if env_file is None or not env_file.exists():
        return NamesInFile(env_file)
    text = _text_of(env_file)
    # The lines that it cannot parse become problems; its own warning would repeat them.
    logging.getLogger("dotenv").setLevel(logging.ERROR)
    lines: dict[str, int] = {}
    filled: set[str] = set()
    unreadable: list[int] = []
    for binding in parse_stream(StringIO(text)):
        line = binding.original.line + _blank_lines(binding.original.string)
        if binding.error or (binding.key is not None and binding.value is None):
            unreadable.append(line)
        elif binding.key is not None:
            lines[binding.key.upper()] = line
            if binding.value:
                filled.add(binding.key.upper())
    return NamesInFile(env_file, lines, frozenset(filled), tuple(unreadable))


def _text_of(env_file: Path) -> str:
    try:
        return env_file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        fault, advice = f"is no text in UTF-8: byte {error.start} cannot be read", "Save it as UTF-8."
    except IsADirectoryError:
        fault, advice = "is a folder", "Put the settings into a file of that name, or remove it."
    except OSError as error:
        fault, advice = f"cannot be read: {error.strerror}", "Let Muster's user read it."
    raise MissingSettings((Problem(str(env_file), fault, advice),))


def _blank_lines(statement: str) -> int:
    """Return the number of empty lines before a statement, which the parser counts as part of it."""
    return statement[: len(statement) - len(statement.lstrip())].count("\n")


def name_problems(known: Collection[str], names: NamesInFile, environment: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem for each line of `.env` that is no setting, and for each name that is none of the known."""
    given = names.filled | {name.upper() for name, value in environment.items() if value}
    by_line = dict.fromkeys(names.unreadable, "") | {line: name for name, line in names.lines.items()}
    for line in sorted(by_line):
        if by_line[line]:
            yield from _unknown(by_line[line], known, given, _FILE, names.place(by_line[line]))
        else:
            yield Problem(f"{names.path} line {line}", "is no setting", "Write NAME=value, one on each line.")
    ours = {name.upper() for name, value in environment.items() if not _is_of_an_orchestrator(name.upper(), value)}
    for name in sorted(ours - names.lines.keys()):
        yield from _unknown(name, known, given, _ENVIRONMENT, "In the environment")


def _is_of_an_orchestrator(name: str, value: str) -> bool:
    """True for what Kubernetes and Docker set in every container for a service that is called muster."""
    return _ORCHESTRATOR.fullmatch(name) is not None or value.startswith(("tcp://", "udp://", "sctp://"))


def _unknown(name: str, known: Collection[str], given: Collection[str], source: str, place: str) -> Iterator[Problem]:
    """Yield a problem for a name that only Muster could have, or that was meant for a setting without a value."""
    if name in known or name.startswith(_CHOSEN):
        return
    meant = _meant(name, known, source)
    if name.startswith(_OURS):
        yield Problem(name, _NO_SETTING, f"Did you mean {meant}?" if meant else _LIST, place)
    elif meant and meant not in given:
        yield Problem(name, _NO_SETTING, f"Did you mean {meant}?", place)


def _meant(name: str, known: Collection[str], source: str) -> str | None:
    """Return the setting that a name was meant for: an everyday name, one without its prefix, or a near miss."""
    if name.startswith(_OURS):
        bare = {one.removeprefix(_OURS): one for one in known}
        return next((bare[one] for one in get_close_matches(name.removeprefix(_OURS), bare, n=1)), None)
    if source == _FILE:
        whole = [one for one in known if one.endswith(f"_{name}")]
        if name in _EVERYDAY or len(whole) == 1:
            return _EVERYDAY.get(name) or whole[0]
    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=_LIKENESS[source])), None)
