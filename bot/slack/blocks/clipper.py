"""The limits of Block Kit, and the clipper that every block, view and text passes before it is sent to Slack.

Texts and lists are cut so that a reader sees that something is missing. Ids and values are never cut, since half of one
means something else; their authors keep them short, and `oversized_ids` finds those that are too long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.rendering.mrkdwn import clip
from bot.slack.payload import Json

LIMITS: Final[Mapping[str, int]] = {
    "message.text": 40_000,
    "message.blocks": 50,
    "message.total": 12_000,
    "message.attachments": 100,
    "update.text": 4_000,
    "ephemeral.text": 4_000,
    "view.blocks": 100,
    "view.title": 24,
    "view.submit": 24,
    "view.close": 24,
    "view.private_metadata": 3_000,
    "view.callback_id": 255,
    "view.external_id": 255,
    "view.bytes": 250_000,
    "view.stack": 3,
    "block_id": 255,
    "action_id": 255,
    "text.text": 3_000,
    "section.text": 3_000,
    "section.fields": 10,
    "section.field": 2_000,
    "header.text": 150,
    "context.elements": 10,
    "actions.elements": 25,
    "button.text": 75,
    "button.value": 2_000,
    "button.url": 3_000,
    "button.accessibility_label": 75,
    "confirm.title": 100,
    "confirm.text": 300,
    "confirm.confirm": 30,
    "confirm.deny": 30,
    "option.text": 75,
    "option.value": 150,
    "option.description": 75,
    "options.count": 100,
    "option_groups.count": 100,
    "option_group.label": 75,
    "overflow.options": 5,
    "radio_buttons.options": 10,
    "checkboxes.options": 10,
    "placeholder.text": 150,
    "input.label": 2_000,
    "input.hint": 2_000,
    "plain_text_input.length": 3_000,
    "topic": 250,
    "purpose": 250,
    "channel.name": 80,
    "invite.users": 100,
    "bookmarks.count": 100,
}

# Slack rejects messages whose blocks together come close to its limit of 12,000 characters.
MESSAGE_TEXT: Final = 9_000
MORE: Final[dict[str, Any]] = {
    "type": "context",
    "elements": [{"type": "mrkdwn", "text": "There is more than fits here."}],
}

_TEXTS: Final[Mapping[tuple[str, str], str]] = {
    ("section", "text"): "section.text",
    ("header", "text"): "header.text",
    ("button", "text"): "button.text",
    ("option", "text"): "option.text",
    ("option", "description"): "option.description",
    ("option_group", "label"): "option_group.label",
    ("confirm", "title"): "confirm.title",
    ("confirm", "text"): "confirm.text",
    ("confirm", "confirm"): "confirm.confirm",
    ("confirm", "deny"): "confirm.deny",
    ("input", "label"): "input.label",
    ("input", "hint"): "input.hint",
    ("modal", "title"): "view.title",
    ("modal", "submit"): "view.submit",
    ("modal", "close"): "view.close",
}
_STRINGS: Final[Mapping[tuple[str, str], str]] = {
    ("button", "accessibility_label"): "button.accessibility_label",
    ("plain_text_input", "initial_value"): "plain_text_input.length",
}
_LISTS: Final[Mapping[tuple[str, str], str]] = {
    ("section", "fields"): "section.fields",
    ("context", "elements"): "context.elements",
    ("actions", "elements"): "actions.elements",
    ("overflow", "options"): "overflow.options",
    ("radio_buttons", "options"): "radio_buttons.options",
    ("checkboxes", "options"): "checkboxes.options",
}
_NEVER_CUT: Final[Mapping[str, str]] = {
    "block_id": "block_id",
    "action_id": "action_id",
    "callback_id": "view.callback_id",
    "external_id": "view.external_id",
    "private_metadata": "view.private_metadata",
}


def fit_text(text: str, limit: str = "message.text") -> str:
    """Cut a text to a limit of the table; `…` shows that it was cut."""
    return clip(text, LIMITS[limit])


def fit_blocks(blocks: list[Json]) -> list[Json]:
    """Fit blocks to a message: each block to its limits, and all of them to the limits of a message."""
    fitted: list[Json] = []
    spent, dropped = 0, False
    for block in (_fit("block", block) for block in blocks):
        size = sum(_lengths(block))
        keeps = block["type"] == "actions" or spent + size <= MESSAGE_TEXT
        if keeps and len(fitted) < LIMITS["message.blocks"] - 1:
            fitted.append(block)
            spent += size
        else:
            dropped = True
    return [*fitted, MORE] if dropped else fitted


def fit_view(view: Json) -> Json:
    """Fit a modal or a Home view: every part to its limits, and the number of blocks to that of a view."""
    fitted = _fit(view["type"], {**view, "blocks": [_fit("block", block) for block in view["blocks"]]})
    most = LIMITS["view.blocks"]
    if len(fitted["blocks"]) > most:
        fitted["blocks"] = [*fitted["blocks"][: most - 1], MORE]
    return fitted


def oversized_ids(thing: Any) -> Iterator[str]:
    """Yield every id and value in a message or view that is too long, as `name: length`."""
    if isinstance(thing, list):
        for item in thing:
            yield from oversized_ids(item)
    elif isinstance(thing, dict):
        names = {**_NEVER_CUT, "value": "button.value" if thing.get("type") == "button" else "option.value"}
        for name, value in thing.items():
            if isinstance(value, str) and len(value) > LIMITS.get(names.get(name, ""), len(value)):
                yield f"{name}: {len(value)}"
            yield from oversized_ids(value)


def _fit(kind: str, thing: Json) -> Json:
    kind = str(thing.get("type", kind))
    return {name: _fit_part(kind, name, value) for name, value in thing.items()}


def _fit_part(kind: str, name: str, value: Any) -> Any:
    if isinstance(value, str):
        limit = _STRINGS.get((kind, name))
        return clip(value, LIMITS[limit]) if limit else value
    if isinstance(value, list):
        most = LIMITS.get(_LISTS.get((kind, name), f"{name}.count"), len(value))
        return [_fit_item(kind, name, item) for item in value[:most]]
    if isinstance(value, dict) and "text" in value and value.get("type") in ("plain_text", "mrkdwn"):
        return {**value, "text": clip(value["text"], _text_limit(kind, name))}
    return _fit(_role(name), value) if isinstance(value, dict) else value


def _fit_item(kind: str, name: str, item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    if item.get("type") in ("plain_text", "mrkdwn"):
        limit = "section.field" if (kind, name) == ("section", "fields") else "text.text"
        return {**item, "text": clip(item["text"], LIMITS[limit])}
    return _fit(_role(name), item)


def _text_limit(kind: str, name: str) -> int:
    return LIMITS["placeholder.text" if name == "placeholder" else _TEXTS.get((kind, name), "text.text")]


def _role(name: str) -> str:
    """Return the kind of a part that has no `type` in Slack, by its name."""
    if name in ("options", "initial_options", "initial_option"):
        return "option"
    return {"option_groups": "option_group", "confirm": "confirm"}.get(name, "part")


def _lengths(thing: Any) -> Iterator[int]:
    if isinstance(thing, list):
        for item in thing:
            yield from _lengths(item)
    elif isinstance(thing, dict):
        for name, value in thing.items():
            if name == "text" and isinstance(value, str):
                yield len(value)
            else:
                yield from _lengths(value)
