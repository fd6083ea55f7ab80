"""The fields of `list`: which incidents, of which service and priorities, since when, after which page. Knows no rule."""

from __future__ import annotations

from typing import Final

from commands.core.fields.choices import PRIORITIES, PRIORITY_WORDS
from commands.core.fields.form_field import Control, FormField

_WHICH: Final = (("open", "Open"), ("mine", "Open ones that concern me"), ("closed", "Closed"), ("all", "All"))
_WORDS: Final = {
    "open": ("open", "active", "current", "ongoing", "all open"),
    "mine": ("mine", "my", "me", "own", "my open"),
    "closed": ("closed", "ended", "past", "old", "all closed"),
    "all": ("all", "everything"),
}
_SYNONYMS: Final = (
    *((f"{word}{more}", which) for which, words in _WORDS.items() for word in words for more in ("", " incidents")),
    ("incidents", "open"),
)

WHICH: Final = FormField("Which", Control.CHOICE, leading=True, choices=_WHICH, synonyms=_SYNONYMS)
SERVICE: Final = FormField("Service", Control.SERVICE, leading=True)
OF_PRIORITIES: Final = FormField(
    "Priorities",
    Control.CHOICES,
    "None means every priority",
    leading=True,
    words=("priority",),
    choices=PRIORITIES,
    synonyms=PRIORITY_WORDS,
)
SINCE: Final = FormField("Since", Control.MOMENT, "When they were declared, or closed", past=True, by_day=True)
AFTER: Final = FormField(
    "After", Control.INCIDENT, "The last number of the page before", words=("after",), leading=True
)
