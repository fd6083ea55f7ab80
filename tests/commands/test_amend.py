"""The text of an update is put right for every audience that was sent it, by those who may speak to them."""

from __future__ import annotations

from typing import Any

import pytest

from commands.amend import Amend
from incident.entries.status_updates import UpdateCorrected, UpdateDrafted
from incident.jobs import JobKind
from incident.policy import UpdateApproval
from incident.refusal import Code
from incident.rules.updates.update_approval import waiting_draft
from incident.states import Audience
from tests.support.command_bench import CommandBench, who

WRONG, RIGHT = "Card paymnets fail", "Card payments fail"
BOTH: dict[str, Any] = {"audience": ["internal", "exec"], "text": WRONG}


@pytest.fixture
def sent(room: CommandBench) -> tuple[CommandBench, int]:
    """An update to responders and executives, and the number of its first entry."""
    room.policy = room.policy.model_copy(update={"audiences": {Audience.EXEC: "#exec"}})
    room.do("take", by="ilse", role="commander", at=1)
    return room, room.do("update", by="ilse", at=2, **BOTH).first or 0


def test_one_correction_reaches_every_audience_of_the_update(sent: tuple[CommandBench, int]) -> None:
    room, n = sent

    outcome = room.do("amend", by="ilse", entry=n + 1, text=RIGHT, at=3)

    assert outcome.code is None
    assert room.facts() == [
        UpdateCorrected(update=n, audience=Audience.INTERNAL, text=RIGHT),
        UpdateCorrected(update=n + 1, audience=Audience.EXEC, text=RIGHT),
    ]
    assert room.said() == f"*Corrected update* to responders and executives by <@UILSE> (entry {n}): {RIGHT}"
    assert "edited now and marked as corrected" in room.answer()
    jobs = [queued.job for queued in room.memory.state.jobs.values() if queued.job.kind is JobKind.AMEND]
    assert [job.entry for job in jobs] == [outcome.first, outcome.last]
    assert jobs[1].needs == f"update:T1:{room.key.id}:{n + 1}"


def test_a_correction_of_an_update_offers_to_correct_it_where_it_was_sent(sent: tuple[CommandBench, int]) -> None:
    room, n = sent

    room.do("correct", by="ilse", entry=n, text="payments", at=3)

    assert f"Responders and executives still read the old text: `/incident amend {n}`" in room.answer()


def test_the_form_proposes_the_text_that_the_update_has_now(sent: tuple[CommandBench, int]) -> None:
    room, n = sent
    reader = room.memory.read(lambda reader: reader)
    assert Amend.proposal({"entry": n}, room.incident, reader) == {"text": WRONG}

    room.do("amend", by="ilse", entry=n, text=RIGHT, at=3)

    reader = room.memory.read(lambda reader: reader)
    assert Amend.proposal({"entry": n}, room.incident, reader) == {"text": RIGHT}
    assert Amend.proposal({"entry": 1}, room.incident, reader) == {}
    assert room.do("amend", by="ilse", entry=n, text=RIGHT, at=4).reason == "amend_same"
    assert room.do("amend", by="ilse", entry=n, text=WRONG, at=4).code is None


def test_the_form_proposes_no_text_that_is_hidden(sent: tuple[CommandBench, int]) -> None:
    room, n = sent
    room.do("redact", by="eva", ref=f"E{n}", reason="it names a customer", at=3)

    reader = room.memory.read(lambda reader: reader)
    assert room.incident.masks
    assert Amend.proposal({"entry": n}, room.incident, reader) == {}


def test_an_update_with_other_words_is_another_one(sent: tuple[CommandBench, int]) -> None:
    room, _ = sent
    other = room.do("update", by="ilse", audience=["internal"], text="Another text", at=3).first

    room.do("amend", by="ilse", entry=other, text="A better text", at=4)

    assert [fact.update for fact in room.facts()] == [other]


@pytest.mark.parametrize("entry", [1, 400])
def test_what_is_no_update_is_corrected_by_another_verb(sent: tuple[CommandBench, int], entry: int) -> None:
    room, _ = sent

    assert room.do("amend", by="ilse", entry=entry, text=RIGHT, at=3).reason == "amend_no_update"
    assert f"`/incident correct {entry} …`" in room.answer()


def test_only_those_who_speak_to_an_audience_correct_what_it_reads(sent: tuple[CommandBench, int]) -> None:
    room, n = sent

    outcome = room.do("amend", by="eva", entry=n, text=RIGHT, at=3)

    assert (outcome.code, outcome.reason) == (Code.NOT_AUTHORISED, "update_not_yours")
    assert room.answer().endswith("take the role with `/incident take comms_lead`.")


def test_who_does_not_speak_to_an_audience_is_told_who_does(sent: tuple[CommandBench, int]) -> None:
    room, n = sent
    room.do("assign", by="ilse", role="comms", to=who("rob"), at=3)

    room.do("amend", by="eva", entry=n, text=RIGHT, at=4)

    assert room.answer().endswith("speak to executives. Send <@UROB> your text.")


def test_nothing_is_sent_to_an_audience_on_legal_hold(sent: tuple[CommandBench, int]) -> None:
    room, n = sent
    authority = room.policy.authority.model_copy(update={"hold": ("responder",)})
    room.policy = room.policy.model_copy(update={"authority": authority})
    room.do("hold", by="ilse", audience="exec", reason="legal reads it first", at=3)

    assert room.do("amend", by="ilse", entry=n, text=RIGHT, at=4).code == Code.ON_HOLD


def test_an_audience_without_a_channel_is_told_by_people(sent: tuple[CommandBench, int]) -> None:
    room, _ = sent
    n = room.do("update", by="ilse", audience=["customer"], text=WRONG, at=3).first

    room.do("amend", by="ilse", entry=n, text=RIGHT, at=4)

    assert room.answer() == "I cannot reach customers: tell them yourself, now."
    assert not [
        q for q in room.memory.state.jobs.values() if q.job.kind is JobKind.AMEND and q.job.entry == room.incident.n
    ]


@pytest.fixture
def waiting(sent: tuple[CommandBench, int]) -> tuple[CommandBench, int, int]:
    """A correction that waits for executives, for whom legal or the comms lead approve; responders have it already."""
    room, n = sent
    approval = UpdateApproval(by=("legal", "comms_lead"))
    room.policy = room.policy.model_copy(update={"update_approvals": {Audience.EXEC: approval}})
    room.do("assign", by="ilse", role="comms", to=who("rob"), at=3)
    draft = room.do("amend", by="ilse", entry=n, text=RIGHT, at=4).last
    return room, n + 1, draft or 0


def test_what_a_second_person_approves_is_not_corrected_past_them(waiting: tuple[CommandBench, int, int]) -> None:
    room, n, draft = waiting

    assert room.entries()[draft - 1].fact == UpdateDrafted(
        audience=Audience.EXEC, text=RIGHT, approval_by=("legal", "comms_lead"), corrects=n
    )
    assert "Not corrected yet for executives: a second person (legal or comms lead) must approve it." in room.answer()
    corrected = [one.fact for one in room.entries() if isinstance(one.fact, UpdateCorrected)]
    assert [one.audience for one in corrected] == [Audience.INTERNAL]
    assert room.do("approve", by="ilse", draft=draft, at=5).reason == "draft_your_own"
    assert room.do("approve", by="eva", draft=draft, at=5).reason == "draft_not_yours"


def test_an_approved_correction_is_made_with_both_names(waiting: tuple[CommandBench, int, int]) -> None:
    room, n, draft = waiting
    posts = room.incident.audience(Audience.EXEC).posts

    room.do("approve", by="rob", draft=draft, at=5)

    closed, corrected = room.facts()
    assert (closed.outcome, closed.draft) == ("approved", draft)
    assert (corrected.update, corrected.text, corrected.author, corrected.draft) == (n, RIGHT, who("ilse"), draft)
    assert room.incident.audience(Audience.EXEC).posts == posts
    assert room.answer().startswith("What I sent to executives is edited now and marked as corrected")
    amended = [q.job.entry for q in room.memory.state.jobs.values() if q.job.kind is JobKind.AMEND]
    assert amended[-1] == room.entries()[-1].n
    room.do("timeline", at=6)
    assert "(approved by <@UROB>)" in room.answer()


def test_a_correction_that_waits_is_written_anew(waiting: tuple[CommandBench, int, int]) -> None:
    room, n, draft = waiting

    room.do("amend", by="rob", entry=n, draft=draft, text="Cards are accepted again.", at=5)

    closed, drafted = room.facts()
    assert (closed.outcome, drafted.corrects, drafted.text) == ("changed", n, "Cards are accepted again.")
    assert [one.outcome for one in room.incident.update_drafts] == ["changed", None]


def test_a_correction_that_waits_is_no_update_that_waits(waiting: tuple[CommandBench, int, int]) -> None:
    room, _, draft = waiting

    assert waiting_draft(room.incident, Audience.EXEC) is None
    room.do("next", by="eva", at=5)
    assert "Waits for approval: the correction of the update to executives that <@UILSE> wrote" in room.answer()
    room.do("discard", by="rob", draft=draft, at=6)
    assert room.answer() == "Draft to executives discarded. Nothing was posted."
