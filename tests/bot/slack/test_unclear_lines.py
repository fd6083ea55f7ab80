"""Typed lines that are unclear: the form opens with what was understood and says what was not, and no text is lost."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.gateway.typed_lines.doubts import banner_of
from commands.escalate import Escalate
from incident.entries.closure import Refused
from incident.entries.conversation import Noted
from incident.entries.integrity import Preserved
from incident.entries.lifecycle import Voided
from incident.entries.role_holders import Escalated
from incident.entry import workspace_chain
from tests.support.parsed_lines import parsed
from tests.support.wait import until


def slash(place, channel, text, by="ann"):
    return place.actor.slash(by, channel, "/incident", text)


def banner(form):
    return next(block["text"]["text"] for block in form.blocks if block.get("block_id") == "form:banner")


def value(form, field):
    return form.values[field][field]["value"]


@pytest.mark.parametrize("line", ["checkout is down", "create checkout is down"])
def test_words_without_a_command_open_the_declaration_with_that_title(place, line):
    form = slash(place, "general", line).view()

    assert form.callback_id == "verb:declare"
    assert value(form, "title") == "checkout is down"
    assert form.values["service"]["service"]["selected_option"]["value"] == "checkout"


def test_a_title_that_is_too_long_is_kept_whole_as_the_symptom(place):
    words = "payments fail for everyone " * 15

    form = slash(place, "general", words).view()

    assert value(form, "symptom") == words.strip()
    assert words.startswith(value(form, "title"))


def test_a_misspelt_declaration_opens_its_form_with_the_fields_that_were_typed(place):
    form = slash(place, "general", "declaer service=search Results are stale").view()

    assert "`declare`" in banner(form)
    assert value(form, "title") == "Results are stale"
    assert form.values["service"]["service"]["selected_option"]["value"] == "search"


def test_words_without_a_command_in_an_incident_channel_are_refused_and_offered_as_a_note(place, channel, incident):
    response = slash(place, channel, "customers report 500s")

    assert "customers report 500s" in response.payload["text"]
    assert [entry.fact.code for entry in place.entries(incident.key, Refused.kind)] == ["E_UNKNOWN_VERB"]
    (note,) = [one for one in response.payload["blocks"][-1]["elements"] if one["action_id"] == "form:note"]
    whisper = place.whispers("ann")[-1]
    form = place.actor.press("ann", channel, whisper.ts, "form:note", value=note["value"]).view()
    assert value(form, "text") == "customers report 500s"


def test_a_misspelt_command_offers_its_form_with_the_text(place, channel, incident):
    response = slash(place, channel, "updaet internal all good")

    (offer,) = [one for one in response.payload["blocks"][-1]["elements"] if one["action_id"] == "form:update"]
    whisper = place.whispers("ann")[-1]
    form = place.actor.press("ann", channel, whisper.ts, "form:update", value=offer["value"]).view()
    assert value(form, "text") == "all good"


def test_a_misspelt_question_is_answered_at_the_press_of_its_button(place, channel, incident):
    response = slash(place, channel, "roels")

    (offer,) = [one for one in response.payload["blocks"][-1]["elements"] if one["action_id"] == "verb:roles"]
    before = len(place.whispers("ann"))
    place.actor.press("ann", channel, place.whispers("ann")[-1].ts, "verb:roles", value=offer["value"])
    assert offer["text"]["text"] == "Run “roles”"
    assert "ommander" in until(lambda: place.whispers("ann")[before:])[0].text


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("undo wrong audience", "I read “wrong audience” as “Why”. Check it, then send it."),
        ("close it", "I didn't understand “it”."),
    ],
)
def test_the_form_says_what_was_not_understood_and_claims_no_more(place, channel, incident, line, shown):
    form = slash(place, channel, line).view()

    assert shown in banner(form)
    assert "The rest is filled in" not in banner(form)


def test_the_form_of_an_ambiguous_line_names_its_two_readings():
    shown = banner_of(Escalate, parsed("page olu need a decision on failover"))

    assert shown is not None
    assert "I read “olu” as “Person”; it may be the start of your text instead." in shown


def test_an_audience_alone_opens_the_form_of_an_update_without_a_warning(place, channel, incident):
    form = slash(place, channel, "update internal").view()

    assert [one for one in form.blocks if one.get("block_id") == "form:banner"] == []


@pytest.mark.parametrize(
    ("line", "starts"),
    [("?", "`/incident` alone"), ("commands", "`/incident` alone"), ("? update", "*`/incident update")],
)
def test_a_question_mark_asks_for_help(place, line, starts):
    assert slash(place, "general", line).payload["text"].startswith(starts)


@pytest.mark.parametrize(
    "line", ["edit 17 it was half", "delete 17", "clsoe it", "redcat E5", "private", "restrict it"]
)
def test_no_unknown_word_leads_to_a_command_that_deletes_ends_restricts_or_releases(place, channel, incident, line):
    response = slash(place, channel, line)

    for drastic in ("redact", "void", "close", "resolve", "release", "preserve", "unmask", "restored", "hold"):
        assert f"`{drastic}`" not in response.payload["text"]
        assert f"form:{drastic}" not in str(response.payload["blocks"])


def test_a_lifted_hold_with_a_colon_places_no_hold(place, channel, incident):
    for line in (
        "preserve lift: the regulator is done",
        "preserve lifted because the case is over",
        "preserve lfit now",
    ):
        slash(place, channel, line)

    assert place.entries(incident.key, Preserved.kind) == ()


def test_a_duplicate_is_named_by_the_channel_of_the_other_incident(place, channel, incident):
    other = place.incident(channel=f"{channel}-other")
    mention = f"<#{place.channel(f'{channel}-other')}|{channel}-other>"

    slash(place, channel, f"void duplicate of {mention} the same errors as there")

    (voided,) = place.entries(incident.key, Voided.kind)
    assert voided.fact.duplicate_of == other.number


def test_show_and_a_line_for_another_incident_take_its_channel(place, channel, incident):
    mention = f"<#{place.channel(channel)}|{channel}>"

    shown = slash(place, "general", f"show {mention}")
    slash(place, "general", f"{mention} note from the corridor")

    assert incident.number in shown.payload["text"]
    assert [entry.fact.text for entry in place.entries(incident.key, Noted.kind)] == ["from the corridor"]


def test_a_person_who_cannot_be_told_from_the_words_is_asked_for_and_pages_no_one(place, channel, incident):
    form = slash(place, channel, "escalate to the database team because the pool is full").view()

    assert "to the database" in banner(form)
    assert value(form, "reason").endswith("because the pool is full")
    assert place.entries(incident.key, Escalated.kind) == ()


def test_words_that_a_command_has_no_field_for_are_named_in_the_answer_or_stop_it(place, channel, incident):
    acted = slash(place, channel, "ack on my way")
    asked = slash(place, channel, "ack at 10:20").view()

    assert "on my way" in acted.payload["text"]
    assert asked.callback_id == "verb:ack"
    assert "at 10:20" in banner(asked)


def test_the_answer_says_how_a_time_with_a_zone_was_read(place, channel, incident):
    zoned = slash(place, channel, "note happened=2019-02-08 16:04 PST it is slow")
    plain = slash(place, channel, "note it is slow")

    assert "“2019-02-08 16:04 PST” as <!date^1549670640^" in zoned.payload["text"]
    assert "I read" not in plain.payload["text"]


def test_a_refused_line_is_given_back_to_be_sent_again(place, channel, incident):
    outside = slash(place, "general", "note the pool is empty")
    too_early = slash(place, channel, "regress it is broken again for everyone")

    assert "note the pool is empty" in outside.payload["text"]
    assert "it is broken again for everyone" in too_early.payload["text"]


def test_a_form_that_does_not_open_gives_the_text_back(place, channel, incident):
    before = len(place.whispers("bea"))

    slash(place, "general", "update the pool is empty", by="bea")

    whisper = until(lambda: place.whispers("bea")[before:])[0]
    assert "the pool is empty" in whisper.text


def test_a_redaction_that_names_no_text_asks_which_one_and_keeps_the_reason(place, channel, incident):
    form = slash(place, channel, "redact password in there").view()

    assert value(form, "reason") == "password in there"
    assert "Which message or entry?" in banner(form)


@pytest.mark.parametrize(("line", "title"), [("drill", None), ("drill search is down", "search is down")])
def test_a_drill_outside_an_incident_opens_its_declaration(place, line, title):
    form = slash(place, "general", line).view()

    assert form.callback_id == "verb:declare"
    assert form.values["title"]["title"].get("value") == title
    assert form.values["drill"]["drill"]["selected_options"]


def test_a_priority_that_several_levels_give_asks_for_both_and_shows_neither(place, channel, incident):
    form = slash(place, channel, "sev P3 because it is night").view()

    assert "P3" in banner(form)
    assert value(form, "justification") == "it is night"
    assert form.values["impact"]["impact"]["selected_option"] is None


def test_an_unknown_service_is_not_answered_with_another(place):
    chain = workspace_chain(place.team)
    before = len(place.entries(chain, Refused.kind))

    response = slash(place, "general", "oncall moon")

    assert "no such service" in response.payload["text"]
    assert [one.fact.code for one in place.entries(chain, Refused.kind)[before:]] == ["E_UNKNOWN_SERVICE"]


def test_a_time_at_the_end_of_a_note_is_text_and_the_answer_says_how_to_make_it_the_time(place, channel, incident):
    clock = f"{datetime.now(UTC) - timedelta(minutes=5):%H:%M} UTC"

    answer = slash(place, channel, f"note The pool was restarted at {clock}")

    (note,) = place.entries(incident.key, Noted.kind)
    assert note.fact.text == f"The pool was restarted at {clock}"
    assert f"`/incident correct {note.n} happened={clock}`" in answer.payload["text"]


def test_a_value_out_of_bounds_is_refused_with_the_name_of_its_field_and_what_it_takes(place, channel, incident):
    answer = slash(place, channel, "timeline 60")

    assert answer.payload["text"].startswith("Nothing done: I could not read “How many” (1 to 40).")
