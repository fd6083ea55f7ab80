"""What can be done with an event, as forms and typed lines offer it."""

from __future__ import annotations

from typing import Final

WHAT: Final = (
    ("log", "Record what was seen"),
    ("attach", "It belongs to an incident"),
    ("no", "It is no incident"),
    ("list", "List those to judge"),
    ("redact", "Remove its text from the record"),
)
SYNONYMS: Final = (("new", "log"), ("add", "log"), ("none", "no"), ("show", "list"))
OF_ONE: Final = ("attach", "no", "redact")
PATTERN: Final = r"(?:EV-)?(?:\d{4}-)?\d{1,9}"
