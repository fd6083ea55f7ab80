import pytest

from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.block_elements import button, buttons
from bot.slack.client.client_factory import client_for
from incident.entries.closure import Refused
from incident.entries.conversation import Noted
from incident.entries.lifecycle import Acknowledged
from incident.entries.role_holders import RoleTaken
from roles.role_names import Role
from tests.support.wait import until


def open_action_menu(place, channel, by="ann"):
    """Open the action menu as a person and return its message."""
    place.actor.slash(by, channel, "/incident", "")
    return place.whispers(by)[-1]


def test_the_reply_to_a_button_replaces_the_action_menu(place, channel, incident):
    shown = open_action_menu(place, channel)

    response = place.actor.press("ann", channel, shown.ts, "verb:take")

    assert response.acked
    assert place.now(incident.key).holder(Role.COMMANDER) == place.person("ann")
    until(lambda: "commander" in place.whispers("ann")[-1].text)


def test_a_double_click_acts_once_and_the_second_reply_says_so(place, channel, incident):
    shown = open_action_menu(place, channel)
    place.actor.press("ann", channel, shown.ts, "verb:take")
    until(lambda: not [b for b in place.whispers("ann")[-1].blocks if b["type"] == "actions"])
    again = open_action_menu(place, channel, by="bea")
    place.actor.press("bea", channel, again.ts, "form:take")

    response = place.actor.slash("ann", channel, "/incident", "take commander")

    assert "already" in response.payload["text"]
    assert len(place.entries(incident.key, RoleTaken.kind)) == 1


def test_a_stale_button_changes_nothing_and_says_why(place, channel, incident):
    shown = open_action_menu(place, channel)
    place.run("take", {"role": "commander"}, "bea", channel=place.channel(channel))
    before = len(place.whispers("ann"))

    place.actor.press("ann", channel, shown.ts, "verb:take")

    whisper = until(lambda: place.whispers("ann")[before:])[0]
    assert place.now(incident.key).holder(Role.COMMANDER) == place.person("bea")
    assert "commander" in whisper.text
    assert [e.fact.code for e in place.entries(incident.key, Refused.kind)] == ["E_ROLE_TAKEN"]


def test_a_refused_button_leaves_the_action_menu(place, channel, incident):
    shown = open_action_menu(place, channel)
    place.run("take", {"role": "commander"}, "bea", channel=place.channel(channel))

    place.actor.press("ann", channel, shown.ts, "verb:take")

    until(lambda: place.whispers("ann")[-1].ts != shown.ts)
    assert shown.ts in [one.ts for one in place.whispers("ann")]


def test_the_reply_to_a_question_leaves_the_action_menu(place, channel, incident):
    shown = open_action_menu(place, channel)

    place.actor.press("ann", channel, shown.ts, "verb:status")

    response = until(lambda: [one for one in place.whispers("ann") if one.ts > shown.ts])
    assert incident.number in response[-1].text


def test_a_form_button_opens_the_form_with_its_values(place, channel, incident):
    place.run("take", {"role": "scribe"}, "ann", channel=place.channel(channel))
    shown = open_action_menu(place, channel)

    form = place.actor.press("ann", channel, shown.ts, "form:handover").view()

    assert form.values["role"]["role"]["selected_option"]["value"] == "scribe"


def test_the_action_menu_shows_the_handover_offered_to_its_reader(place, channel, incident):
    place.run("take", {"role": "scribe"}, "ann", channel=place.channel(channel))
    place.run(
        "handover",
        {"role": "scribe", "to": place.person("bea"), "note": "Notes are up to date until 10:20"},
        "ann",
        channel=place.channel(channel),
    )
    shown = open_action_menu(place, channel, by="bea")

    place.actor.press("bea", channel, shown.ts, "verb:accept")

    assert place.now(incident.key).holder(Role.SCRIBE) == place.person("bea")


def test_a_button_of_another_incident_acts_on_the_incident_it_was_drawn_for(place, channel, incident):
    elsewhere = f"{channel}-other"
    place.incident("Another one", channel=elsewhere)
    shown = open_action_menu(place, channel)
    value = next(
        element["value"]
        for block in shown.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == "verb:ack"
    )
    from bot.slack.interaction import from_action

    body = {
        "team": {"id": place.team},
        "user": {"id": place.user("ann")},
        "container": {"message_ts": "1.1", "channel_id": place.channel(elsewhere)},
        "channel": {"id": place.channel(elsewhere)},
        "actions": [{"action_id": "verb:ack", "value": value, "action_ts": "1.2"}],
    }

    reply = place.gateway.executor.execute(from_action(body, place.clock.now()), "ack", {})

    assert not reply.refused
    assert len(place.entries(incident.key, Acknowledged.kind)) == 1


@pytest.mark.parametrize("value", ["", "no json", "[]", '{"x": 1}', '{"i": 7}', '{"i":"01UNKNOWN","n":3}'])
def test_a_button_with_an_invalid_value_changes_nothing(place, channel, incident, value):
    from slack_bolt import BoltRequest

    body = {
        "type": "block_actions",
        "team": {"id": place.team},
        "user": {"id": place.user("ann"), "team_id": place.team},
        "container": {"type": "message", "message_ts": "1.1", "channel_id": place.channel("general")},
        "channel": {"id": place.channel("general")},
        "actions": [
            {"type": "button", "action_id": "verb:ack", "block_id": "b", "value": value, "action_ts": f"1.{len(value)}"}
        ],
    }

    answer = place.app.dispatch(BoltRequest(mode="socket_mode", body=body))

    assert answer.status == 200
    assert place.entries(incident.key, Acknowledged.kind) == ()


def test_the_action_menu_opens_over_the_home_tab_and_its_forms_over_the_menu(place, channel, incident):
    shown = buttons(button("tray", "What can I do?", ActionContext(incident=incident.key.id, entry=incident.n)))
    client = client_for(place.sandbox.base_url, place.sandbox.bot_token)
    client.views_publish(user_id=place.user("ann"), view={"type": "home", "blocks": [shown]})
    home = place.sandbox.workspace.homes[place.user("ann")]

    over_home = place.actor.press_in_view("ann", home.id, "tray").view()
    form = place.actor.press_in_view("ann", over_home.id, "form:note").view()
    place.actor.submit("ann", form.id, {"text": "from home"})

    assert incident.number in over_home.blocks[0]["text"]["text"]
    assert [e.fact.text for e in place.entries(incident.key, Noted.kind)] == ["from home"]
