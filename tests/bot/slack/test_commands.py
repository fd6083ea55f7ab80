import pytest

from incident.entries.closure import Refused
from incident.entries.conversation import ActionOpened, Noted
from incident.entry import workspace_chain
from roles.role_names import Role
from tests.support.wait import until


def slash(place, channel, text, by="ann", command="/incident"):
    return place.actor.slash(by, channel, command, text)


def notes(place, incident):
    return [entry.fact.text for entry in place.entries(incident.key, Noted.kind)]


def test_a_command_is_on_the_record_when_it_is_acknowledged(place, channel, incident):
    response = slash(place, channel, "note Rolled back to 41")

    assert response.acked
    assert notes(place, incident) == ["Rolled back to 41"]
    assert response.payload["response_type"] == "ephemeral"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("contain short the fraud rules are off", "contained"),
        ("evidence memory image of web-2", "evidence_secured"),
        ("inbound customers they cannot pay", "inbound_noted"),
    ],
)
def test_a_line_without_an_id_or_a_count_that_may_be_left_out_acts_at_once(place, channel, incident, line, kind):
    slash(place, channel, line)

    assert len(place.entries(incident.key, kind)) == 1


def test_the_short_command_is_the_same_command(place, channel, incident):
    slash(place, channel, "note typed short", command="/inc")

    assert notes(place, incident) == ["typed short"]


@pytest.mark.parametrize(
    "text", ["🔥🔥 ملاحظة مهمة", "a & b < c > d", "*bold* _it_ ~no~ `code`", "line\nline", "\u202edrawkcab"]
)
def test_text_is_recorded_verbatim(place, channel, incident, text):
    slash(place, channel, f"note {text}")

    assert notes(place, incident) == [text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")]


@pytest.mark.parametrize("broken", ["nul \x00 here", "half \ud83d here"])
def test_characters_that_no_database_can_store_are_replaced_before_recording(place, channel, incident, broken):
    response = slash(place, channel, f"note {broken}")

    assert response.acked
    assert [text.split()[-2] for text in notes(place, incident)] == ["\ufffd"]


def test_a_group_named_in_a_line_is_notified_by_neither_the_record_nor_the_reply(place, channel, incident):
    response = slash(place, channel, "note All down <!channel> and <!subteam^S0AB|@ops>")

    assert notes(place, incident) == ["All down @channel and @ops"]
    assert "<!" not in str(response.payload).replace("<!date", "")


def test_a_text_of_ten_thousand_characters_is_refused_and_offered_back_whole(place, channel, incident):
    text = "words " * 1700

    response = slash(place, channel, f"note {text}")

    assert "at most 3000" in response.payload["text"]
    value = response.payload["blocks"][-1]["elements"][0]["value"]
    whisper = place.whispers("ann")[-1]
    form = place.actor.press("ann", channel, whisper.ts, "form:note", value=value).view()
    shown = form.values["text"]["text"]["value"]
    assert shown == text[: len(shown)]
    assert len(shown) >= 2990


@pytest.mark.parametrize("text", ["ack happened=notatime", "note happened=notatime we saw it"])
def test_an_unreadable_time_opens_the_form_and_records_nothing(place, channel, incident, text):
    before = len(place.entries(incident.key))

    form = slash(place, channel, text).view()

    assert "notatime" in str(form.blocks)
    assert len(place.entries(incident.key)) == before


def test_an_unknown_word_gets_the_nearest_verb_and_the_refusal_is_recorded(place, channel, incident):
    response = slash(place, channel, "updaet internal all good")

    assert "`update`" in response.payload["text"]
    assert [entry.fact.code for entry in place.entries(incident.key, Refused.kind)] == ["E_UNKNOWN_VERB"]


def test_an_unknown_word_outside_any_incident_is_recorded_in_the_workspace_chain(place):
    chain = workspace_chain(place.team)
    before = len(place.entries(chain, Refused.kind))

    slash(place, "general", "frobnicate")

    assert len(place.entries(chain, Refused.kind)) == before + 1


def test_the_reply_to_a_command_in_the_wrong_channel_lists_the_incident_channels(place, channel, incident):
    response = slash(place, "general", "note nobody reads this")

    assert f"<#{place.channel(channel)}> ({incident.number})" in response.payload["text"]
    assert "which incident is meant?" in response.payload["text"]


def test_who_is_called_answers_from_anywhere_without_naming_the_incident(place, channel, incident):
    slash(place, channel, f"escalate <@{place.user('bea')}> because we need you")

    response = slash(place, "general", "answer yes", by="bea")

    assert [call.answer for call in place.now(incident.key).escalations] == ["accepted"]
    assert incident.number in response.payload["text"]


@pytest.mark.parametrize("line", ["status {}", "summary #{}", "show {}"])
def test_a_question_names_another_incident_by_its_short_number(place, channel, incident, line):
    response = slash(place, "general", line.format(int(incident.number[-4:])))

    assert incident.number in response.payload["text"]


def test_the_reply_to_a_command_in_a_direct_message_lists_the_incident_channels(place, channel, incident):
    dm = place.sandbox.workspace.dm(place.user("ann")).id

    response = slash(place, dm, "ack")

    assert incident.number in response.payload["text"]


def test_a_form_that_needs_an_incident_does_not_open_in_the_wrong_channel(place, channel, incident):
    before = len(place.whispers("bea"))

    response = slash(place, "general", "update", by="bea")

    whisper = until(lambda: place.whispers("bea")[before:])[0]
    assert response.payload is None
    assert incident.number in whisper.text
    assert response.opened == []


def test_a_command_with_an_incident_number_works_in_any_channel(place, incident):
    slash(place, "general", f"{incident.number} note from the corridor")

    assert notes(place, incident) == ["from the corridor"]


def test_declaring_works_in_any_channel(place):
    response = slash(place, "general", "declare service=search impact=2 urgency=2 Results are stale")

    assert "declared: *" in response.payload["text"]
    assert place.open_incidents()[-1].title == "Results are stale"


def test_the_command_alone_shows_the_action_menu_in_an_incident_channel_and_the_declaration_form_elsewhere(
    place, channel, incident
):
    inside, outside = slash(place, channel, ""), slash(place, "general", "  ")

    assert incident.number in inside.payload["text"]
    assert outside.payload is None
    assert outside.view().callback_id == "verb:declare"


def test_no_declaration_form_opens_in_an_incident_channel(place, channel, incident):
    before = len(place.whispers("ann"))
    response = slash(place, channel, "declare")

    (whisper,) = until(lambda: place.whispers("ann")[before:])
    assert f"this channel is already {incident.number}" in whisper.text
    assert "in another channel" in whisper.text
    assert response.opened == []


def test_an_incomplete_line_opens_the_form_with_the_typed_values(place, channel, incident):
    response = slash(place, channel, "update internal exec")

    form = response.view()
    chosen = form.values["audience"]["audience"]["selected_options"]
    assert response.payload is None
    assert [one["value"] for one in chosen] == ["internal", "exec"]


@pytest.mark.parametrize(("name", "words"), [("hal", "bot"), ("gus", "guest")])
def test_an_action_is_assigned_to_neither_a_bot_nor_a_guest(place, channel, incident, name, words):
    response = slash(place, channel, f"action <@{place.user(name)}> restart the pump")

    assert words in response.payload["text"]
    assert place.entries(incident.key, ActionOpened.kind) == ()


def test_an_unknown_name_opens_the_form(place, channel, incident):
    response = slash(place, channel, "assign comms @nobody-of-that-name")

    assert response.view().callback_id == "verb:assign"
    assert place.now(incident.key).holder(Role.COMMS_LEAD) is None


def test_a_mention_of_a_person_outside_the_workspace_opens_the_form_and_says_why(place, channel, incident):
    response = slash(place, channel, "action <@U0NOBODY> restart the pump")

    form = response.view()
    assert place.now(incident.key).actions == ()
    assert form.values["text"]["text"]["value"]


def test_an_unreadable_value_opens_the_form_and_names_its_field(place, channel, incident):
    form = slash(place, channel, "update internal next=whenever All is well").view()

    assert "whenever" in form.blocks[0]["text"]["text"]
    assert form.values["text"]["text"]["value"] == "All is well"


def test_a_question_mark_opens_the_form_of_a_verb_that_would_act_at_once(place, channel, incident):
    assert slash(place, channel, "confirm ?").view().callback_id == "verb:confirm"
    assert slash(place, channel, "ack ?").view().callback_id == "verb:ack"
    assert slash(place, channel, "tempfix ?").view().callback_id == "verb:tempfix"
    assert place.now(incident.key).times.acknowledged_at is None


def test_the_form_that_completes_an_action_offers_the_open_ones(place, channel, incident):
    where = {"channel": place.channel(channel)}
    place.run("action", {"assignee": place.person("ann"), "text": "Look at the pool"}, **where)
    place.run("action", {"assignee": place.person("bea"), "text": "Call the provider"}, **where)
    place.run("done", {"id": "A1", "result": "It was empty"}, **where)

    form = slash(place, channel, "done").view()
    place.actor.submit("ann", form.id, {"id": "A2", "result": "They are on it"})

    element = next(block["element"] for block in form.blocks if block.get("block_id") == "id")
    assert [one["text"]["text"] for one in element["options"]] == ["A2 · Call the provider"]
    assert all(action.done_at for action in place.now(incident.key).actions)


def test_a_title_of_formatting_and_group_mentions_is_declared_and_notifies_no_person(place):
    response = slash(place, "general", "declare service=search impact=3 urgency=3 <!channel> *_~ 🔥")

    assert place.open_incidents()[-1].title == "@channel *_~ 🔥"
    assert "<!channel" not in str(response.payload)


def test_every_verb_replies_or_opens_its_form(place, channel, incident):
    from commands.core import verb_registry

    for verb in verb_registry.verbs():
        response = slash(place, channel, verb.name, by="bea")
        assert response.acked, verb.name
        assert "give T-" not in str(response.payload), verb.name


BACKFILL = 'backfill service=checkout started="2026-01-01 10:00" Checkout errors'


def test_a_complete_backfill_asks_first_and_says_what_will_be_recorded(place):
    place.actor.create_channel("ann", "payments-failing")
    place.actor.join("bea", "payments-failing")
    before = place.open_incidents()

    form = place.actor.slash("ann", "payments-failing", "/incident", BACKFILL).view()

    banner = next(block["text"]["text"] for block in form.blocks if block.get("block_id") == "form:banner")
    assert f"<#{place.channel('payments-failing')}|payments-failing> (2 members)" in banner
    assert "`/incident void` ends that" in banner
    assert len(place.open_incidents()) == len(before)
    place.actor.submit("ann", form.id, {}).wait()
    assert "Checkout errors" in [one.title for one in place.open_incidents()[: len(before) + 1]]


@pytest.mark.parametrize(
    ("channel", "reason"), [("general", "everyone in the workspace"), ("incidents", "incidents are announced")]
)
def test_a_backfill_of_a_channel_for_everybody_is_refused_and_opens_no_form(place, channel, reason):
    before, windows = len(place.open_incidents()), place.sandbox.workspace.stack(place.user("ann"))

    place.actor.slash("ann", channel, "/incident", BACKFILL).wait()

    assert until(lambda: [one for one in place.whispers("ann")[-1:] if reason in one.text])
    assert place.sandbox.workspace.stack(place.user("ann")) == windows
    assert len(place.open_incidents()) == before
