"""Verbs are found by their words; two verbs cannot share one."""

from __future__ import annotations

from types import ModuleType

import pytest

from commands import ack, take
from commands.ack import Ack
from commands.core import verb_registry
from commands.core.fields.form_field import form_fields
from commands.take import Take


def test_every_word_of_a_verb_finds_it_in_any_case() -> None:
    assert verb_registry.find("take") is Take
    assert verb_registry.find(" TAKE ") is Take
    assert verb_registry.find("handoff") is verb_registry.find("handover")
    assert verb_registry.find("nothing") is None


def test_verbs_are_listed_once_in_alphabetical_order() -> None:
    names = [verb.name for verb in verb_registry.verbs()]

    assert names == sorted(set(names))
    assert {"declare", "ack", "take", "escalate"} <= set(names)


def test_two_verbs_that_claim_one_word_are_an_error() -> None:
    class Grab(Take):
        name = "grab"
        aliases = ("take",)

    with pytest.raises(ValueError, match="'take' is claimed by both Take and Grab"):
        verb_registry.claim([Take, Grab])


def test_only_what_a_module_defines_counts_as_its_verb() -> None:
    module = ModuleType("commands.made_up")
    vars(module)["Ack"] = Ack

    assert verb_registry.verbs_of(take) == [Take]
    assert verb_registry.verbs_of(ack) == [Ack]
    assert verb_registry.verbs_of(module) == []


def test_no_two_fields_of_a_form_have_one_label() -> None:
    for verb in verb_registry.verbs():
        labels = [one.label for one in form_fields(verb).values()]
        assert len(set(labels)) == len(labels), verb.name
