"""Incidents with the same words are found, with the words, among those that the actor may see."""

from __future__ import annotations

from commands.core.request import Actor, Place
from commands.core.rules.after_incident.similar_incidents import similar, words_of
from tests.support.command_bench import CommandBench, who
from tests.support.handmade_incidents import ROB, an_incident


def numbers(bench: CommandBench) -> list[str]:
    return [word.strip("*") for word in bench.answer().split() if word.startswith("*INC")]


def desk() -> CommandBench:
    bench = CommandBench().declared(0, title="Replica lag on the ledger", symptom="Balances are old")
    bench.declared(1, title="Expired certificate at the bank", symptom="Cards are declined")
    return bench.declared(2, title="Ledger replicas lag behind")


def test_the_incident_with_the_same_words_is_found_and_the_words_are_shown():
    bench = desk()
    bench.do("similar", at=3)

    assert numbers(bench) == ["INC-2026-0001"]
    assert ": lag, ledger, replica" in bench.answer()


def test_words_may_be_given_anywhere():
    bench = desk()
    bench.do("similar", at=3, place=Place(channel="CELSEWHERE"), text="certificates")
    assert numbers(bench) == ["INC-2026-0002"]
    bench.do("similar", at=3, text="zebra")
    assert "No incident that you may see" in bench.answer()

    assert bench.do("similar", at=3, place=Place(channel="CELSEWHERE")).reason == "similar_words"


def test_a_restricted_incident_is_found_only_by_those_who_work_on_it():
    bench = CommandBench().declared(0, title="Ledger replica lag", private=True)
    bench.do("similar", at=3, place=Place(channel="CELSEWHERE"), text="replica lag")
    assert numbers(bench) == ["INC-2026-0001"]
    bench.do("similar", at=3, actor=Actor(id=who("clerk")), place=Place(channel="CELSEWHERE"), text="replica lag")

    assert numbers(bench) == []


def test_redacted_words_are_not_found():
    redacted = an_incident(title="[redacted]", symptom="[redacted]")

    assert words_of("[redacted] lag") == {"lag"}
    assert similar(words_of("redacted"), [redacted], Actor(id=ROB)) == ()


def test_one_common_word_is_not_enough_and_rare_words_count_more():
    base = an_incident()
    known = [
        base.model_copy(update={"number": "1", "title": "Ledger slow", "symptom": ""}),
        base.model_copy(update={"number": "2", "title": "Ledger slow at noon", "symptom": "quorum lost"}),
        base.model_copy(update={"number": "3", "title": "Noon", "symptom": ""}),
    ]

    found = similar(words_of("ledger slow quorum"), known, Actor(id=ROB))
    assert [(one.incident.number, one.words) for one in found] == [
        ("2", ("quorum", "ledger", "slow")),
        ("1", ("ledger", "slow")),
    ]
