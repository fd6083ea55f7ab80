"""Form state: initial values, typed values and the errors of Slack's client.

Knows every stateful element and the simple value that fills it: text, an option's value, an id, a list of these, a
date, a time, Unix seconds. Knows no delivery.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from sandbox.state.entities import Block, Payload, View
from sandbox.state.text_formats import as_number, is_email, is_web_url
from sandbox.workspace_errors import NotPossibleError

_ID_SELECTS = frozenset({"users_select", "conversations_select", "channels_select"})
HOLDERS = {"carousel": "elements", "container": "child_blocks"}
Values = dict[str, dict[str, Payload]]


class InputElement(NamedTuple):
    """The fields of a stateful element: current value, initial value, several values or one, options or free values."""

    state_field: str
    initial_field: str
    is_multiple: bool = False
    has_options: bool = False


INPUT_ELEMENTS: dict[str, InputElement] = {
    "plain_text_input": InputElement("value", "initial_value"),
    "email_text_input": InputElement("value", "initial_value"),
    "url_text_input": InputElement("value", "initial_value"),
    "number_input": InputElement("value", "initial_value"),
    "rich_text_input": InputElement("rich_text_value", "initial_value"),
    "static_select": InputElement("selected_option", "initial_option", has_options=True),
    "external_select": InputElement("selected_option", "initial_option", has_options=True),
    "radio_buttons": InputElement("selected_option", "initial_option", has_options=True),
    "checkboxes": InputElement("selected_options", "initial_options", is_multiple=True, has_options=True),
    "multi_static_select": InputElement("selected_options", "initial_options", is_multiple=True, has_options=True),
    "multi_external_select": InputElement("selected_options", "initial_options", is_multiple=True, has_options=True),
    "users_select": InputElement("selected_user", "initial_user"),
    "multi_users_select": InputElement("selected_users", "initial_users", is_multiple=True),
    "conversations_select": InputElement("selected_conversation", "initial_conversation"),
    "multi_conversations_select": InputElement("selected_conversations", "initial_conversations", is_multiple=True),
    "channels_select": InputElement("selected_channel", "initial_channel"),
    "multi_channels_select": InputElement("selected_channels", "initial_channels", is_multiple=True),
    "datepicker": InputElement("selected_date", "initial_date"),
    "timepicker": InputElement("selected_time", "initial_time"),
    "datetimepicker": InputElement("selected_date_time", "initial_date_time"),
    "file_input": InputElement("files", "initial_files", is_multiple=True),
}


def elements_of(block: Block) -> list[Payload]:
    """Return the interactive elements of a block."""
    if block["type"] == "input":
        return [block["element"]]
    if block["type"] == "section":
        return [block["accessory"]] if block.get("accessory") else []
    if block["type"] in ("actions", "context_actions"):
        return list(block["elements"])
    return list(block.get("actions") or []) if block["type"] == "card" else []


def nested_blocks(blocks: Any) -> Iterator[Block]:
    """Yield blocks and the blocks in them: the cards of a carousel, the child blocks of a container."""
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, dict):
            yield block
            yield from nested_blocks(block.get(HOLDERS.get(str(block.get("type")), "")))


def stateful_elements(blocks: list[Block]) -> Iterator[tuple[Block, Payload]]:
    """Yield each block and element that holds a value."""
    for block in nested_blocks(blocks):
        for element in elements_of(block):
            if element["type"] in INPUT_ELEMENTS:
                yield block, element


def initial_values(blocks: list[Block]) -> Values:
    """Return the state of an untouched form: initial values, null or an empty list otherwise."""
    values: Values = {}
    for block, element in stateful_elements(blocks):
        input_element = INPUT_ELEMENTS[element["type"]]
        value = element.get(input_element.initial_field, [] if input_element.is_multiple else None)
        values.setdefault(block["block_id"], {})[element["action_id"]] = {
            "type": element["type"],
            input_element.state_field: value,
        }
    return values


def select_current_conversation(blocks: list[Block], conversation: str) -> list[Block]:
    """Select the conversation that a form was opened in, where a select asks for it and names no other."""
    for _, element in stateful_elements(blocks):
        input_element = INPUT_ELEMENTS[element["type"]]
        if conversation and element.get("default_to_current_conversation") is True:
            element.setdefault(
                input_element.initial_field, [conversation] if input_element.is_multiple else conversation
            )
    return blocks


def keep_typed_values(old: Values, blocks: list[Block]) -> Values:
    """Return the state after an update: typed values stay where block_id, action_id and type are unchanged."""
    values = initial_values(blocks)
    for block_id, actions in values.items():
        for action_id, untouched in actions.items():
            typed = old.get(block_id, {}).get(action_id)
            if typed is not None and typed["type"] == untouched["type"]:
                actions[action_id] = typed
    return values


def fill(view: View, values: dict[str, Any]) -> None:
    """Fill simple values into a form by block_id. Raises NotPossibleError for an unknown input or option."""
    for block_id, value in values.items():
        found = [element for block, element in stateful_elements(view.blocks) if block["block_id"] == block_id]
        if len(found) != 1:
            raise NotPossibleError(f"{block_id} is no input of this form")
        view.values[block_id][found[0]["action_id"]] = element_state(view, found[0], value)


def element_state(view: View | None, element: Payload, value: Any) -> Payload:
    """Return an element's state for a simple value."""
    input_element = INPUT_ELEMENTS[element["type"]]
    if input_element.has_options and value is not None:
        options = options_of(view, element)
        selected = [_option(options, one) for one in (value if input_element.is_multiple else [value])]
        return {
            "type": element["type"],
            input_element.state_field: selected if input_element.is_multiple else selected[0],
        }
    if element["type"] == "rich_text_input" and isinstance(value, str):
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
        value = {"type": "rich_text", "elements": [section]}
    if value in ("", None):
        value = [] if input_element.is_multiple else None
    return {"type": element["type"], input_element.state_field: value}


def options_of(view: View | None, element: Payload) -> list[Payload]:
    """Return the options of a select, radio group or checkboxes; of an external select, the last suggestions."""
    flat = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        flat += group["options"]
    if view is not None:
        flat += view.suggested_options.get(element.get("action_id", ""), [])
    for value in (element.get("initial_option"), *(element.get("initial_options") or [])):
        if value and value["value"] not in {one["value"] for one in flat}:
            flat.append(value)
    return flat


def refuse_unknown_ids(values: Values, known: Collection[str]) -> None:
    """Raise NotPossibleError for a chosen person or channel that the workspace does not have: Slack's client offers none."""
    for state in (state for actions in values.values() for state in actions.values()):
        if state["type"].removeprefix("multi_") in _ID_SELECTS:
            chosen = state[INPUT_ELEMENTS[state["type"]].state_field] or []
            for one in [chosen] if isinstance(chosen, str) else chosen:
                if one not in known:
                    raise NotPossibleError(f"{one!r} is not in this workspace")


def validate(view: View) -> None:
    """Check the inputs as Slack's client does: required, length, number, address. Sets `view.errors` and raises NotPossibleError on any error."""
    view.errors = {}
    for block, element in stateful_elements(view.blocks):
        if block["type"] == "input":
            state = view.values[block["block_id"]][element["action_id"]]
            error = _error(block, element, state[INPUT_ELEMENTS[element["type"]].state_field])
            if error:
                view.errors[block["block_id"]] = error
    if view.errors:
        raise NotPossibleError("; ".join(f"{block_id}: {error}" for block_id, error in view.errors.items()))


def _error(block: Block, element: Payload, value: Any) -> str | None:
    if value in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    check = CHECKS.get(element["type"])
    return check(element, value) if check is not None else None


def _length_error(element: Payload, value: str) -> str | None:
    if len(value) > element.get("max_length", 3000):
        return f"Please use at most {element.get('max_length', 3000)} characters."
    if len(value) < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    return None


def _number_error(element: Payload, value: str) -> str | None:
    number = as_number(value)
    if number is None:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and number != int(number):
        return "Please enter a whole number."
    least, most = as_number(element.get("min_value")), as_number(element.get("max_value"))
    if least is not None and number < least:
        return f"Please enter {least} or more."
    if most is not None and number > most:
        return f"Please enter {most} or less."
    return None


def _selection_error(element: Payload, value: list[Any]) -> str | None:
    most = element.get("max_selected_items") or element.get("max_files")
    return f"Please choose at most {most}." if most is not None and len(value) > most else None


def _url_error(element: Payload, value: str) -> str | None:
    return None if is_web_url(value) else "Please enter a valid URL, such as https://example.com."


def _email_error(element: Payload, value: str) -> str | None:
    return None if is_email(value) else "Please enter a valid email address."


CHECKS: dict[str, Callable[[Payload, Any], str | None]] = {
    "plain_text_input": _length_error,
    "number_input": _number_error,
    "url_text_input": _url_error,
    "email_text_input": _email_error,
    "file_input": _selection_error,
    **{name: _selection_error for name in INPUT_ELEMENTS if name.startswith("multi_")},
}


def _option(options: list[Payload], value: Any) -> Payload:
    for option in options:
        if option["value"] == value:
            return {key: option[key] for key in ("text", "value", "description") if key in option}
    raise NotPossibleError(f"{value!r} is not on offer")
