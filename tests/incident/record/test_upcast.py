"""Reading stored facts: every kind comes back as it was, redacted words read so, unknown kinds are not guessed at."""

from __future__ import annotations

import pytest

from incident.entries import KINDS
from incident.entries.conversation import DecisionMade, Noted
from incident.entries.delivery import Announced, CardPosted, DeliveryFailed, PromptSent
from incident.entries.integrity import CheckpointPublished
from incident.entries.role_holders import EscalationAnswered
from incident.entries.status_updates import UpdateDelivered
from incident.entry import split
from incident.frozen import REDACTED
from incident.medium import Medium
from incident.record.upcast import STEPS, StoredEntry, UnknownKindError, read
from incident.states import Audience
from tests.support.entry_chains import declared


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


REFERENCE = {"medium": Medium.SLACK, "ref": "C1:17.000100"}
PLACE = {"channel": "C1", "ts": "17.000100"}


@pytest.mark.parametrize(
    ("kind", "facts", "words", "present"),
    [
        ("card_posted", PLACE, {}, CardPosted(**REFERENCE)),
        ("announced", PLACE, {}, Announced(**REFERENCE)),
        ("prompt_sent", {"prompt": 7, **PLACE}, {}, PromptSent(prompt=7, **REFERENCE)),
        (
            "checkpoint_published",
            {"seq": 1, "root": "ab", **PLACE},
            {},
            CheckpointPublished(seq=1, root="ab", **REFERENCE),
        ),
        (
            "update_delivered",
            {"update": 7, "audience": "exec", **PLACE},
            {},
            UpdateDelivered(update=7, audience=Audience.EXEC, **REFERENCE),
        ),
        (
            "update_delivered",
            {"update": 7, "audience": "exec", "channel": None, "ts": None},
            {"error": "no_place"},
            UpdateDelivered(update=7, audience=Audience.EXEC, medium=Medium.SLACK, error="no_place"),
        ),
        (
            "place_lost",
            {"what": "card", "who": None},
            {"error": "is_archived"},
            DeliveryFailed(medium=Medium.SLACK, what="card", error="is_archived"),
        ),
    ],
)
def test_a_delivery_of_version_1_names_slack_and_its_message(kind, facts, words, present):
    assert present.version >= 2
    assert read(StoredEntry(kind, 1, facts, words)) == present


def test_an_answer_of_version_1_names_no_medium():
    stored = StoredEntry("escalation_answered", 1, {"escalation": 7, "answer": "accepted"}, {})
    assert read(stored) == EscalationAnswered(escalation=7, answer="accepted", medium=None)


def test_the_words_of_a_redacted_delivery_of_version_1_stay_redacted():
    found = read(StoredEntry("place_lost", 1, {"what": "card", "who": None}, None))
    assert found == DeliveryFailed(medium=Medium.SLACK, what="card", error=REDACTED)


def test_every_version_but_the_present_one_has_a_step():
    versions = {}
    for kind, version in KINDS:
        versions[kind] = max(version, versions.get(kind, 0))
    assert {(kind, old) for kind, newest in versions.items() for old in range(1, newest)} == set(STEPS)
