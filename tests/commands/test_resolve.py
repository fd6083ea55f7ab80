"""A restored incident is resolved with a text; the text of a resolution can be amended."""

from __future__ import annotations

import pytest

from commands.resolve import Resolve
from incident.entries.lifecycle import StateChanged
from incident.entries.restoration import ResolutionAmended, Resolved
from incident.model.components import Resolution
from incident.refusal import Code
from incident.states import State
from tests.support.handmade_incidents import ROB, START, HandmadeDesk, an_incident, worded

TEXT = "rolled back the 09:55 release of checkout"
RESOLUTION = Resolution(how="fix", text="fixed", by=ROB, at=START, meets_rule=False)


def test_a_resolution_records_the_text_and_the_state_in_this_order():
    assert HandmadeDesk(an_incident(State.RESTORED)).does(Resolve(how="provider", text=TEXT)) == (
        Resolved(how="provider", text=TEXT, meets_rule=True),
        StateChanged(old=State.RESTORED, new=State.RESOLVED),
    )


@pytest.mark.parametrize("state", sorted(set(State) - {State.RESTORED}))
def test_every_other_state_refuses_a_resolution(state):
    resolve = Resolve(how="fix", text=TEXT)
    refusal = HandmadeDesk(an_incident(state, resolution=RESOLUTION)).refuses(resolve)

    assert (refusal.code, resolve.intent) == (Code.STATE, "resolve")
    assert worded(refusal)


def test_resolving_again_is_refused_with_the_way_to_amend_the_text():
    refusal = HandmadeDesk(an_incident(State.RESOLVED, resolution=RESOLUTION)).refuses(Resolve(how="fix", text=TEXT))

    assert "`/incident resolve amend`" in worded(refusal)


@pytest.mark.parametrize("how", ["amend", None])
@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
def test_the_text_of_a_resolution_is_amended(how, state):
    resolve = Resolve(how=how, text=TEXT)

    assert resolve.intent == "amend_resolution"
    assert HandmadeDesk(an_incident(state, resolution=RESOLUTION)).does(resolve) == (
        ResolutionAmended(text=TEXT, meets_rule=True),
    )


def test_without_a_resolution_there_is_nothing_to_amend():
    refusal = HandmadeDesk(an_incident(State.RESTORED)).refuses(Resolve(how="amend", text=TEXT))

    assert refusal.code == Code.STATE
    assert "there is no resolution to amend" in worded(refusal)


@pytest.mark.parametrize("text", ["fixed", "Fixed.", "it works again now", "  OK now  "])
def test_a_text_that_says_too_little_is_recorded_and_flagged_and_the_reply_says_so(text):
    room = HandmadeDesk(an_incident(State.RESTORED))
    resolve = Resolve(how="fix", text=text)

    assert room.does(resolve)[0].meets_rule is False
    assert "`/incident resolve amend`" in room.answer(resolve)


def test_the_reply_names_the_closure_checklist():
    room = HandmadeDesk(an_incident(State.RESTORED))

    assert room.answer(Resolve(how="fix", text=TEXT)).startswith("Resolved. The closure checklist shows what is left.")


def test_the_reply_asks_whether_the_category_is_still_right_until_it_is_confirmed():
    asked = "Its category is Application. Still right? `/incident confirm category`, else `/incident category`."
    resolve = Resolve(how="fix", text=TEXT)

    assert HandmadeDesk(an_incident(State.RESTORED)).answer(resolve).endswith(asked)
    assert "Its category" not in HandmadeDesk(an_incident(State.RESTORED, category_confirmed=True)).answer(resolve)
