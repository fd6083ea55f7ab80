"""Checks of single values in blocks, which combine into larger checks.

A check takes the list of problems, the value's JSON pointer and the value. Knows shapes and sizes; the tables know
fields.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.blocks.limits import LIMITS

Check = Callable[[list[str], str, Any], None]
Fields = Mapping[str, Check]


def add_problem(problems: list[str], pointer: str, message: str) -> None:
    """Add a problem in Slack's wording."""
    problems.append(f"[ERROR] {message} [json-pointer:{pointer}]")


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a list, or [] if the value is not a list, which its own check reports."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def check_unique(problems: list[str], pointer: str, items: list[dict[str, Any]], name: str) -> None:
    """Report every id that several objects of a list share."""
    ids = [one[name] for one in items if isinstance(one.get(name), str) and one[name]]
    for shared in sorted({one for one in ids if ids.count(one) > 1}):
        add_problem(problems, pointer, f"`{name}` {shared} already exists")


def string(limit: str | None = None, *, minimum: int = 1) -> Check:
    """Require a string within a length."""

    def check(problems: list[str], pointer: str, value: Any) -> None:
        if not isinstance(value, str):
            add_problem(problems, pointer, "must provide a string")
        elif len(value) < minimum:
            add_problem(problems, pointer, f"must be more than {minimum - 1} characters")
        elif limit and len(value) > LIMITS[limit]:
            add_problem(problems, pointer, f"must be less than {LIMITS[limit] + 1} characters")

    return check


def text(limit: str, *, plain: bool = False) -> Check:
    """Require a text object, plain or either type."""
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")

    def check(problems: list[str], pointer: str, value: Any) -> None:
        if not isinstance(value, dict) or value.get("type") not in kinds:
            add_problem(
                problems,
                f"{pointer}/type" if isinstance(value, dict) else pointer,
                f"must be one of: {', '.join(kinds)}",
            )
            return
        also = "emoji" if value["type"] == "plain_text" else "verbatim"
        check_fields(problems, pointer, value, {"type": any_value, "text": string(limit), also: boolean}, ("text",))

    return check


def or_empty(inner: Check) -> Check:
    """Accept an empty string, or what the check accepts."""

    def check(problems: list[str], pointer: str, value: Any) -> None:
        if value != "":
            inner(problems, pointer, value)

    return check


def boolean(problems: list[str], pointer: str, value: Any) -> None:
    """Require true or false."""
    if not isinstance(value, bool):
        add_problem(problems, pointer, "must be a boolean")


def any_value(problems: list[str], pointer: str, value: Any) -> None:
    """Accept every value."""


def number(minimum: int, maximum: int) -> Check:
    """Require a whole number within bounds."""

    def check(problems: list[str], pointer: str, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            add_problem(problems, pointer, "must be an integer")
        elif not minimum <= value <= maximum:
            add_problem(problems, pointer, f"must be between {minimum} and {maximum}")

    return check


def one_of(*choices: str) -> Check:
    """Require one of these strings."""

    def check(problems: list[str], pointer: str, value: Any) -> None:
        if value not in choices:
            add_problem(problems, pointer, f"must be one of: {', '.join(choices)}")

    return check


def set_of(*choices: str) -> Check:
    """Require a list of some of these strings, at least one, none twice."""

    def check(problems: list[str], pointer: str, value: Any) -> None:
        if not isinstance(value, list):
            add_problem(problems, pointer, "must be an array")
            return
        if not value:
            add_problem(problems, pointer, "no less than 1 items allowed")
        for index, item in enumerate(value):
            one_of(*choices)(problems, f"{pointer}/{index}", item)
            if item in value[:index]:
                add_problem(problems, f"{pointer}/{index}", f"{item} already exists")

    return check


def list_of(inner: Check, limit: str, *, minimum: int = 1) -> Check:
    """Require a list within a length, each item passing a check."""

    def check(problems: list[str], pointer: str, value: Any) -> None:
        if not isinstance(value, list):
            add_problem(problems, pointer, "must be an array")
            return
        if len(value) < minimum:
            add_problem(problems, pointer, f"no less than {minimum} items allowed")
        if len(value) > LIMITS[limit]:
            add_problem(problems, pointer, f"no more than {LIMITS[limit]} items allowed")
        for index, item in enumerate(value):
            inner(problems, f"{pointer}/{index}", item)

    return check


def object_of(known: Fields, required: tuple[str, ...] = ()) -> Check:
    """Require an object with known fields only."""

    def check(problems: list[str], pointer: str, value: Any) -> None:
        if not isinstance(value, dict):
            add_problem(problems, pointer, "must be an object")
        else:
            check_fields(problems, pointer, value, known, required)

    return check


def check_fields(
    problems: list[str], pointer: str, value: dict[str, Any], known: Fields, required: tuple[str, ...] = ()
) -> None:
    """Check every field of an object, and report missing and unknown ones."""
    for name in required:
        if name not in value:
            add_problem(problems, pointer, f"missing required field: {name}")
    for name, inner in value.items():
        if name not in known:
            add_problem(problems, pointer, f"invalid additional property: {name}")
        elif inner is not None:
            known[name](problems, f"{pointer}/{name}", inner)
        elif name in required:
            add_problem(problems, f"{pointer}/{name}", "must not be null")
