"""The triggers of the record for SQLite. SQL only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_LAST: Final = "FROM entry WHERE team = NEW.team AND incident = NEW.incident ORDER BY n DESC LIMIT 1"
_NO_HASH: Final = "0" * 64

# The column finds the tombstone, the hashed text decides. The workspace chain, which holds tombstones, has none itself.
_HAS_TOMBSTONE: Final = (
    "EXISTS (SELECT 1 FROM entry AS tomb WHERE tomb.team = OLD.team AND tomb.incident = 'workspace' "
    "AND tomb.channel = OLD.incident AND tomb.kind = 'retired' AND OLD.incident <> 'workspace' "
    "AND json_extract(tomb.text, '$.facts.incident') = OLD.incident "
    "AND json_extract(tomb.text, '$.facts.entries') >= OLD.n)"
)


def _refuse(name: str, event: str, condition: str, message: str) -> str:
    when = f" WHEN {condition}" if condition else ""
    return f"CREATE TRIGGER {name} BEFORE {event}{when} BEGIN SELECT RAISE(ABORT, '{message}'); END"


# Two triggers on one event run in undefined order, so each is independent of the others. INSERT OR REPLACE deletes without
# firing a DELETE trigger, but BEFORE INSERT fires before that and refuses a number that is taken. The names are stored.
TRIGGERS: Final = {
    "guard_entry_update": _refuse("guard_entry_update", "UPDATE ON entry", "", "an entry never changes"),
    "guard_entry_delete": _refuse(
        "guard_entry_delete",
        "DELETE ON entry",
        f"NOT {_HAS_TOMBSTONE}",
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
        f"NEW.n <> coalesce((SELECT n {_LAST}), 0) "  # noqa: S608 - constants only
        "OR EXISTS (SELECT 1 FROM body WHERE team = NEW.team AND incident = NEW.incident AND n = NEW.n)",
        "words come with their entry or not at all",
    ),
    "guard_body_delete": _refuse(
        "guard_body_delete",
        "DELETE ON body",
        "NOT EXISTS (SELECT 1 FROM entry, json_each(entry.text, '$.facts.entries') AS named "  # noqa: S608 - constants only
        "WHERE entry.team = OLD.team AND entry.incident = OLD.incident AND entry.kind = 'redacted' "
        f"AND entry.n > OLD.n AND named.value = OLD.n) AND NOT {_HAS_TOMBSTONE}",
        "words go only where a redaction names their entry or a tombstone their incident",
    ),
}


def statements() -> Sequence[str]:
    """Return the statements that install the triggers."""
    return [s for name, sql in TRIGGERS.items() for s in (f"DROP TRIGGER IF EXISTS {name}", sql)]
