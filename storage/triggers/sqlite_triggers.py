"""The guards of the record as SQLite triggers. SQL only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_LAST: Final = "FROM entry WHERE team = NEW.team AND incident = NEW.incident ORDER BY n DESC LIMIT 1"
_NO_HASH: Final = "0" * 64


# The tombstone is found by its column and believed by its text; the chain that holds tombstones has none of its own.
_BURIED: Final = (
    "EXISTS (SELECT 1 FROM entry AS tomb WHERE tomb.team = OLD.team AND tomb.incident = 'workspace' "
    "AND tomb.channel = OLD.incident AND tomb.kind = 'retired' AND OLD.incident <> 'workspace' "
    "AND json_extract(tomb.text, '$.facts.incident') = OLD.incident "
    "AND json_extract(tomb.text, '$.facts.entries') >= OLD.n)"
)


def _refuse(name: str, moment: str, condition: str, words: str) -> str:
    when = f" WHEN {condition}" if condition else ""
    return f"CREATE TRIGGER {name} BEFORE {moment}{when} BEGIN SELECT RAISE(ABORT, '{words}'); END"


# Two triggers on one event run in no stated order, so each stands on its own. INSERT OR REPLACE deletes silently, which
# no DELETE trigger sees; but it inserts first in the eyes of BEFORE INSERT, where a number that is taken is refused.
TRIGGERS: Final = {
    "guard_entry_update": _refuse("guard_entry_update", "UPDATE ON entry", "", "an entry never changes"),
    "guard_entry_delete": _refuse(
        "guard_entry_delete",
        "DELETE ON entry",
        f"NOT {_BURIED}",
        "an entry is never deleted, but where a tombstone names its incident",
    ),
    "guard_entry_number": _refuse(
        "guard_entry_number",
        "INSERT ON entry",
        f"NEW.n <> coalesce((SELECT n {_LAST}), 0) + 1",
        "an entry takes the next number of its chain",
    ),
    "guard_entry_prev": _refuse(
        "guard_entry_prev",
        "INSERT ON entry",
        f"NEW.prev <> coalesce((SELECT hash {_LAST}), '{_NO_HASH}')",
        "an entry continues the last hash of its chain",
    ),
    "guard_entry_time": _refuse(
        "guard_entry_time",
        "INSERT ON entry",
        f"NEW.recorded_at < coalesce((SELECT recorded_at {_LAST}), '')",
        "time does not run backwards within a chain",
    ),
    "guard_body_update": _refuse("guard_body_update", "UPDATE ON body", "", "words never change"),
    "guard_body_insert": _refuse(
        "guard_body_insert",
        "INSERT ON body",
        f"NEW.n <> coalesce((SELECT n {_LAST}), 0) "  # noqa: S608 - every word of it is ours
        "OR EXISTS (SELECT 1 FROM body WHERE team = NEW.team AND incident = NEW.incident AND n = NEW.n)",
        "words come with their entry or not at all",
    ),
    "guard_body_delete": _refuse(
        "guard_body_delete",
        "DELETE ON body",
        "NOT EXISTS (SELECT 1 FROM entry, json_each(entry.text, '$.facts.entries') AS named "  # noqa: S608 - every word of it is ours
        "WHERE entry.team = OLD.team AND entry.incident = OLD.incident AND entry.kind = 'redacted' "
        f"AND entry.n > OLD.n AND named.value = OLD.n) AND NOT {_BURIED}",
        "words go only where a redaction names their entry or a tombstone their incident",
    ),
}


def statements() -> Sequence[str]:
    """Give the statements that put the guards in place."""
    return [s for name, sql in TRIGGERS.items() for s in (f"DROP TRIGGER IF EXISTS {name}", sql)]
