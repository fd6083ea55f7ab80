"""The fixed words of a field with choices: the choices themselves, in one word or several, and their synonyms."""

from __future__ import annotations

from typing import Final

from commands.core.fields.form_field import FormField

_PUNCTUATION: Final = ",;:.!"
# With these a sentence begins after a fixed word; any other word in small letters may belong to it (`customer payments`).
BEGINS_SENTENCE: Final = frozenset({
    "we", "we're", "we've", "we'll", "i", "i'm", "it", "it's", "its", "they", "they're", "he", "she", "you",
    "this", "that", "these", "those", "there", "the", "a", "an", "our", "my", "your", "their", "all", "some",
    "no", "not", "still", "now", "please", "everything", "everyone", "most", "half", "nothing", "new",
})  # fmt: skip


def slug(text: str) -> str:
    """Return a fixed word as it is compared: in small letters, with `_` between its words."""
    return text.strip().rstrip(_PUNCTUATION).lower().replace("-", "_").replace(" ", "_")


def fixed_words(form_field: FormField) -> dict[str, str]:
    """Return every fixed word of a field with its choice: the choices themselves and their synonyms."""
    return {slug(word): value for word, value in form_field.synonyms} | {
        slug(value): value for value, _ in form_field.choices
    }


def is_fixed(form_field: FormField, word: str) -> bool:
    """True if a word is one of the fixed words of a field with choices."""
    return slug(word) in fixed_words(form_field)


def choice_named(form_field: FormField, text: str) -> str | None:
    """Return the choice of that value, also in several words; if the field is needed, also the only one with that word in it.

    A word with which another choice begins names none: `gdpr` is neither `uk_gdpr` nor `gdpr33`, and `gdpr 33` is the latter.
    """
    key, fixed = slug(text), fixed_words(form_field)
    together = {one.replace("_", ""): value for one, value in fixed.items()}
    if value := fixed.get(key) or together.get(key.replace("_", "")):
        return value
    if not form_field.needed or len(key) <= 2:
        return None
    named = {slug(value): value for value, _ in form_field.choices}
    near = [value for one, value in named.items() if any(part.startswith(key) for part in one.split("_"))]
    return near[0] if len(near) == 1 and key in slug(near[0]).split("_") else None
