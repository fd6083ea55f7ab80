"""A restricted incident is there for those who work on it, and for nobody else who knows or guesses its number."""

import pytest

from bot.slack.blocks.action_context import ActionContext
from bot.slack.interaction import from_action
from incident.entries.role_holders import RoleTaken
from tests.support.wait import until


@pytest.fixture(scope="module")
def secret(place):
    outcome = place.run("declare", {"title": "Leaked credentials", "service": "search", "private": True}, "ann")
    return place.now(outcome.key)


def slash(place, by, text):
    return place.actor.slash(by, "general", "/incident", text)


@pytest.mark.parametrize(
    "line", ["status", "timeline", "roles", "summary", "note I was here", "ack", "take scribe", ""]
)
def test_a_number_alone_opens_nothing_to_an_outsider(place, secret, line):
    before = secret.n

    told = slash(place, "bea", f"{secret.number} {line}")

    assert "Leaked" not in str(told.payload)
    assert "no incident of that number" in told.payload["text"]
    assert place.now(secret.key).n == before


def test_no_form_of_it_opens_to_an_outsider(place, secret):
    before = len(place.whispers("bea"))

    told = slash(place, "bea", f"{secret.number} update")

    assert "no incident of that number" in until(lambda: place.whispers("bea")[before:])[0].text
    assert told.opened == []


def test_an_incident_that_does_not_exist_is_answered_alike(place):
    assert "no incident of that number" in slash(place, "bea", "INC-1999-0001").payload["text"]


def test_a_button_of_it_does_nothing_in_an_outsiders_hands(place, secret):
    value = ActionContext(incident=secret.key.id, entry=secret.n, fields={"role": "scribe"}).as_value()
    body = {
        "team": {"id": place.team},
        "user": {"id": place.user("bea")},
        "container": {"message_ts": "1.1", "channel_id": place.channel("general")},
        "channel": {"id": place.channel("general")},
        "actions": [{"action_id": "verb:take", "value": value, "action_ts": "1.2"}],
    }

    reply = place.gateway.executor.execute(from_action(body, place.clock.now()), "take", {"role": "scribe"})

    assert reply.refused
    assert place.entries(secret.key, RoleTaken.kind) == ()


def test_those_who_work_on_it_see_it_by_its_number(place, secret):
    assert "Leaked credentials" in slash(place, "ann", f"{secret.number} status").payload["text"]


def test_it_is_in_no_list_of_where_the_incidents_are(place, secret):
    assert secret.number not in str(slash(place, "bea", "ack").payload)
