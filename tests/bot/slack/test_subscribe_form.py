"""Subscribing in Slack: a line, the form with the present choice, and what becomes of what cannot be read."""

from __future__ import annotations

import pytest

from incident.entry import workspace_chain
from incident.states import Priority


@pytest.fixture(autouse=True)
def no_choice(place):
    """Each test begins without a subscription."""
    place.run("subscribe", {"kind": "off"})


def slash(place, text, by="ann", channel="general"):
    return place.actor.slash(by, channel, "/incident", text)


def stored(place, name="ann"):
    found = place.store.recorder.read(lambda reader: reader.subscriptions(place.team, place.person(name)))
    return found[0] if found else None


def values(view):
    elements = {block["block_id"]: block["element"] for block in view.blocks if block["type"] == "input"}
    chosen = {name: one.get("initial_options") or one.get("initial_option") for name, one in elements.items()}
    return {
        name: [option["value"] for option in (one if isinstance(one, list) else [one])]
        for name, one in chosen.items()
        if one
    }


def test_a_line_is_stored_and_answered_to_the_person_alone(place):
    response = slash(place, "subscribe P1 P2 on checkout")

    found = stored(place)
    assert (found.priorities, found.services) == ((Priority.P1, Priority.P2), ("checkout",))
    assert "*P1 and P2 on checkout*" in response.payload["text"]
    assert response.payload["response_type"] == "ephemeral"
    chain = place.entries(workspace_chain(place.team))
    assert "subscribe" not in str([entry.fact for entry in chain])


def test_the_word_alone_opens_the_form_with_the_present_choice(place):
    empty = slash(place, "subscribe").view()
    assert (values(empty), stored(place)) == ({}, None)
    place.actor.close("ann", empty.id)
    slash(place, "subscribe P1 checkout")

    form = slash(place, "subscribe").view()

    assert values(form) == {"kind": ["on"], "priorities": ["P1"], "services": ["checkout"]}
    assert "occurred_at" not in {block["block_id"] for block in form.blocks}


def test_a_form_is_stored_and_its_window_says_what_the_person_gets(place):
    form = slash(place, "subscribe").view()

    place.actor.submit("ann", form.id, {"priorities": ["P2"], "services": ["checkout"]})

    assert stored(place).priorities == (Priority.P2,)
    shown = place.sandbox.workspace.views[form.id]
    assert shown.title["text"] == "Saved"
    assert "*P2 on checkout*" in str(shown.blocks)


def test_a_form_that_is_empty_is_refused_beside_its_first_field(place):
    form = slash(place, "subscribe").view()

    place.actor.submit("ann", form.id, {})

    assert "choose what you get" in place.sandbox.workspace.views[form.id].errors["kind"]


def test_the_digest_alone_and_nothing_are_lines_too(place):
    slash(place, "subscribe digest")
    assert stored(place).digest

    response = slash(place, "subscribe off")
    assert stored(place) is None
    assert "no direct messages" in response.payload["text"]


def test_a_service_that_is_misspelt_opens_the_form_and_stores_nothing(place):
    form = slash(place, "subscribe P1 chekcout").view()

    assert "chekcout" in str(form.blocks[0])
    assert values(form) == {"priorities": ["P1"]}
    assert stored(place) is None


def test_in_an_incident_channel_it_is_the_same_and_no_entry(place, channel, incident):
    before = place.now(incident.key).n

    slash(place, "subscribe P1", channel=channel)
    form = slash(place, "subscribe", channel=channel).view()
    place.actor.submit("ann", form.id, {"kind": "digest"})

    assert stored(place).digest
    assert place.now(incident.key).n == before


def test_a_guest_is_refused_in_a_line_and_gets_no_form(place, channel, incident):
    place.actor.invite("ann", channel, "gus")

    response = slash(place, "subscribe P1", "gus", channel)
    slash(place, "subscribe", "gus", channel)

    assert "guests cannot do this" in response.payload["text"]
    assert place.sandbox.workspace.stack(place.user("gus")) == []
    assert stored(place, "gus") is None
