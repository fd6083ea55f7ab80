"""Every field takes as many characters as its form lets people type, whatever Slack's escapes make of them."""

from __future__ import annotations

import pytest

from commands.core import verb_registry
from commands.core.fields.form_field import Control, form_fields
from incident.refusal import Code
from tests.support.command_bench import CommandBench

LONGEST = 3000
TYPED = [
    (verb.name, name, min(field.max_length, LONGEST))
    for verb in verb_registry.verbs()
    for name, field in form_fields(verb).items()
    if field.control in (Control.LINE, Control.TEXT)
]


def test_there_are_fields_of_text():
    assert len(TYPED) > 30


@pytest.mark.parametrize(("verb", "field", "limit"), TYPED)
def test_a_text_of_the_longest_length_is_not_too_long_though_every_character_is_escaped(verb, field, limit):
    room = CommandBench().declared()

    outcome = room.do(verb, by="ilse", at=5, form={field: "&amp;" * limit})

    assert outcome.code != Code.TOO_LONG
    assert room.do(verb, by="ilse", at=6, form={field: "&amp;" * 12_001}).code is not None
