"""A line that begins with a priority reports a new incident where none is; what is refused comes back as it was typed."""

import pytest

from tests.support.wait import until

REPORTS = [
    "P1 checkout is down",
    "sev1: checkout is down",
    "severity 1 checkout is down",
    "/incident p1 - checkout is down",
]


def slash(place, channel, text, by="ann"):
    return place.actor.slash(by, channel, "/incident", text)


def banner(form):
    return next(block["text"]["text"] for block in form.blocks if block.get("block_id") == "form:banner")


def selected(form, field):
    return (form.values[field][field]["selected_option"] or {}).get("value")


def title(form):
    return form.values["title"]["title"].get("value")


@pytest.mark.parametrize("line", REPORTS)
def test_a_line_that_begins_with_a_priority_opens_the_declaration_with_it_while_others_are_open(place, incident, line):
    form = slash(place, "general", line).view()

    assert form.callback_id == "verb:declare"
    assert (title(form), selected(form, "service")) == ("checkout is down", "checkout")
    assert (selected(form, "impact"), selected(form, "urgency")) == ("1", "1")
    assert "means impact 1 and urgency 1: I filled them in. Check both." in banner(form)
    assert "put its number first" in banner(form)


def test_a_misspelt_service_in_a_report_is_filled_in_and_asked_about(place):
    form = slash(place, "general", "p1 chekout is dead nobody can pay HELP").view()

    assert (title(form), selected(form, "service")) == ("chekout is dead nobody can pay HELP", "checkout")
    assert "I read “chekout” as the service checkout." in banner(form)


def test_a_priority_alone_opens_the_declaration_and_a_major_report_keeps_its_words(place):
    alone, major = slash(place, "general", "p1").view(), slash(place, "general", "major checkout outage").view()

    assert (alone.callback_id, title(alone), selected(alone, "impact")) == ("verb:declare", None, "1")
    assert (major.callback_id, title(major)) == ("verb:declare", "major checkout outage")


def test_in_an_incident_s_channel_the_same_line_asks_about_its_priority_and_says_where_to_declare(
    place, channel, incident
):
    form = slash(place, channel, "P1 checkout is down").view()

    assert form.callback_id == "verb:priority"
    assert "To declare another incident, send this line in another channel." in banner(form)


def test_a_priority_with_a_reason_is_about_an_incident_and_comes_back_whole(place):
    slash(place, "general", "p1 because nobody can pay")

    assert until(lambda: [one for one in place.whispers("ann") if "which incident is meant" in one.text])[
        -1
    ].text.endswith("Your line, to send again: /incident p1 because nobody can pay")


@pytest.mark.parametrize(
    "line",
    [
        "amend 3 the text was wrong",
        "priority 4 9 because",
        "correct 17 at 10:42 it was half",
        "INC-2020-0009 customers report it",
    ],
)
def test_a_refused_line_comes_back_as_it_was_typed(place, line):
    before = len(place.whispers("ann"))

    slash(place, "general", line)

    assert until(lambda: place.whispers("ann")[before:])[-1].text.endswith(
        f"Your line, to send again: /incident {line}"
    )


def test_an_update_to_amend_that_was_never_sent_is_refused_with_its_number(place, channel, incident):
    before = len(place.whispers("ann"))

    slash(place, channel, "amend 3 foo")

    text = until(lambda: place.whispers("ann")[before:])[-1].text
    assert "no update was sent yet" in text
    assert text.endswith("Your line, to send again: /incident amend 3 foo")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("priority 4 9 because", "“Impact”, “Urgency” are missing"),
        ("correct -3 foo", "“Entry” is missing"),
        ("void false alarm", "“Why” is missing"),
    ],
)
def test_a_form_that_opens_for_what_is_missing_says_so(place, channel, incident, line, says):
    assert says in banner(slash(place, channel, line).view())


def test_a_verb_alone_opens_its_form_without_a_warning(place, channel, incident):
    form = slash(place, channel, "note").view()

    assert not [block for block in form.blocks if block.get("block_id") == "form:banner"]


def test_an_entry_that_is_no_update_is_not_offered_for_correction_and_the_form_says_so(place, channel, incident):
    slash(place, channel, "take commander")
    slash(place, channel, "update internal We see errors next=in 30m")
    before = [one.n for one in place.entries(incident.key, "status_update_posted")]

    form = slash(place, channel, "amend 2 We see no errors").view()

    assert before
    assert "Entry 2 cannot be changed by this." in banner(form)
    assert form.values["text"]["text"]["value"] == "We see no errors"


@pytest.mark.parametrize(("line", "verb", "field"), [("closed", "list", "closed"), ("i need help", "escalate", "help")])
def test_what_may_be_meant_is_offered(place, channel, incident, line, verb, field):
    response = slash(place, channel, line)

    (offer,) = [one for one in response.payload["blocks"][-1]["elements"] if one["action_id"].endswith(f":{verb}")]
    assert field in offer["value"]
