"""A draft that is discarded is posted nowhere, and the update is still owed."""

from __future__ import annotations

from incident.states import Audience
from tests.support.approval_desk import drafted
from tests.support.command_bench import who


def test_the_author_discards_a_draft_and_the_update_is_still_owed() -> None:
    desk = drafted()
    slot = desk.incident.audience(Audience.CUSTOMER).open

    desk.do("discard", "eva", at=6, reason="written too early")

    [fact] = desk.facts()
    assert (fact.outcome, fact.reason, fact.audience) == ("discarded", "written too early", "customer")
    [draft] = desk.incident.update_drafts
    assert (draft.outcome, draft.closed_by, draft.text) == ("discarded", who("eva"), "")
    assert desk.incident.audience(Audience.CUSTOMER).open == slot
    assert desk.answer().startswith("Draft to customers discarded. Nothing was posted. The update is still due by")


def test_the_commander_may_discard_and_another_responder_may_not() -> None:
    desk = drafted()

    assert desk.do("discard", "rob", at=6).reason == "draft_not_discarded"
    assert not desk.do("discard", "ilse", at=6).is_refused
    assert desk.do("discard", "ilse", at=7).reason == "draft_none"
