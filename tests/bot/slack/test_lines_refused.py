"""A typed line that names something that is not on offer is refused and kept, and what was typed is offered back."""

from incident.entries.closure import Refused
from incident.entry import workspace_chain


def slash(place, text, channel="general"):
    return place.actor.slash("ann", channel, "/incident", text)


def refusals(place, key):
    return [(entry.fact.intent, entry.fact.code) for entry in place.entries(key, Refused.kind)]


def test_a_service_that_is_in_no_catalogue_is_refused_and_the_form_is_offered_with_what_was_typed(place):
    chain = workspace_chain(place.team)
    before = len(refusals(place, chain))

    told = slash(place, 'declare service="the moon" title="Payments fail"')

    assert refusals(place, chain)[before:] == [("declare", "E_UNKNOWN_SERVICE")]
    whisper, value = place.whispers("ann")[-1], told.payload["blocks"][-1]["elements"][0]["value"]
    form = place.actor.press("ann", place.channel("general"), whisper.ts, "form:declare", value=value).view()
    assert form.values["title"]["title"]["value"] == "Payments fail"


def test_what_else_cannot_be_read_still_opens_the_form(place):
    chain = workspace_chain(place.team)
    before = len(refusals(place, chain))

    form = slash(place, 'declare service="the moon" started=whenever title="Payments fail"').view()

    assert form.callback_id == "verb:declare"
    assert len(refusals(place, chain)) == before


def test_before_there_is_an_incident_a_refusal_names_what_was_meant(place):
    chain = workspace_chain(place.team)
    before = len(refusals(place, chain))

    slash(place, "major because everything is down")
    slash(place, "priority 1 1 because it is getting much worse")

    assert refusals(place, chain)[before:] == [("declare_major", "E_STATE"), ("set_priority", "E_STATE")]
