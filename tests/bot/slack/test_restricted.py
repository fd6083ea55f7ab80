"""A restricted incident is visible to the people involved only, whatever number another person types."""

import pytest

from bot.slack.blocks.action_context import ActionContext
from bot.slack.interaction import from_action
from incident.entries.role_holders import RoleTaken
from roles.person_ids import slack_person
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
def test_its_number_shows_nothing_to_an_outsider(place, secret, line):
    before = secret.n

    response = slash(place, "bea", f"{secret.number} {line}")

    assert "Leaked" not in str(response.payload)
    assert "no incident with that number" in response.payload["text"]
    assert place.now(secret.key).n == before


def test_no_form_of_it_opens_to_an_outsider(place, secret):
    before = len(place.whispers("bea"))

    response = slash(place, "bea", f"{secret.number} update")

    assert "no incident with that number" in until(lambda: place.whispers("bea")[before:])[0].text
    assert response.opened == []


def test_an_unknown_incident_gets_the_same_reply(place):
    assert "no incident with that number" in slash(place, "bea", "INC-1999-0001").payload["text"]


def test_its_button_does_nothing_for_an_outsider(place, secret):
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


def test_who_is_called_to_it_answers_from_a_direct_message_and_sees_it_once_they_accept(place, channel):
    hidden = place.incident("Leaked tokens", channel=f"{channel}-call", private=True)
    bea = slack_person(place.team, place.user("bea"))
    place.run("escalate", {"who": bea, "reason": "tokens of all customers"}, "ann", number=hidden.number)
    assert "Leaked" not in str(slash(place, "bea", f"{hidden.number} status").payload)
    assert "Leaked" not in str(slash(place, "bea", "list").payload)
    call = place.now(hidden.key).escalations[-1]
    fields = {"answer": "accepted", "escalation": call.n}
    value = ActionContext(incident=hidden.key.id, entry=hidden.n, fields=fields).as_value()
    body = {
        "team": {"id": place.team},
        "user": {"id": place.user("bea")},
        "container": {"message_ts": "1.1", "channel_id": "D0BEA"},
        "channel": {"id": "D0BEA"},
        "actions": [{"action_id": "verb:answer", "value": value, "action_ts": "1.2"}],
    }

    reply = place.gateway.executor.execute(from_action(body, place.clock.now()), "answer", fields)

    assert not reply.refused, reply.text
    assert place.now(hidden.key).escalations[-1].answer == "accepted"
    assert "Leaked tokens" in slash(place, "bea", f"{hidden.number} status").payload["text"]


def test_the_people_involved_see_it_by_its_number(place, secret):
    assert "Leaked credentials" in slash(place, "ann", f"{secret.number} status").payload["text"]


def test_it_is_in_no_list_of_incident_channels(place, secret):
    assert secret.number not in str(slash(place, "bea", "ack").payload)


@pytest.mark.parametrize(
    "line", ["show {}", "{} status", "{} note I was here", "void duplicate of {} the same errors as there"]
)
@pytest.mark.parametrize("form", ["<#{}|leak>", "<https://acme.slack.com/archives/{}/p1780920000123456>"])
def test_its_channel_and_a_link_into_it_show_as_little_as_one_that_does_not_exist(place, channel, incident, line, form):
    hidden = place.incident("Leaked keys", channel=f"{channel}-leak", private=True)
    there, nowhere = form.format(hidden.places.channel), form.format("C0NOWHERE1")
    before = place.now(hidden.key).n

    found, unknown = (
        place.actor.slash("bea", channel, "/incident", line.format(reference)).payload or {"text": "a form opens"}
        for reference in (there, nowhere)
    )

    assert "Leaked" not in str(found)
    assert hidden.number not in str(found)
    assert found["text"].replace(hidden.places.channel, "C0NOWHERE1") == unknown["text"]
    assert place.now(hidden.key).n == before
