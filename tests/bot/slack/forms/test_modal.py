"""Every verb has a form. Its submission returns the values shown, for any values."""

from datetime import UTC, datetime

import pytest

from bot.config.policy_loader import read_policy
from bot.slack.blocks.action_context import ActionContext, read_context
from bot.slack.forms.form_controls import draw_element, read_state
from bot.slack.forms.form_submission import input_ids, submitted_fields
from bot.slack.forms.modal import OCCURRED, fields_shown, notice_view, verb_form
from bot.slack.forms.select_options import Field
from commands.core import verb_registry
from commands.core.fields.form_field import Control, FormField, form_fields
from incident.model.components import AudienceState, OpenSlot
from incident.policy import Service
from incident.policy_parts.paging_hours import PagePriorities
from incident.states import State
from sandbox.state.form_values import element_state, initial_values
from tests.support.block_kit import valid_view
from tests.support.handmade_incidents import an_incident
from tests.support.slack_env import POLICY, TODAY

TEAM = "T1"
RULES = read_policy(POLICY, TODAY).policy
LONG = "words & <@U12AB> <!channel> 🔥 " * 400
WHERE = ActionContext(channel="C1", number="INC-2026-0001")
CROWDED = RULES.model_copy(update={"services": {f"service {n}": Service(owner="") for n in range(150)}})
BARE = RULES.model_copy(update={"services": {"one": Service(owner="")}})

HOSTILE = {
    Control.PERSON: "slack:T1:U12AB",
    Control.SERVICE: "checkout",
    Control.ROLE: "comms_lead",
    Control.LEVEL: 2,
    Control.MOMENT: "2026-11-20T03:00:00+00:00",
    Control.MINUTES: 45,
    Control.ENTRY: 12,
    Control.CHECK: True,
    Control.AUDIENCES: ["internal", "exec"],
}


def verbs_with_forms():
    return [verb for verb in verb_registry.verbs() if form_fields(verb)]


def hostile(verb):
    return {
        field.name: HOSTILE.get(
            field.form_field.control, field.form_field.choices[0][0] if field.form_field.choices else LONG
        )
        for field in fields_shown(verb, RULES, {})
    }


@pytest.mark.parametrize("policy", [RULES, CROWDED, BARE], ids=["usual", "crowded", "bare"])
@pytest.mark.parametrize("verb", verbs_with_forms(), ids=lambda verb: verb.name)
def test_the_form_of_every_verb_is_valid_for_slack(verb, policy):
    for fields in ({}, hostile(verb)):
        view = verb_form(verb, fields, WHERE, policy, banner=LONG)

        assert valid_view(view)


@pytest.mark.parametrize("verb", verbs_with_forms(), ids=lambda verb: verb.name)
def test_a_submission_returns_the_values_that_the_form_shows(verb):
    fields = {name: value for name, value in hostile(verb).items() if value != LONG}

    view = verb_form(verb, fields, WHERE, RULES)
    read_back = submitted_fields(verb, view | {"state": {"values": initial_values(view["blocks"])}}, RULES, TEAM)

    for name, value in read_back.items():
        assert value in (fields[name], [fields[name]]), name
    assert set(read_back) | set(read_context(view["private_metadata"]).fields) == set(fields)


@pytest.mark.parametrize("verb", verbs_with_forms(), ids=lambda verb: verb.name)
def test_an_untouched_form_submits_nothing(verb):
    view = verb_form(verb, {}, WHERE, RULES)

    assert submitted_fields(verb, view | {"state": {"values": initial_values(view["blocks"])}}, RULES, TEAM) == {}


@pytest.mark.parametrize(
    ("control", "typed", "value"),
    [
        (Control.LINE, "a < b & <!here>", "a &lt; b &amp; &lt;!here&gt;"),
        (Control.TEXT, "two\nlines", "two\nlines"),
        (Control.TEXT, "  ", None),
        (Control.PERSON, "U12AB", "slack:T1:U12AB"),
        (Control.ROLE, "scribe", "scribe"),
        (Control.LEVEL, "2", 2),
        (Control.AUDIENCES, ["exec"], ["exec"]),
        (Control.MOMENT, 1795291200, "2026-11-21T20:00:00+00:00"),
        (Control.MINUTES, "45", 45),
        (Control.ENTRY, "12", 12),
        (Control.CHECK, ["yes"], True),
        (Control.SERVICE, "search", "search"),
        (Control.CATEGORY, "data", "data"),
    ],
)
def test_each_control_returns_its_value(control, typed, value):
    field = Field("impact" if control is Control.LEVEL else "some", FormField("Some", control), RULES)
    state = element_state(None, draw_element(field, None), typed)

    assert read_state(field, state, TEAM) == value


def test_a_text_that_is_already_too_long_stays_whole_in_its_input():
    element = draw_element(Field("title", FormField("Title", Control.LINE, max_length=20), RULES), "x" * 50)

    assert element["initial_value"] == "x" * 50
    assert element["max_length"] == 50


@pytest.mark.parametrize(
    ("control", "value"),
    [
        (Control.MINUTES, 0),
        (Control.ENTRY, "٣"),
        (Control.MINUTES, "-5"),
        (Control.MOMENT, "1985-03-01T00:00:00+00:00"),
        (Control.MOMENT, "2287-01-01T00:00:00+00:00"),
    ],
)
def test_a_value_that_slack_takes_for_no_initial_value_leaves_its_field_empty(control, value):
    element = draw_element(Field("it", FormField("It", control), RULES), value)

    assert not {"initial_value", "initial_date_time"} & set(element)


def test_a_field_without_anything_to_choose_from_is_typed():
    field = Field("category", FormField("Category", Control.CATEGORY), BARE)

    assert draw_element(field, "network")["type"] == "plain_text_input"
    assert read_state(field, {"type": "plain_text_input", "value": "network"}, TEAM) == "network"


def test_more_services_than_a_list_holds_are_searched():
    element = draw_element(Field("service", FormField("Service", Control.SERVICE), CROWDED), "service 120")

    assert element["type"] == "external_select"
    assert element["initial_option"]["value"] == "service 120"


def test_a_known_service_offers_its_own_categories_only():
    field = Field("category", FormField("Category", Control.CATEGORY), RULES, service="internal tools")

    assert [one["value"] for one in draw_element(field, None)["options"]] == ["availability"]


def test_values_that_a_form_does_not_show_are_in_its_metadata():
    view = verb_form(verb_registry.find("decide"), {"text": "shown", "unseen": "A1"}, WHERE, RULES)

    assert read_context(view["private_metadata"]).fields == {"unseen": "A1"}


def test_a_form_of_a_known_variant_shows_only_its_fields():
    tempfix = verb_registry.find("tempfix")

    def shown(**fields):
        return input_ids(verb_form(tempfix, fields, WHERE, RULES)) - {OCCURRED}

    assert shown() == {"form", "id", "text", "owner", "remove_by", "evidence"}
    assert shown(form="add") == {"text", "owner", "remove_by"}
    assert shown(form="set", id="TF1") == {"id", "owner", "remove_by"}
    assert shown(form="removed", id="TF1", text="gone") == {"id", "evidence", "text"}


def test_the_priority_form_shows_the_present_levels():
    incident = an_incident(State.ACTIVE)
    view = verb_form(verb_registry.find("priority"), {}, WHERE, RULES, incident=incident)

    chosen = {b["block_id"]: b["element"].get("initial_option") for b in view["blocks"] if b["type"] == "input"}
    assert chosen["impact"]["value"] == str(int(incident.priorities[-1].impact))
    assert chosen["urgency"]["value"] == str(int(incident.priorities[-1].urgency))


def test_the_update_form_shows_which_updates_are_owed():
    due_at = datetime(2026, 6, 9, 10, 30, tzinfo=UTC)
    slot = OpenSlot(due_at=due_at, missed_after=due_at)
    owing = an_incident(State.ACTIVE, audiences=(AudienceState(audience="exec", open=slot),))

    def small(incident):
        blocks = verb_form(verb_registry.find("update"), {}, WHERE, RULES, incident=incident)["blocks"]
        return [block["elements"][0]["text"] for block in blocks if block["type"] == "context"]

    assert small(owing) == ["Due: executives by <!date^1781001000^{date_short_pretty} {time}|2026-06-09 10:30 UTC>."]
    assert small(an_incident(State.ACTIVE, audiences=())) == []


def test_optional_fields_are_below_the_fields_required_to_declare():
    blocks = verb_form(verb_registry.find("declare"), {}, WHERE, RULES)["blocks"]
    names = [block.get("block_id") for block in blocks]

    rest = next(i for i, block in enumerate(blocks) if block["type"] == "divider")
    assert names.index("urgency") < rest < names.index("category")


def test_a_verb_that_records_takes_an_earlier_time_and_a_question_does_not():
    def names(word):
        return {field.name for field in fields_shown(verb_registry.find(word), RULES, {})}

    assert OCCURRED in names("note")
    assert OCCURRED not in names("help")


@pytest.mark.parametrize(
    ("word", "advice"), [("declare", "phone them too"), ("escalate", "if nothing did, phone them")]
)
def test_the_escalation_form_says_that_a_direct_message_does_not_wake_people(word, advice):
    assert advice in str(verb_form(verb_registry.find(word), {}, WHERE, RULES))


def test_the_declaration_form_says_by_the_policy_who_is_paged():
    def form(pages):
        return str(
            verb_form(
                verb_registry.find("declare"),
                {},
                WHERE,
                RULES.model_copy(update={"page_priorities": PagePriorities.model_validate(pages)}),
            )
        )

    assert "P1, P2: who is on call is paged at once." in form(["P1", "P2"])
    assert "Declaring pages no one" in form([])
    by_hours = form({"business_hours": ["P1", "P3"], "other_hours": ["P1"]})
    assert "P1: who is on call is paged at once. In business hours: P1, P3." in by_hours


def test_the_declaration_form_says_what_an_incident_is_and_names_the_policy():
    theirs = RULES.model_copy(update={"definition": "Anything a customer notices.", "version": "7 <b>"})

    shown = str(verb_form(verb_registry.find("declare"), {}, WHERE, theirs))

    assert "An incident is: Anything a customer notices. If in doubt, declare it. _(Policy 7 &lt;b&gt;)_" in shown
    assert "An incident is" not in str(verb_form(verb_registry.find("note"), {}, WHERE, theirs))


def test_a_notice_is_a_form_without_anything_to_submit():
    view = notice_view("Muster", [{"type": "section", "text": {"type": "mrkdwn", "text": LONG}}])

    assert "submit" not in valid_view(view)
