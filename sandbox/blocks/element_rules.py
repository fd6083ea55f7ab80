"""What the fields of an element must agree on: bounds with each other, and the initial value with the bounds and options.

Each rule is a check of a whole element. A field whose own check has failed is skipped: it has its message already.
"""

from typing import Any

from sandbox.blocks.composition_objects import image_source
from sandbox.blocks.limits import LIMITS
from sandbox.blocks.value_kinds import Check, add_problem, objects
from sandbox.state.text_formats import as_number

Element = dict[str, Any]


def option_key(option: Any) -> tuple[str, str]:
    """Return what identifies an option: its value and its words. Flags such as `emoji` are no part of it."""
    shown = option.get("text") if isinstance(option, dict) else None
    return (str(option.get("value")), str(shown.get("text"))) if isinstance(shown, dict) else ("", "")


def options_in(element: Element) -> list[Element]:
    """Return the options of an element, in groups or not."""
    grouped = [one for group in objects(element.get("option_groups")) for one in objects(group.get("options"))]
    return [*objects(element.get("options")), *grouped]


def _offer(problems: list[str], pointer: str, element: Element) -> None:
    """Require options or option groups, not both, with unique values."""
    if bool(objects(element.get("options"))) == bool(objects(element.get("option_groups"))):
        add_problem(problems, pointer, "must provide either options or option_groups")
        return
    values = [str(one.get("value")) for one in options_in(element)]
    if len(set(values)) < len(values):
        add_problem(problems, pointer, "option values must be unique")


def _selection(problems: list[str], pointer: str, element: Element) -> None:
    """Require that an initial option is one of the options."""
    offered = {option_key(one) for one in options_in(element)}
    for initial in [element.get("initial_option"), *objects(element.get("initial_options"))]:
        if offered and initial is not None and option_key(initial) not in offered:
            add_problem(problems, pointer, "initial option must match one of the options")


def _distinct(problems: list[str], pointer: str, element: Element) -> None:
    """Require that nothing is selected twice, nor more than `max_selected_items`."""
    for name in ("initial_options", "initial_users", "initial_channels", "initial_conversations"):
        selected = element.get(name)
        if not isinstance(selected, list):
            continue
        keys = [option_key(one) if isinstance(one, dict) else str(one) for one in selected]
        if len(set(keys)) < len(keys):
            add_problem(problems, f"{pointer}/{name}", "initial values must be unique")
        most = _whole(element, "max_selected_items")
        if most is not None and len(selected) > most:
            add_problem(problems, f"{pointer}/{name}", f"no more than {most} items allowed")


def _length(problems: list[str], pointer: str, element: Element) -> None:
    """Require min_length ≤ max_length, and an initial value between them."""
    least, most, initial = _whole(element, "min_length"), _whole(element, "max_length"), element.get("initial_value")
    if least is not None and most is not None and least > most:
        add_problem(problems, f"{pointer}/min_length", "must not be greater than max_length")
    if not isinstance(initial, str) or not initial:
        return
    if most is not None and most < len(initial) <= LIMITS["plain_text_input.length"]:
        add_problem(problems, f"{pointer}/initial_value", f"must be less than {most + 1} characters")
    if least is not None and len(initial) < least:
        add_problem(problems, f"{pointer}/initial_value", f"must be more than {least - 1} characters")


def _bounds(problems: list[str], pointer: str, element: Element) -> None:
    """Require min_value ≤ max_value, an initial value between them, and whole numbers unless decimals are allowed."""
    numbers = {name: as_number(element.get(name)) for name in ("min_value", "max_value", "initial_value")}
    least, most, initial = numbers.values()
    if least is not None and most is not None and least > most:
        add_problem(problems, f"{pointer}/min_value", "must not be greater than max_value")
    if initial is not None and least is not None and initial < least:
        add_problem(problems, f"{pointer}/initial_value", f"must be at least {least}")
    if initial is not None and most is not None and initial > most:
        add_problem(problems, f"{pointer}/initial_value", f"must be at most {most}")
    if element.get("is_decimal_allowed") is False:
        for name, value in numbers.items():
            if value is not None and value != int(value):
                add_problem(problems, f"{pointer}/{name}", "must be a whole number")


def _lines(problems: list[str], pointer: str, element: Element) -> None:
    """Require min_lines ≤ max_lines."""
    least, most = _whole(element, "min_lines"), _whole(element, "max_lines")
    if least is not None and most is not None and least > most:
        add_problem(problems, f"{pointer}/min_lines", "must not be greater than max_lines")


def _agent_prompt(problems: list[str], pointer: str, element: Element) -> None:
    """Require a prompt where its display text is given."""
    if element.get("agent_prompt_display") is not None and element.get("agent_prompt") is None:
        add_problem(problems, pointer, "missing required field: agent_prompt")


def _whole(element: Element, name: str) -> int | None:
    value = element.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


RULES: dict[str, tuple[Check, ...]] = {
    "button": (_agent_prompt,),
    "image": (image_source,),
    "overflow": (_offer,),
    "radio_buttons": (_offer, _selection),
    "checkboxes": (_offer, _selection, _distinct),
    "static_select": (_offer, _selection),
    "multi_static_select": (_offer, _selection, _distinct),
    "multi_external_select": (_distinct,),
    "multi_users_select": (_distinct,),
    "multi_channels_select": (_distinct,),
    "multi_conversations_select": (_distinct,),
    "plain_text_input": (_length,),
    "number_input": (_bounds,),
    "rich_text_input": (_lines,),
}
