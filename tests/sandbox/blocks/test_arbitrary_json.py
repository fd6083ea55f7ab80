"""Arbitrary JSON as blocks or views is rejected and never breaks the workspace."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.blocks import LIMITS, check_message, check_view
from sandbox.blocks.interactive_elements import ELEMENTS
from sandbox.blocks.layout_blocks import BLOCKS
from sandbox.workspace_errors import SlackError

Table = Mapping[str, tuple[Mapping[str, Any], tuple[str, ...]]]
KINDS = sorted({*BLOCKS, *ELEMENTS, "plain_text", "mrkdwn", "modal", "home"})
NAMES = sorted({"type", "blocks", "elements", "element", "accessory", "text", "options", "option_groups", "label"})
WORDS = {"type": "mrkdwn", "text": "x"}
LEAVES = st.none() | st.booleans() | st.integers(0, 10) | st.sampled_from([*KINDS, ""])
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


def is_rejected(check: Any, *what: Any) -> bool:
    try:
        check(*what)
    except SlackError:
        return True
    return False


def of_a_type(table: Table) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects of a known type with some of its fields, each with arbitrary JSON."""

    def filled(kind: str) -> st.SearchStrategy[dict[str, Any]]:
        known = st.sampled_from(sorted({"type", *table[kind][0]} - {"type"}) or ["colour"])
        return st.dictionaries(known, JSON, max_size=5).map(lambda fields: fields | {"type": kind})

    return st.sampled_from(sorted(table)).flatmap(filled)


@settings(max_examples=150, database=None)
@given(of_a_type(BLOCKS))
def test_any_json_for_a_block_is_accepted_or_rejected(block: dict[str, Any]) -> None:
    assert is_rejected(check_message, [block]) in (True, False)


@pytest.mark.parametrize("kind", [[], {}, ["image"]])
def test_a_type_that_is_not_a_string_is_rejected(kind: Any) -> None:
    assert is_rejected(check_message, [{"type": kind}])
    assert is_rejected(check_message, [{"type": "section", "text": WORDS, "accessory": {"type": kind}}])
    assert is_rejected(check_message, [{"type": "section", "text": {"type": kind, "text": "x"}}])


@settings(max_examples=150, database=None)
@given(of_a_type(ELEMENTS))
def test_any_json_for_an_element_is_accepted_or_rejected(element: dict[str, Any]) -> None:
    blocks = [{"type": "actions", "elements": [element]}, {"type": "section", "accessory": element}]

    assert is_rejected(check_message, blocks) in (True, False)


@settings(max_examples=80, database=None)
@given(st.dictionaries(st.sampled_from([*NAMES, "title", "submit", "private_metadata"]), JSON, max_size=5))
def test_arbitrary_json_for_a_view_is_rejected(fields: dict[str, Any]) -> None:
    assert is_rejected(check_view, fields | {"type": "modal"}, "modal")


def test_every_limit_is_a_whole_number_above_zero() -> None:
    assert all(isinstance(limit, int) and limit > 0 for limit in LIMITS.values())
