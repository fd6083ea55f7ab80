"""Help is derived from the verbs: what can be typed, and the fields of each verb."""

from __future__ import annotations

import pytest

from commands.core import verb_registry
from commands.core.verb import Group
from commands.help import Help, usage
from commands.update import Update
from incident.refusal import Code
from tests.support.handmade_incidents import HandmadeDesk, worded

ANYWHERE = HandmadeDesk(None)


def test_every_verb_is_listed_in_its_group_and_all_of_them_fit_on_one_screen():
    answer = ANYWHERE.answer(Help())

    listed = {line.partition("*  ")[0].strip("*"): line for line in answer.splitlines() if line.startswith("*")}
    for verb in verb_registry.verbs():
        assert f"`{verb.name}`" in listed[verb.group.value.capitalize()]
    assert len(answer.splitlines()) < 20


def test_help_all_says_what_every_verb_does_by_group():
    answer = ANYWHERE.answer(Help(about="all"))

    for verb in verb_registry.verbs():
        does = (verb.__doc__ or "").splitlines()[0]
        assert f"`{verb.name}` {does}" in answer
    for group in Group:
        assert f"*{group.value.capitalize()}*" in answer


def test_one_verb_is_shown_with_its_fields_and_aliases():
    answer = ANYWHERE.answer(Help(about="post"))

    assert answer.startswith("*`/incident update <audience> [final] [next=…] <text>`*\n")
    assert "Also: `post`" in answer
    assert "• Next update at (optional)" in answer


@pytest.mark.parametrize("verb", verb_registry.verbs())
def test_every_verb_has_help(verb):
    assert ANYWHERE.answer(Help(about=verb.name)).startswith(f"*`/incident {verb.name}")


def test_usage_puts_fixed_words_before_names_and_the_text_last():
    assert usage(Update) == "update <audience> [final] [next=…] <text>"


def test_an_unknown_word_gets_the_nearest_verb():
    near, far = ANYWHERE.refuses(Help(about="updaet")), ANYWHERE.refuses(Help(about="xyzzy"))

    assert near.code == far.code == Code.UNKNOWN_VERB
    assert "Did you mean `update`?" in worded(near)
    assert worded(far) == "I don't know that command. `/incident help` lists them all."


def test_a_question_records_nothing():
    assert ANYWHERE.does(Help()) == ()
    assert ANYWHERE.said(Help()) == ""


def test_the_choices_of_a_field_are_listed():
    assert "• For how long: short, long" in ANYWHERE.answer(Help(about="contain"))
