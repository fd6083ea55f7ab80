"""What can be done with a shift, and the fields of it, as forms and typed lines offer them."""

from __future__ import annotations

from typing import Final

from commands.core.fields.form_field import Control, FormField

_CHANGES: Final = (
    ("cover", "Another person covers a shift"),
    ("take", "I take a shift now"),
    ("swap", "Offer a swap"),
    ("accept", "Accept a swap"),
    ("decline", "Decline a swap"),
    ("withdraw", "Withdraw my offer"),
    ("undo", "Undo a change"),
    ("redact", "Remove a reason from the record"),
)
_WORDS: Final = {
    "take": ("take it", "take over", "take the shift", "take shift"),
    "swap": ("exchange", "trade"),
    "decline": ("reject", "refuse"),
}
_SYNONYMS: Final = tuple((word, change) for change, words in _WORDS.items() for word in words)
_OF_A_SCHEDULE: Final = ("cover", "take", "swap")
ALIASES: Final = (
    *(f"{on_call} {change}" for on_call in ("oncall", "on call", "on-call") for change, _ in _CHANGES),
    "cover",
)

CHANGE: Final = FormField("What to do", Control.CHOICE, leading=True, needed=True, choices=_CHANGES, synonyms=_SYNONYMS)
WHO: Final = FormField("With whom", Control.PERSON, "Who covers, or swaps", leading=True, only=("cover", "swap"))
INSTEAD_OF: Final = FormField(
    "Whose shift", Control.PERSON, "Default: yours", words=("for", "instead"), only=("cover", "take")
)
START: Final = FormField(
    "From",
    Control.MOMENT,
    "Default: now, or when the shift starts",
    leading=True,
    words=("from", "starting"),
    ends="end",
    only=("cover",),
)
END: Final = FormField(
    "Until",
    Control.MOMENT,
    "Default: the end of the shift",
    leading=True,
    words=("until", "till", "to", "ending"),
    only=("cover", "take"),
)
MINE: Final = FormField(
    "Your shift", Control.MOMENT, "Any time in it", leading=True, by_day=True, ends="theirs", only=("swap",)
)
THEIRS: Final = FormField(
    "Their shift", Control.MOMENT, "Any time in it", leading=True, by_day=True, words=("against",), only=("swap",)
)
SCHEDULE: Final = FormField("Schedule", Control.SCHEDULE, "If there are several", leading=True, only=_OF_A_SCHEDULE)
ENTRY: Final = FormField(
    "Entry",
    Control.ENTRY,
    "Default: the latest",
    leading=True,
    only=("accept", "decline", "withdraw", "undo", "redact"),
)
REASON: Final = FormField("Why", Control.TEXT, because=True, only=(*_OF_A_SCHEDULE, "undo", "redact"), max_length=500)
