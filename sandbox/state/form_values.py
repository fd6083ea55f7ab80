"""How a form's inputs become the state Slack sends: initial values, what was typed, what is still missing.

It knows every stateful element and the simple value that fills it (text, an option's value, an id, a list of them, a date,
a time, Unix seconds). It refuses to know where a form came from or what happens to it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sandbox.state.entities import Block, Payload, View
from sandbox.workspace_errors import NotPossibleError

Values = dict[str, dict[str, Payload]]


class InputElement(NamedTuple):
    """Where an element keeps what is chosen, where its initial value stands, and whether it takes many."""

    key: str
    initial: str
    many: bool = False
    options: bool = False


SLOTS: dict[str, InputElement] = {
    "plain_text_input": InputElement("value", "initial_value"),
    "email_text_input": InputElement("value", "initial_value"),
    "url_text_input": InputElement("value", "initial_value"),
    "number_input": InputElement("value", "initial_value"),
    "rich_text_input": InputElement("rich_text_value", "initial_value"),
    "static_select": InputElement("selected_option", "initial_option", options=True),
    "external_select": InputElement("selected_option", "initial_option", options=True),
    "radio_buttons": InputElement("selected_option", "initial_option", options=True),
    "checkboxes": InputElement("selected_options", "initial_options", many=True, options=True),
    "multi_static_select": InputElement("selected_options", "initial_options", many=True, options=True),
    "multi_external_select": InputElement("selected_options", "initial_options", many=True, options=True),
    "users_select": InputElement("selected_user", "initial_user"),
    "multi_users_select": InputElement("selected_users", "initial_users", many=True),
    "conversations_select": InputElement("selected_conversation", "initial_conversation"),
    "multi_conversations_select": InputElement("selected_conversations", "initial_conversations", many=True),
    "channels_select": InputElement("selected_channel", "initial_channel"),
    "multi_channels_select": InputElement("selected_channels", "initial_channels", many=True),
    "datepicker": InputElement("selected_date", "initial_date"),
    "timepicker": InputElement("selected_time", "initial_time"),
    "datetimepicker": InputElement("selected_date_time", "initial_date_time"),
    "file_input": InputElement("files", "initial_files", many=True),
}


def elements_of(block: Block) -> list[Payload]:
    """Return the interactive elements of a block, wherever its type keeps them."""
    if block["type"] == "input":
        return [block["element"]]
    if block["type"] == "section":
        return [block["accessory"]] if block.get("accessory") else []
    if block["type"] in ("actions", "context_actions"):
        return list(block["elements"])
    return []


def stateful(blocks: list[Block]) -> Iterator[tuple[Block, Payload]]:
    """Yield each block and element that holds a value."""
    for block in blocks:
        for element in elements_of(block):
            if element["type"] in SLOTS:
                yield block, element


def initial(blocks: list[Block]) -> Values:
    """Return the state of a form nobody touched: initial values, null or an empty list for all else."""
    values: Values = {}
    for block, element in stateful(blocks):
        slot = SLOTS[element["type"]]
        kept = element.get(slot.initial, [] if slot.many else None)
        values.setdefault(block["block_id"], {})[element["action_id"]] = {"type": element["type"], slot.key: kept}
    return values


def carry_over(old: Values, blocks: list[Block]) -> Values:
    """Return the state after a form was replaced: what was typed stays where block, action and type are unchanged."""
    values = initial(blocks)
    for block_id, actions in values.items():
        for action_id, fresh in actions.items():
            typed = old.get(block_id, {}).get(action_id)
            if typed is not None and typed["type"] == fresh["type"]:
                actions[action_id] = typed
    return values


def fill(view: View, values: dict[str, Any]) -> None:
    """Put simple values into a form, each under its block's id; refuse a block without an input and an option not offered."""
    for block_id, value in values.items():
        found = [element for block, element in stateful(view.blocks) if block["block_id"] == block_id]
        if len(found) != 1:
            raise NotPossibleError(f"{block_id} is no input of this form")
        view.values[block_id][found[0]["action_id"]] = chosen(view, found[0], value)


def chosen(view: View | None, element: Payload, value: Any) -> Payload:
    """Return the state of one element once somebody put a simple value in."""
    slot = SLOTS[element["type"]]
    if slot.options and value is not None:
        options = options_of(view, element)
        picked = [_option(options, one) for one in (value if slot.many else [value])]
        return {"type": element["type"], slot.key: picked if slot.many else picked[0]}
    if element["type"] == "rich_text_input" and isinstance(value, str):
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
        value = {"type": "rich_text", "elements": [section]}
    if value in ("", None):
        value = [] if slot.many else None
    return {"type": element["type"], slot.key: value}


def options_of(view: View | None, element: Payload) -> list[Payload]:
    """Return what a select, group of radio buttons or checkboxes offers; an external select what it was last answered."""
    flat = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        flat += group["options"]
    if view is not None:
        flat += view.offered.get(element.get("action_id", ""), [])
    for kept in (element.get("initial_option"), *(element.get("initial_options") or [])):
        if kept and kept not in flat:
            flat.append(kept)
    return flat


def check_filled(view: View) -> None:
    """Refuse a form whose required input is empty or whose text is too short or long, and mark the inputs concerned."""
    view.errors = {}
    for block, element in stateful(view.blocks):
        if block["type"] == "input":
            state = view.values[block["block_id"]][element["action_id"]]
            wrong = _wrong(block, element, state[SLOTS[element["type"]].key])
            if wrong:
                view.errors[block["block_id"]] = wrong
    if view.errors:
        raise NotPossibleError("; ".join(f"{block_id}: {wrong}" for block_id, wrong in view.errors.items()))


def _wrong(block: Block, element: Payload, value: Any) -> str | None:
    if value in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    if element["type"] != "plain_text_input":
        return None
    if len(value) > element.get("max_length", 3000):
        return f"Please use at most {element.get('max_length', 3000)} characters."
    if len(value) < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    return None


def _option(options: list[Payload], value: Any) -> Payload:
    for option in options:
        if option["value"] == value:
            return {key: option[key] for key in ("text", "value", "description") if key in option}
    raise NotPossibleError(f"{value!r} is not on offer")
