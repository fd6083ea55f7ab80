"""Rich text: sections, lists, quotes and preformatted text, and the elements in them."""

from typing import Any

from sandbox.blocks.value_formats import COLOUR_TEXT
from sandbox.blocks.value_kinds import (
    Check,
    Fields,
    add_problem,
    any_value,
    boolean,
    check_fields,
    list_of,
    number,
    object_of,
    one_of,
    string,
)

STYLE = object_of(
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean)
)


INLINE: dict[str, tuple[Fields, tuple[str, ...]]] = {
    "text": ({"text": string()}, ("text",)),
    "link": ({"url": string(), "text": string(minimum=0), "unsafe": boolean}, ("url",)),
    "emoji": (
        {"name": string(), "unicode": string(), "url": string(), "skin_tone": number(1, 6), "display_url": string()},
        ("name",),
    ),
    "user": ({"user_id": string()}, ("user_id",)),
    "usergroup": ({"usergroup_id": string()}, ("usergroup_id",)),
    "channel": ({"channel_id": string()}, ("channel_id",)),
    "team": ({"team_id": string()}, ("team_id",)),
    "broadcast": ({"range": one_of("here", "channel", "everyone")}, ("range",)),
    "color": ({"value": COLOUR_TEXT}, ("value",)),
    "date": (
        {"timestamp": number(0, 10**11), "format": string(), "url": string(), "fallback": string()},
        ("timestamp", "format"),
    ),
}


def _inline(*kinds: str) -> Check:
    def check(problems: list[str], pointer: str, value: Any) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in (kinds or INLINE):
            add_problem(problems, f"{pointer}/type", f"unsupported type: {kind}")
            return
        known, required = INLINE[kind]
        check_fields(problems, pointer, value, {"type": any_value, "style": STYLE, **known}, required)

    return check


def _part(problems: list[str], pointer: str, value: Any) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in PARTS:
        add_problem(problems, f"{pointer}/type", f"unsupported type: {kind}")
        return
    known, required = PARTS[kind]
    check_fields(problems, pointer, value, {"type": any_value, **known}, required)


def _item(problems: list[str], pointer: str, value: Any) -> None:
    if not isinstance(value, dict) or value.get("type") != "rich_text_section":
        add_problem(problems, f"{pointer}/type", "must be one of: rich_text_section")
        return
    _part(problems, pointer, value)


BORDER = number(0, 1)
LINE = list_of(_inline(), "rich_text.elements", minimum=0)
PARTS: dict[str, tuple[Fields, tuple[str, ...]]] = {
    "rich_text_section": ({"elements": LINE}, ("elements",)),
    "rich_text_list": (
        {
            "elements": list_of(_item, "rich_text.elements", minimum=0),
            "style": one_of("bullet", "ordered"),
            "indent": number(0, 8),
            "offset": number(0, 10**6),
            "border": BORDER,
        },
        ("elements", "style"),
    ),
    "rich_text_quote": ({"elements": LINE, "border": BORDER}, ("elements",)),
    "rich_text_preformatted": (
        {
            "elements": list_of(_inline("text", "link"), "rich_text.elements", minimum=0),
            "border": BORDER,
            "language": string(),
        },
        ("elements",),
    ),
}
RICH_TEXT_PARTS = list_of(_part, "rich_text.elements", minimum=0)


def rich_text(problems: list[str], pointer: str, value: Any) -> None:
    """Require a rich_text block, as the value of another field."""
    if not isinstance(value, dict) or value.get("type") != "rich_text":
        add_problem(problems, pointer, "must be one of: rich_text")
        return
    known: Fields = {"type": any_value, "block_id": string("block_id", minimum=0), "elements": RICH_TEXT_PARTS}
    check_fields(problems, pointer, value, known, ("elements",))
