"""Legal or privacy hold updates to an audience and release them."""

from __future__ import annotations

import pytest

from bot.rendering.renderer import slug_labels
from commands.core.fields.field_types import read_audience
from commands.hold import Hold
from incident.entries.status_updates import UpdatesHeld, UpdatesReleased
from incident.model.components import AudienceState, OpenSlot
from incident.refusal import Code
from incident.states import Audience
from tests.support.handmade_incidents import HandmadeDesk, an_incident, later, worded

WHY = "counsel approves every outside message"
HOLD = Hold(audience=Audience.CUSTOMER, reason=WHY)
RELEASE = Hold(audience=Audience.CUSTOMER, reason=WHY, release=True)
HELD = an_incident(audiences=(AudienceState(audience=Audience.CUSTOMER, held=True),))
LAWYER = frozenset({"legal"})


@pytest.mark.parametrize("group", ["legal", "privacy"])
def test_people_named_in_the_policy_hold_and_release_updates(group):
    groups = frozenset({group})

    assert HandmadeDesk(groups=groups).does(HOLD) == (UpdatesHeld(audience=Audience.CUSTOMER, reason=WHY),)
    assert HandmadeDesk(HELD, groups=groups).does(RELEASE) == (UpdatesReleased(audience=Audience.CUSTOMER, reason=WHY),)
    assert (HOLD.intent, RELEASE.intent) == ("hold", "unhold")


@pytest.mark.parametrize(("incident", "verb"), [(an_incident(), HOLD), (HELD, RELEASE)])
def test_no_other_person_has_the_authority_not_even_the_commander(incident, verb):
    refusal = HandmadeDesk(incident, groups=frozenset({"major_authority"})).refuses(verb)

    assert refusal.code == Code.NOT_AUTHORISED
    assert "only legal or privacy can" in worded(refusal)


@pytest.mark.parametrize(
    ("incident", "verb", "says"), [(HELD, HOLD, "are already on hold"), (an_incident(), RELEASE, "are not on hold")]
)
def test_an_existing_hold_is_refused_before_authority_is_checked(incident, verb, says):
    refusal = HandmadeDesk(incident, groups=frozenset()).refuses(verb)

    assert refusal.code == Code.STATE
    assert says in worded(refusal)


def test_the_channel_lines_show_the_hold_and_its_end():
    assert HandmadeDesk(groups=LAWYER).said(HOLD) == (f"*On hold* by <@UILSE>: no updates to customers. Because: {WHY}")
    assert (
        HandmadeDesk(HELD, groups=LAWYER)
        .said(RELEASE)
        .startswith("*Hold released* by <@UILSE>: updates to customers may")
    )
    assert "`/incident hold release customer because …`" in HandmadeDesk(groups=LAWYER).answer(HOLD)


def test_the_reply_to_a_release_names_the_update_that_is_owed_again():
    slot = OpenSlot(due_at=later(40), missed_after=later(45))
    state = AudienceState(audience=Audience.CUSTOMER, held=True, open=slot)

    assert "due by <!date^" in HandmadeDesk(an_incident(audiences=(state,)), groups=LAWYER).answer(RELEASE)


def test_an_audience_is_understood_by_every_word_that_people_read_for_it():
    words = slug_labels()["audience"]

    assert {slug: read_audience(word) for slug, word in words.items()} == {slug: slug for slug in words}
    assert Hold.model_validate({"audience": "Customers", "reason": WHY}).audience is Audience.CUSTOMER
