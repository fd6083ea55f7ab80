"""The kind of a body from Slack is read from its form, not from words in it."""

import json
from urllib.parse import urlencode

import pytest

from bot.web.request_body import parse_body

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "text",
    [
        "declare payload too large",
        "payload",
        "payload=1",
        "&payload={}",
        'note payload={"type":"block_actions"}&command=x',
        "payload%3D1 %26payload%3D2",
        "{payload}",
        "a=b&c",
        "",
    ],
)
@pytest.mark.parametrize("channel", ["payload-errors", "general"])
def test_a_slash_command_arrives_whole_whatever_its_line_and_channel_say(text, channel):
    form = {"token": "t", "command": "/incident", "text": text, "channel_name": channel}

    assert parse_body(urlencode(form), FORM) == form


def test_an_interaction_is_the_json_of_its_form():
    sent = {"type": "block_actions", "actions": [{"value": "command=/incident&payload=1"}]}

    assert parse_body(urlencode({"payload": json.dumps(sent)}), FORM) == sent


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", ""])
def test_an_event_is_json(kind):
    assert parse_body('{"type": "event_callback"}', kind) == {"type": "event_callback"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{", "application/json"),
        ("[1]", "application/json"),
        ("nonsense", "application/json"),
        ("[" * 100_000, "application/json"),
        ("payload={", FORM),
        ("payload=%5B1%5D", FORM),
        ("payload=" + "%5B" * 100_000, FORM),
        ("&".join(f"f{n}=1" for n in range(2_000)), FORM),
    ],
)
def test_a_body_that_cannot_be_parsed_is_none(text, kind):
    assert parse_body(text, kind) is None
