"""The form of an update in Slack: owed audiences, preview, questions, and an update that a second person approves."""

from __future__ import annotations

import shutil

import pytest
import yaml

from incident.entries.status_updates import StatusUpdatePosted, UpdateDrafted
from tests.support.slack_env import POLICY, SlackEnv
from tests.support.wait import until

TEXT = "Some cards are declined."
CHANNELS = {"exec": "#exec", "customer": "#status"}
WITH_APPROVAL = {"regulator": {"by": ["commander"]}}


@pytest.fixture(scope="module")
def place(sqlite_template, tmp_path_factory):
    """A workspace whose policy names channels, a template for executives, and who approves updates to the regulator."""
    path = tmp_path_factory.mktemp("updates") / "muster.db"
    shutil.copy(sqlite_template, path)
    policy = yaml.safe_load(POLICY) | {
        "audiences": CHANNELS,
        "update_templates": {"exec": "For leadership: {text} ({priority})"},
        "update_approvals": WITH_APPROVAL,
    }
    opened = SlackEnv(f"sqlite:///{path}", policy=yaml.safe_dump(policy))
    yield opened
    opened.close()


@pytest.fixture
def incident(place, channel):
    """A P1 that Ann commands."""
    found = place.incident(channel=channel)
    place.run("take", {"role": "commander"}, "ann", channel=place.channel(channel))
    return found


def opened(place, channel, line, by="ann"):
    return place.actor.slash(by, channel, "/incident", line).view()


def shown(view):
    """Return every text of a form outside its inputs."""
    return "\n".join(
        part["text"]["text"] for part in view.blocks if part["type"] == "section" and part["text"]["type"] == "mrkdwn"
    )


def element(view, name):
    return next(block["element"] for block in view.blocks if block.get("block_id") == name)


def ticked(view):
    return [option["value"] for option in element(view, "audience").get("initial_options", [])]


def test_a_misspelt_audience_ticks_none_and_the_form_says_what_it_may_have_meant(place, channel, incident):
    view = opened(place, channel, "update bord Cards are declined")

    assert ticked(view) == []
    assert "I didn't understand “bord”. Did you mean board?" in shown(view)
    assert "bord Cards are declined" in str(view.values)


def test_text_for_an_audience_that_is_none_ticks_none_and_the_form_says_so(place, channel, incident):
    view = opened(place, channel, "update legal we may have to report it")

    assert ticked(view) == []
    assert "I don't know the audience “legal”" in shown(view)
    assert "will read" not in shown(view)


@pytest.mark.parametrize("named", ["internal,bord", "internal, bord"])
def test_of_several_audiences_the_form_ticks_those_that_were_understood(place, channel, incident, named):
    view = opened(place, channel, f"update {named} Cards are declined")

    assert ticked(view) == ["internal"]
    assert "I didn't understand “bord”. Did you mean board?" in shown(view)


def test_a_misspelt_criterion_leaves_nothing_ticked_to_confirm(place, channel, incident):
    view = opened(place, channel, "confirm categroy")

    assert element(view, "what").get("initial_options", []) == []


def posted(place, incident):
    return [entry.fact for entry in place.entries(incident.key, StatusUpdatePosted.kind)]


def pressed(place, view, button):
    """Press a button of an open form, and return the form once it was drawn again."""
    before = view.hash
    place.actor.press_in_view("ann", view.id, f"{button}:update")
    until(lambda: place.sandbox.workspace.views[view.id].hash != before)
    return place.sandbox.workspace.views[view.id]


def test_those_who_are_owed_an_update_are_ticked_as_far_as_the_person_may_address_them(place, channel, incident):
    assert ticked(opened(place, channel, "update")) == ["internal", "exec", "customer"]
    assert ticked(opened(place, channel, "update", "bea")) == ["internal"]


def test_the_next_update_is_a_choice_of_lengths_with_the_usual_one_first(place, channel, incident):
    options = [one["text"]["text"] for one in element(opened(place, channel, "update"), "next_in")["options"]]

    assert options[1:] == ["In 15 min", "In 30 min", "In 60 min"]
    assert options[0] == "Default: in 30 min for responders, in 1 h for executives and customers"


def test_the_regulator_is_offered_only_where_the_policy_speaks_of_one(place, channel, incident):
    options = [one["text"]["text"] for one in element(opened(place, channel, "update"), "audience")["options"]]

    assert options == ["Responders", "Executives", "Customers", "Everyone who is owed updates"]
    named = opened(place, channel, "update regulator")
    assert "regulator" in ticked(named)


def test_a_typed_update_to_responders_acts_at_once(place, channel, incident):
    response = place.actor.slash("ann", channel, "/incident", "update internal Rolling back")

    assert "Posted to responders." in str(response.payload)
    assert [fact.text for fact in posted(place, incident)] == ["Rolling back"]


def test_a_typed_update_to_customers_opens_its_preview_and_is_posted_from_there(place, channel, incident):
    view = opened(place, channel, f"update customer {TEXT}")

    assert posted(place, incident) == []
    assert "*Customers* in #status will read:" in shown(view)
    assert f"*Service notice* · checkout\n>{TEXT}\nNext update by" in shown(view)
    place.actor.submit("ann", view.id)
    assert [(fact.audience, fact.text) for fact in posted(place, incident)] == [("customer", TEXT)]
    assert view.id not in place.sandbox.workspace.views


def place_of_preview(view):
    ids = [block["block_id"] for block in view.blocks]
    [preview] = [n for n, block in enumerate(view.blocks) if "*Preview.*" in str(block)]
    return "above" if preview < ids.index("audience") else "below"


def test_a_form_opens_with_its_preview_in_sight_and_its_button_shows_it_where_it_was_pressed(place, channel, incident):
    view = opened(place, channel, f"update customer {TEXT}")

    assert place_of_preview(view) == "above"
    assert place_of_preview(pressed(place, view, "preview")) == "below"


def test_the_preview_shows_the_text_of_each_audience_as_it_will_be_posted(place, channel, incident):
    view = opened(place, channel, "update")
    place.actor.fill("ann", view.id, {"audience": ["internal", "exec"], "text": "Rolling back", "next_in": "15"})

    view = pressed(place, view, "own_texts")
    place.actor.fill("ann", view.id, {"exec_text": "Cards fail, we are on it"})
    view = pressed(place, view, "preview")

    text = shown(view)
    assert "*Responders* will read:" in text
    assert ">Rolling back" in text
    assert "*Executives* in #exec will read:" in text
    assert "For leadership: Cards fail, we are on it (P1)" in text
    place.actor.submit("ann", view.id)
    assert {fact.audience: fact.text for fact in posted(place, incident)} == {
        "internal": "Rolling back",
        "exec": "Cards fail, we are on it",
    }


def test_a_text_for_an_audience_that_is_not_ticked_is_neither_sent_nor_lost(place, channel, incident):
    view = opened(place, channel, "update")
    place.actor.fill("ann", view.id, {"audience": ["internal", "exec"], "text": "Rolling back", "next_in": "15"})
    view = pressed(place, view, "own_texts")
    place.actor.fill("ann", view.id, {"audience": ["internal"], "exec_text": "Cards fail, we are on it"})

    view = pressed(place, view, "preview")
    assert "a text for executives, who are not ticked" in shown(view)
    answer = place.actor.submit("ann", view.id).payload
    assert answer["response_action"] == "errors"
    assert "a text for executives" in answer["errors"]["exec_text"]
    assert posted(place, incident) == []

    place.actor.submit("ann", view.id, {"audience": ["exec"], "business_impact": "Half of them cannot pay"})
    assert {fact.audience: fact.text for fact in posted(place, incident)} == {"exec": "Cards fail, we are on it"}


def test_an_audience_that_is_ticked_later_gets_a_text_of_its_own_too(place, channel, incident):
    view = opened(place, channel, "update")
    place.actor.fill("ann", view.id, {"audience": ["exec"], "text": "Rolling back"})
    view = pressed(place, view, "own_texts")
    place.actor.fill("ann", view.id, {"audience": ["exec", "customer"], "exec_text": "We are on it"})

    view = pressed(place, pressed(place, view, "preview"), "own_texts")

    assert {"exec_text", "customer_text"} <= {block.get("block_id") for block in view.blocks}
    assert view.values["exec_text"]["exec_text"]["value"] == "We are on it"


def test_an_empty_form_has_nothing_to_preview(place, channel, incident):
    view = opened(place, channel, "update")

    assert "Nothing to preview yet" in shown(pressed(place, view, "preview"))


def test_a_preview_says_what_would_be_refused(place, channel, incident):
    view = opened(place, channel, f"update customer {TEXT}", "bea")

    assert "Not posted: only the comms lead" in shown(view)


def test_a_doubtful_line_opens_its_form_with_the_question_and_is_posted_once_confirmed(place, channel, incident):
    view = opened(place, channel, "update internal It is fixed")

    assert posted(place, incident) == []
    assert "It says “fixed”, but the incident is" in shown(view)
    place.actor.submit("ann", view.id)
    assert posted(place, incident) == []
    place.actor.submit("ann", view.id, {"anyway": ["yes"]})
    [fact] = posted(place, incident)
    assert (fact.text, fact.warned) == ("It is fixed", ("update_contradicts", "update_no_impact"))
    assert place.entries(incident.key, "refused") == ()


def test_the_same_form_filled_in_twice_is_asked_about(place, channel, incident):
    for _ in range(2):
        view = opened(place, channel, "update")
        place.actor.submit("ann", view.id, {"audience": ["exec"], "text": TEXT})

    assert len(posted(place, incident)) == 1
    asking = place.sandbox.workspace.views[view.id]
    assert "The same text went to executives less than 2 min ago." in shown(asking)
    assert element(asking, "anyway")["type"] == "checkboxes"
    assert asking.values["text"]["text"]["value"] == TEXT


def test_the_boxes_of_a_form_are_not_there_before_they_are_needed(place, channel, incident):
    view = opened(place, channel, "update")

    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    assert inputs == {"audience", "final", "text", "business_impact", "next_in", "next_update_at", "occurred_at"}


def test_the_hold_form_names_audiences_and_offers_a_release_only_where_one_is_held(place, channel, incident):
    view = opened(place, channel, "hold")
    words = [one["text"]["text"] for one in element(view, "audience")["options"]]

    assert words == ["Responders", "Executives", "Customers"]
    assert "release" not in {block.get("block_id") for block in view.blocks}


def test_an_update_to_an_audience_that_needs_approval_waits_as_a_draft(place, channel, incident):
    view = opened(place, channel, "update internal,regulator We report a failure of checkout")

    assert "*The regulator*: the policy names no channel for them" in shown(view)
    assert "*Update* to responders by" in shown(view)

    place.actor.submit("ann", view.id, {"anyway": ["yes"]})

    [draft] = place.entries(incident.key, UpdateDrafted.kind)
    assert draft.fact.text == "We report a failure of checkout"
    assert [fact.audience for fact in posted(place, incident)] == ["internal"]
