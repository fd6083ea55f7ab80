"""The fields of `subscribe`: what a person gets, about which incidents, and whether about their shifts. Knows no rule."""

from __future__ import annotations

from typing import Final

from commands.core.fields.choices import PRIORITIES, PRIORITY_WORDS
from commands.core.fields.form_field import Control, FormField

_KINDS: Final = (
    ("on", "A direct message for each incident"),
    ("digest", "The digest of all incidents, and nothing else"),
    ("off", "Nothing"),
)
_WORDS: Final = {
    "on": ("all", "everything", "every incident", "all incidents", "any", "yes"),
    "digest": ("digest only", "only digest", "only the digest", "the digest", "summary"),
    "off": ("none", "nothing", "no", "stop", "never", "nothing more", "unsubscribe"),
}
_SYNONYMS: Final = tuple((word, kind) for kind, words in _WORDS.items() for word in words)

KIND: Final = FormField("What you get", Control.CHOICE, leading=True, choices=_KINDS, synonyms=_SYNONYMS)
OF_PRIORITIES: Final = FormField(
    "Of these priorities",
    Control.CHOICES,
    "None means every priority",
    leading=True,
    words=("priority",),
    choices=PRIORITIES,
    synonyms=PRIORITY_WORDS,
)
ON_SERVICES: Final = FormField(
    "On these services", Control.SERVICES, "None means every service", leading=True, words=("service",)
)
SHIFTS: Final = FormField(
    "At the start and end of your on-call shifts",
    Control.CHOICE,
    words=("shift",),
    choices=(("on", "A direct message"), ("off", "Nothing")),
)
