"""Pydantic's English never reaches a person: every error is in plain words, with what the value must be."""

import re
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType

from bot.config.validation_words import in_plain_words, place_of
from incident.policy import Policy

OURS = yaml.safe_load((Path(__file__).parents[3] / "policy.yaml").read_text(encoding="utf-8"))
FULL = {
    **OURS,
    "groups": {"closer": ["U1"]},
    "rosters": {"payments": ["U1"]},
    "ladders": {"payments": {"rungs": ["U1"], "timeout_minutes": 5}},
    "audiences": {"exec": "#exec"},
    "audit_channel": "#audit",
}
WRONG = [None, "", "three", "P9", "2026-02-30", -1, 0, 2.5, 10**30, True, [], [1], [None], {}, {"x": 1}, {7: {}}]
PYDANTIC = re.compile(
    r"(?i)input|should|extra |required|unable|value error|instance of|valid (str|int|dict|tuple|bool|date)"
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value of a document."""
    yield path
    if isinstance(value, dict):
        for key, child in value.items():
            yield from paths(child, (*path, key))
    if isinstance(value, list):
        for index, child in enumerate(value):
            yield from paths(child, (*path, index))


def changed(path: tuple[Any, ...], value: Any) -> Any:
    """Return the document with another value at a path."""
    if not path:
        return value
    document = deepcopy(FULL)
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    return document


def words(document: Any) -> list[str]:
    try:
        Policy.model_validate(document)
    except ValidationError as invalid:
        return [in_plain_words(one, Policy) for one in invalid.errors()]
    return []


def test_every_wrong_value_anywhere_in_a_policy_is_explained_in_plain_words() -> None:
    explained = {
        (path, sentence) for path in paths(FULL) for value in WRONG for sentence in words(changed(path, value))
    }

    assert len(explained) > 1000
    assert [one for one in explained if PYDANTIC.search(one[1])] == []
    assert [one for one in explained if "cannot be used here" in one[1]] == []


def test_no_kind_of_error_that_pydantic_has_shows_its_own_text() -> None:
    context = defaultdict(lambda: "'one'", expected="'one'")
    kinds = get_args(ErrorType)
    found = {
        kind: in_plain_words({"type": kind, "loc": ("targets",), "msg": "INPUT", "input": 7, "ctx": context}, Policy)
        for kind in kinds
    }

    assert len(found) > 80
    assert [kind for kind, sentence in found.items() if not sentence or "INPUT" in sentence] == []


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("services", "search", "tier"), "three", "must be a whole number, not three"),
        (("version",), 2026.1, "must be text, not 2026.1: put it in quotes"),
        (("services", "search", "customer_facing"), "perhaps", "must be true or false, not perhaps"),
        (("targets", "P1", "ack"), -1, "must be more than 0, not -1"),
        (("impact",), {4: "x"}, "must be 3 or less, not 4"),
        (("major_auto", 0), "P9", "must be one of P1, P2, P3, P4, P5, not P9"),
        (
            ("audiences",),
            {"execs": "#a"},
            "must be one of internal, exec, customer, regulator, not execs. Did you mean exec?",
        ),
        (("groups", "closer"), "U1", "must be a list like [one, two], not U1"),
        (("groups", "closer", 0), "", "is empty"),
        (("services",), ["search"], "must be a block of lines like `name: value`"),
        (("effective",), "soon", "must be a date like 2026-01-31, not soon"),
        (("services", "search", "ownr"), "x", "is no key that Muster knows. Did you mean owner?"),
        (("targets", "P1", "nothing_like_it"), 1, "is no key that Muster knows here; it knows ack, restore, commander"),
    ],
)
def test_a_fault_says_what_the_value_must_be_and_the_nearest_known_name(
    path: tuple[Any, ...], value: Any, sentence: str
) -> None:
    assert words(changed(path, value)) == [sentence]


def test_a_fault_of_a_key_is_at_the_key() -> None:
    with pytest.raises(ValidationError) as invalid:
        Policy.model_validate(changed(("targets", "P9"), {"ack": 1, "restore": 2}))

    assert [place_of(one) for one in invalid.value.errors()] == [("targets", "P9")]


def test_a_value_is_not_shown_where_it_may_be_a_secret() -> None:
    with pytest.raises(ValidationError) as invalid:
        Policy.model_validate(changed(("major_auto", 0), "hidden"))

    (sentence,) = [in_plain_words(one, Policy, shows_value=False) for one in invalid.value.errors()]
    assert sentence == "must be one of P1, P2, P3, P4, P5"
