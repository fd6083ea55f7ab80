"""Reading stored facts: every kind comes back as it was, redacted words read so, unknown kinds are not guessed at."""

from __future__ import annotations

import pytest

from incident.entries.conversation import DecisionMade, Noted
from incident.entry import split
from incident.frozen import REDACTED
from incident.record.upcast import StoredEntry, UnknownKindError, read
from tests.incident.building import declared


@pytest.mark.parametrize("fact", [declared(), Noted(text="🔥 down"), DecisionMade(id="D1", text="roll back")])
def test_a_fact_comes_back_as_it_was_stored(fact):
    facts, words = split(fact)
    assert read(StoredEntry(fact.kind, fact.version, facts, words)) == fact


def test_a_redacted_fact_keeps_its_facts_and_no_word():
    fact = DecisionMade(id="D1", text="roll back", rationale="it began then")
    facts, _ = split(fact)
    found = read(StoredEntry(fact.kind, 1, facts, None))
    assert (found.id, found.text, found.rationale) == ("D1", REDACTED, REDACTED)


def test_an_unknown_kind_or_version_is_not_read():
    with pytest.raises(UnknownKindError):
        read(StoredEntry("noted", 2, {}, {"text": "x"}))
    with pytest.raises(UnknownKindError):
        read(StoredEntry("never_heard_of", 1, {}, {}))


def test_an_old_version_takes_every_step_to_the_present_one():
    def renamed(stored):
        return stored._replace(version=1, words={"text": stored.words["body"]})

    stored = StoredEntry("noted", 0, {}, {"body": "db1 is down"})
    assert read(stored, {("noted", 0): renamed}) == Noted(text="db1 is down")
