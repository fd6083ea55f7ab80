"""What can be done with a task, and the kinds of tasks, as forms and typed lines offer them."""

from __future__ import annotations

from typing import Final

from organisation.entries.task_changes import TaskKind

WHAT: Final = (
    ("open", "Open one"),
    ("done", "It is done"),
    ("move", "Another date or owner"),
    ("later", "Remind me later"),
    ("withdraw", "Withdraw it"),
    ("redact", "Remove its text from the record"),
)
SYNONYMS: Final = (("new", "open"), ("add", "open"), ("finished", "done"), ("snooze", "later"), ("drop", "withdraw"))
OF_ONE: Final = ("done", "move", "later", "withdraw", "redact")
KINDS: Final = tuple((kind.value, kind.value.replace("_", " ").capitalize()) for kind in TaskKind)
