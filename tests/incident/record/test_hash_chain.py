"""The canonical form agrees with RFC 8785, and every byte of an entry moves its hash."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from incident.entry import EntryPoint, IncidentKey, Source
from incident.record.hash_chain import (
    GENESIS,
    Heading,
    canonical,
    digest,
    entry_text,
    merkle_path,
    merkle_root,
    text_digest,
    verify_path,
)
from roles.person_ids import PersonId

_KEYS = st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=127))
_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
_SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXT
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner), max_leaves=12)


@given(_VALUES)
def test_the_canonical_form_is_what_rfc_8785_writes(value):
    assert canonical(value).encode("utf-8") == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [1.0, float("nan"), 2**53, -(2**53), "\ud800", {"é": 1}, {1: "a"}, b"x", {"a": {1}}])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(ValueError, match="no canonical form"):
        canonical(value)


def _heading(**changes):
    at = datetime(2026, 1, 31, 10, tzinfo=UTC)
    given = {
        "key": IncidentKey("T1", "01J"),
        "n": 1,
        "kind": "noted",
        "version": 1,
        "by": PersonId("slack:T1:U1"),
        "occurred_at": at,
        "recorded_at": at,
        "source": Source(surface=EntryPoint.COMMAND),
    }
    return Heading.model_validate({**given, **changes})


def _text(head, facts=None, words=None, prev=GENESIS):
    return entry_text(head, facts=facts or {}, words=words, prev=prev)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": IncidentKey("T2", "01J")},
        {"key": IncidentKey("T1", "01K")},
        {"n": 2},
        {"kind": "decision_made"},
        {"version": 2},
        {"by": PersonId("slack:T1:U2")},
        {"occurred_at": datetime(2026, 1, 31, 9, tzinfo=UTC)},
        {"recorded_at": datetime(2026, 1, 31, 11, tzinfo=UTC)},
        {"source": Source(surface=EntryPoint.CLI)},
    ],
)
def test_every_part_of_the_heading_moves_the_hash(changes):
    assert digest(_text(_heading(**changes))) != digest(_text(_heading()))


def test_facts_words_and_the_previous_hash_move_the_hash():
    plain = _text(_heading())
    assert len({plain, _text(_heading(), {"a": 1}), _text(_heading(), words="x"), _text(_heading(), prev="x")}) == 4


def test_the_same_words_under_another_salt_have_another_digest():
    assert text_digest("a", {"text": "down"}) != text_digest("b", {"text": "down"})


def test_the_digest_is_sha256_of_utf8():
    assert digest("🔥") == "ed8d830565bfcc5cb5b15e7deef7b6d07645d06597c8d17c7bdd49ad6f0e310a"


@given(st.lists(st.text(alphabet="abc", max_size=3), min_size=1, max_size=20), st.data())
def test_every_leaf_has_a_path_to_the_root_and_no_other_leaf_has_it(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    path, root = merkle_path(leaves, index), merkle_root(leaves)
    assert verify_path(leaves[index], path, root)
    assert not verify_path(leaves[index] + "x", path, root)


def test_a_leaf_that_is_not_there_has_no_path():
    with pytest.raises(IndexError):
        merkle_path(["a"], 1)


def test_roots_differ_when_leaves_change_order_or_number():
    assert len({merkle_root(x) for x in ([], ["a"], ["a", "b"], ["b", "a"], ["a", "b", "b"])}) == 5
