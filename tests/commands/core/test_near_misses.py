"""Near misses of fixed words, and which command is suggested for a word that is none."""

from __future__ import annotations

import pytest

from commands.core import verb_registry
from commands.core.words import verb_suggestions
from commands.core.words.near_misses import distance, nearest
from commands.core.words.verb_suggestions import suggestion


@pytest.mark.parametrize(
    ("word", "fixed", "near"),
    [
        ("remove", ["removed", "set"], "removed"),
        ("lfit", ["lift"], "lift"),
        ("categories", ["category", "priority"], "category"),
        ("comander", ["commander", "scribe"], "commander"),
        ("final", ["final"], None),
        ("fine", ["final"], None),
        ("finally", ["final"], None),
        ("x" * 60, ["commander"], None),
    ],
)
def test_a_word_is_near_one_that_it_misses_by_little(word: str, fixed: list[str], near: str | None) -> None:
    assert nearest(word, fixed) == near


def test_letters_in_the_wrong_order_are_one_slip() -> None:
    assert (distance("lfit", "lift"), distance("lift", "lift"), distance("lit", "lift"), distance("", "lift")) == (
        1,
        0,
        1,
        4,
    )


@pytest.mark.parametrize(
    ("word", "verb"),
    [
        ("esclate", "escalate"),
        ("edit", "correct"),
        ("stats", "status"),
        ("overview", "summary"),
        ("call", "escalate"),
        ("preview", "update"),
        ("chronology", "timeline"),
    ],
)
def test_a_word_that_is_none_suggests_the_verb_that_is_meant(word: str, verb: str) -> None:
    assert suggestion(word) == verb


@pytest.mark.parametrize(
    "word", ["qqqqqq", "delete", "private", "restrict", "clsoe", "redcat", "viod", "relese", "restord"]
)
def test_no_word_suggests_a_verb_that_deletes_ends_restricts_or_releases(word: str) -> None:
    assert suggestion(word) is None


def test_no_word_of_the_table_and_no_slip_leads_to_a_drastic_verb() -> None:
    drastic = {verb.name for verb in verb_registry.verbs() if verb.drastic}
    slips = [name[:at] + name[at + 1 :] for name in drastic for at in range(len(name))]
    words = [*slips, *(word for listed in verb_suggestions.WORDS.values() for word in listed.split())]

    assert {
        "redact",
        "void",
        "close",
        "resolve",
        "restored",
        "release",
        "unmask",
        "preserve",
        "hold",
        "undo",
    } <= drastic
    assert {suggestion(word) for word in words} & drastic == set()


def test_every_verb_of_the_table_exists() -> None:
    assert [name for name in verb_suggestions.WORDS if verb_registry.find(name) is None] == []
