"""A line with an unknown choice is refused and recorded, and the form opens with the typed text."""

from incident.entries.closure import Refused
from incident.entry import workspace_chain


def slash(place, text, channel="general"):
    return place.actor.slash("ann", channel, "/incident", text)


def refusals(place, key):
    return [(entry.fact.intent, entry.fact.code) for entry in place.entries(key, Refused.kind)]


def test_a_service_outside_the_catalogue_is_refused_and_the_form_is_offered_with_the_typed_text(place):
    chain = workspace_chain(place.team)
    before = len(refusals(place, chain))

    response = slash(place, 'declare service="the moon" title="Payments fail"')

    assert refusals(place, chain)[before:] == [("declare", "E_UNKNOWN_SERVICE")]
    whisper, value = place.whispers("ann")[-1], response.payload["blocks"][-1]["elements"][0]["value"]
    form = place.actor.press("ann", place.channel("general"), whisper.ts, "form:declare", value=value).view()
    assert form.values["title"]["title"]["value"] == "Payments fail"


def test_any_other_unreadable_value_opens_the_form(place):
    chain = workspace_chain(place.team)
    before = len(refusals(place, chain))

    form = slash(place, 'declare service="the moon" started=whenever title="Payments fail"').view()

    assert form.callback_id == "verb:declare"
    assert len(refusals(place, chain)) == before


def test_a_refusal_without_an_incident_is_recorded_with_the_intended_verb(place):
    chain = workspace_chain(place.team)
    before = len(refusals(place, chain))

    slash(place, "major because everything is down")
    slash(place, "priority 1 1 because it is getting much worse")

    assert refusals(place, chain)[before:] == [("declare_major", "E_STATE"), ("set_priority", "E_STATE")]
