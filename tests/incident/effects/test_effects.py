"""What entries mean for the outside: which lines, which people, which surfaces, and nothing that was not asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident.deadlines import due_deadlines
from incident.effects.channel_messages import UPDATES_HERE, channel_messages, template_of
from incident.effects.effects import SILENT, effects
from incident.entries import KINDS, integrity
from incident.entries.conversation import ActionDone, ActionOpened, Joined, MessagePosted, Noted
from incident.entries.delivery import CardPosted, ChannelChanged, ChannelMade, DeliveryFailed, PromptDue
from incident.entries.lifecycle import Acknowledged, Declared, MajorDeclared, StateChanged
from incident.entries.role_holders import (
    Escalated,
    EscalationAnswered,
    EscalationLapsed,
    HandoverAccepted,
    RoleReleased,
    RoleTaken,
)
from incident.entries.status_updates import NO_CHANNEL, UpdateDelivered
from incident.entry import Fact
from incident.jobs import USABLE, Job, JobKind
from incident.medium import Medium
from incident.rules.visibility import is_announced
from incident.states import Priority, State
from roles.person_ids import MUSTER, PersonId
from roles.role_names import Role
from tests.support.clock import T
from tests.support.entry_chains import ADA, BEN, CHI, EXEC, INTERNAL, Chain
from tests.support.policies import two_service_policy

ANNOUNCING = two_service_policy().model_copy(update={"incidents_channel": "#incidents", "audiences": {EXEC: "#exec"}})


def declared(**changes: object) -> tuple[Chain, tuple[Job, ...]]:
    chain = Chain(Priority.P2, **changes)  # type: ignore[arg-type]
    return chain, effects(None, chain.now, chain.entries, ANNOUNCING, chain.entries[-1].recorded_at)


def told(chain: Chain, *facts: Fact, at: float = 5, by: PersonId = ADA) -> tuple[Job, ...]:
    """What recording these facts makes Muster do."""
    before, count = chain.now, len(chain.entries)
    chain.add(*facts, at=at, by=by)
    return effects(before, chain.now, chain.entries[count:], ANNOUNCING, chain.entries[-1].recorded_at)


def kinds(jobs: tuple[Job, ...]) -> list[str]:
    return [job.kind.value for job in jobs]


def the(jobs: tuple[Job, ...], kind: JobKind) -> Job:
    [job] = [job for job in jobs if job.kind is kind]
    return job


def test_a_declaration_wants_the_channel_then_what_makes_it_usable_then_the_rest():
    _, jobs = declared()

    first = [job.kind for job in jobs if job.rank == USABLE]
    assert sorted(first) == [JobKind.CARD, JobKind.MAKE_CHANNEL, JobKind.MEMBERS]
    assert {JobKind.TOPIC, JobKind.BOOKMARKS, JobKind.ANNOUNCE, JobKind.SAY, JobKind.HOME} <= set(kinds(jobs))
    assert the(jobs, JobKind.MAKE_CHANNEL).needs is None


def test_inviting_and_the_card_wait_for_the_channel_and_not_for_each_other():
    _, jobs = declared()
    channel = the(jobs, JobKind.MAKE_CHANNEL).key

    assert the(jobs, JobKind.MEMBERS).needs == the(jobs, JobKind.CARD).needs == channel


@pytest.mark.parametrize("changes", [{"restricted": True}, {"drill": True}])
def test_a_restricted_incident_and_a_drill_are_not_announced(changes):
    _, jobs = declared(**changes)

    assert JobKind.ANNOUNCE not in kinds(jobs)


def test_a_minor_incident_is_announced_once_its_priority_is_raised_and_stays_so():
    minor = ANNOUNCING.model_copy(update={"announced_priorities": (Priority.P1,)})
    chain = Chain(Priority.P2)

    assert JobKind.ANNOUNCE not in kinds(effects(None, chain.now, chain.entries, minor, T(1)))

    before, count = chain.now, len(chain.entries)
    chain.add(chain._priority(Priority.P1), at=5)
    assert JobKind.ANNOUNCE in kinds(effects(before, chain.now, chain.entries[count:], minor, T(5)))

    told_before = chain.now.model_copy(
        update={"places": chain.now.places.model_copy(update={"announced_channel": "C9", "announced_ts": "1.1"})}
    )
    lowered = told_before.model_copy(update={"priorities": chain.now.priorities[:1]})
    assert is_announced(lowered, minor)
    assert not is_announced(lowered.model_copy(update={"restricted": True}), minor)


def test_an_incident_is_not_announced_where_the_policy_names_no_place():
    chain = Chain(Priority.P2)
    nowhere = two_service_policy().model_copy(update={"incidents_channel": None})

    assert JobKind.ANNOUNCE not in kinds(effects(None, chain.now, chain.entries, nowhere, chain.now.last_entry_at))


def test_messages_and_refusals_make_muster_say_nothing():
    chain, _ = declared()

    assert told(chain, MessagePosted(channel="C1", ts="1.1", author=ADA, text="hm")) == ()


def test_each_act_says_one_line_rendered_from_its_entries():
    chain, _ = declared()

    jobs = told(chain, Acknowledged(), StateChanged(old=State.TRIAGED, new=State.ACTIVE))

    line = the(jobs, JobKind.SAY)
    assert line.template == "ack"
    assert (line.entry, line.last) == (chain.entries[-2].n, chain.entries[-1].n)


def test_lines_of_an_incident_keep_their_order_in_one_lane():
    chain, jobs = declared()

    ordering_keys = {job.ordering_key for job in (*jobs, *told(chain, Noted(text="a"))) if job.kind is JobKind.SAY}

    assert len(ordering_keys) == 1
    assert None not in ordering_keys


@pytest.mark.parametrize(
    ("fact", "template"),
    [
        (StateChanged(old=State.ACTIVE, new=State.MITIGATED), "mitigated"),
        (StateChanged(old=State.ACTIVE, new=State.RESTORED), "restored"),
        (StateChanged(old=State.RESTORED, new=State.ACTIVE), "regress"),
        (StateChanged(old=State.RESOLVED, new=State.CLOSED), "close"),
        (RoleTaken(role=Role.SCRIBE, who=ADA), "take"),
        (RoleTaken(role=Role.SCRIBE, who=BEN, how="assigned"), "assign"),
        (MajorDeclared(reason="x", automatic=False), "major"),
    ],
)
def test_a_fact_is_said_in_the_words_of_its_verb(fact, template):
    chain, _ = declared()

    assert the(told(chain, fact), JobKind.SAY).template == template


def test_a_channel_that_is_shared_with_another_organisation_says_so():
    chain, _ = declared()

    shared, renamed = (told(chain, ChannelChanged(channel="C1", how=how)) for how in ("shared", "renamed"))

    assert the(shared, JobKind.SAY).template == "surfaces/shared"
    assert JobKind.SAY not in kinds(renamed)


def test_every_kind_of_fact_is_said_or_known_not_to_be():
    """A new fact without a template fails here until its author has decided who is told."""
    otherwise = {"state_changed", "role_taken", "joined", "gap_noted", "prompt_due", "prompt_put_off", "update_missed"}
    otherwise |= {"updates_missed", "update_drafted", "update_draft_closed", "person_available"}
    otherwise |= {
        "page_planned",
        "page_attempted",
        "page_ended",
        "candidate_passed",
        "clock_started",
        "personal_data_mentioned",
        "pack_value_typed",
        "impact_forced",
        "levels_proposed",
        "classification_warned",
        "pack_submitted",
        "part_written",
        "rca_opened",
        "sign_off_asked",
        "file_stored",
    }
    of_muster = {
        "channel_made",
        "channel_changed",
        "card_posted",
        "announced",
        "place_lost",
        "update_delivered",
        "update_dropped",
    }
    of_the_workspace = {kind for (kind, _), fact in KINDS.items() if fact.__module__ == integrity.__name__}

    worded = {kind for (kind, _), fact in KINDS.items() if fact.template or fact.notice}
    # The card and the closure checklist show these, and the person who did it gets the answer.
    on_record = {"category_changed", "confirmed", "time_set", "validated", "review_scheduled", "linked", "link_none"}
    on_record |= {"temp_fix_set", "resolved", "resolution_amended"}
    on_record |= {"notified", "notice_seen", "notice_missed", "call_rule_met"}
    said = worded | SILENT | otherwise | of_muster | on_record

    assert {kind for kind, _ in KINDS} - said <= of_the_workspace | {"closure_refused"}


def test_who_takes_a_role_is_told_their_duties():
    chain, _ = declared()

    assert the(told(chain, RoleTaken(role=Role.SCRIBE, who=BEN)), JobKind.DUTIES).person == BEN
    chain.add(RoleTaken(role=Role.COMMANDER, who=ADA), at=6)
    jobs = told(chain, HandoverAccepted(role=Role.COMMANDER, from_who=ADA, to=CHI), at=7, by=CHI)
    assert the(jobs, JobKind.DUTIES).person == CHI


def test_a_new_holder_of_a_role_is_invited_and_one_who_is_a_member_is_not_invited_again():
    chain, _ = declared()

    assert JobKind.MEMBERS in kinds(told(chain, RoleTaken(role=Role.SCRIBE, who=BEN)))
    assert JobKind.MEMBERS not in kinds(told(chain, RoleTaken(role=Role.DEPUTY, who=BEN), at=6))


def test_who_joins_late_is_read_in_and_who_comes_with_the_declaration_is_not():
    chain, _ = declared()

    early = told(chain, Joined(channel="C1", who=BEN), at=2, by=BEN)
    late = told(chain, Joined(channel="C1", who=CHI), at=20, by=CHI)

    assert JobKind.READ_IN not in kinds(early)
    assert the(late, JobKind.READ_IN).person == CHI


def called(**more: object) -> Escalated:
    values = {"how": "functional", "to": "x", "person": BEN, "reason": "help", "answer_by": T(10), **more}
    return Escalated.model_validate(values)


def test_a_call_reaches_the_person_and_its_message_follows_what_became_of_it():
    chain, _ = declared()

    page = the(told(chain, called()), JobKind.PAGE)
    answered = told(chain, EscalationAnswered(escalation=page.entry or 0, answer="accepted"), at=6, by=BEN)

    assert page.person == BEN
    assert the(answered, JobKind.PAGE).key == page.key


def test_an_escalation_to_a_body_outside_pages_no_person():
    chain, _ = declared()

    assert JobKind.PAGE not in kinds(told(chain, called(person=None)))


def test_a_call_that_lapsed_says_so_with_whom_is_called_next():
    chain, _ = declared()
    told(chain, called(ladder=(CHI,)))
    n = chain.entries[-1].n

    jobs = told(chain, EscalationLapsed(escalation=n), called(person=CHI, follows=n, automatic=True), at=9, by=MUSTER)

    line = the(jobs, JobKind.SAY)
    assert line.template == "surfaces/lapsed"
    assert line.last == chain.entries[-1].n


def test_an_update_to_executives_goes_to_their_place_and_is_said_in_the_channel():
    chain, _ = declared()
    chain.add(MajorDeclared(reason="x", automatic=False), at=2)
    before, count = chain.now, len(chain.entries)

    chain.post(EXEC, at=5)

    jobs = effects(before, chain.now, chain.entries[count:], ANNOUNCING, chain.entries[-1].recorded_at)
    assert {JobKind.UPDATE, JobKind.SAY} <= set(kinds(jobs))


def test_an_update_to_responders_stands_in_full_in_their_channel_instead_of_a_line():
    chain, _ = declared()
    before, count = chain.now, len(chain.entries)

    chain.post(INTERNAL, at=5)

    jobs = effects(before, chain.now, chain.entries[count:], ANNOUNCING, chain.entries[-1].recorded_at)
    assert the(jobs, JobKind.UPDATE_HERE).template == UPDATES_HERE
    assert not {JobKind.SAY, JobKind.UPDATE} & set(kinds(jobs))


def test_surfaces_are_redrawn_a_moment_later_so_that_many_changes_cost_one():
    chain, _ = declared()

    card = the(told(chain, Acknowledged(), StateChanged(old=State.TRIAGED, new=State.ACTIVE)), JobKind.CARD)

    assert card.run_at == chain.entries[-1].recorded_at + timedelta(seconds=1)


def test_what_muster_posted_itself_redraws_no_card():
    chain, _ = declared()

    jobs = told(chain, CardPosted(medium=Medium.SLACK, ref="C1:1.1"), by=MUSTER)

    assert kinds(jobs) == [JobKind.PIN_CARD]
    assert told(chain, ChannelMade(channel="C1", name="x"), by=MUSTER) == ()


def test_a_topic_is_set_only_when_what_it_says_has_changed():
    chain, _ = declared()

    assert JobKind.TOPIC not in kinds(told(chain, Noted(text="a")))
    assert JobKind.TOPIC in kinds(told(chain, RoleTaken(role=Role.COMMANDER, who=ADA)))


def test_a_prompt_is_sent_and_redrawn_once_its_cause_is_gone():
    chain, _ = declared()
    chain.add(ActionOpened(id="A1", text="x", assignee=CHI, due_at=T(8)), at=5)
    [fact] = due_deadlines.prompts(chain.now, two_service_policy(), T(8))

    sent = the(told(chain, fact, at=8, by=MUSTER), JobKind.PROMPT)
    n = chain.entries[-1].n
    redrawn = told(chain, ActionDone(id="A1", result="done"), at=9)

    assert isinstance(fact, PromptDue)
    assert sent.entry == n
    assert the(redrawn, JobKind.PROMPT).key == sent.key


def test_what_slack_refused_is_said_and_a_line_that_could_not_be_said_is_not_said_again():
    chain, _ = declared()

    assert (
        the(told(chain, DeliveryFailed(medium=Medium.SLACK, what="topic", error="x"), by=MUSTER), JobKind.SAY).template
        == "surfaces/lost"
    )
    assert told(chain, DeliveryFailed(medium=Medium.SLACK, what="say", error="x"), by=MUSTER, at=6) == ()


def test_without_a_channel_the_declarer_is_told_directly():
    chain, _ = declared()

    job = the(
        told(chain, DeliveryFailed(medium=Medium.SLACK, what="make_channel", error="x"), by=MUSTER), JobKind.NO_CHANNEL
    )

    assert (job.person, job.needs) == (ADA, None)


def test_an_update_that_did_not_arrive_is_said():
    chain, _ = declared()
    lost = UpdateDelivered(update=1, audience=EXEC, medium=Medium.SLACK, error="is_archived")
    arrived = lost.model_copy(update={"error": None, "ts": "1.1", "channel": "C9"})
    nowhere = lost.model_copy(update={"error": NO_CHANNEL})

    assert the(told(chain, lost, by=MUSTER), JobKind.SAY).template == "surfaces/undelivered"
    chain.add(nowhere, at=6, by=MUSTER)
    assert channel_messages(chain.now, chain.entries[-1:]) == ()
    assert told(chain, arrived, by=MUSTER, at=6) == ()


def test_the_line_of_a_declaration_comes_after_the_card():
    _, jobs = declared()

    assert the(jobs, JobKind.SAY).needs == the(jobs, JobKind.CARD).key


def test_a_declaration_is_said_in_its_own_words():
    chain, _ = declared()

    assert isinstance(chain.entries[0].fact, Declared)
    assert template_of(chain.entries[0]) == "declare"


def test_a_role_given_up_changes_the_home_of_who_had_it():
    chain, _ = declared()
    chain.add(RoleTaken(role=Role.SCRIBE, who=BEN), at=3)

    jobs = told(chain, RoleReleased(role=Role.SCRIBE, who=BEN), by=BEN)

    assert BEN in {job.person for job in jobs if job.kind is JobKind.HOME}


def test_each_closing_wants_a_checkpoint_of_its_own_in_the_workspace():
    chain, _ = declared()

    jobs = told(chain, StateChanged(old=State.RESOLVED, new=State.CLOSED), at=60)

    wanted = the(jobs, JobKind.CHECKPOINT)
    assert wanted.incident.id == "workspace"
    assert wanted.key.endswith(str(chain.entries[-1].n))
    assert JobKind.CHECKPOINT not in [job.kind for job in told(chain, Noted(text="later"), at=61)]


@pytest.mark.parametrize(("occurred", "sent"), [(None, True), (8.0, False)])
def test_an_update_told_afterwards_is_sent_to_no_one(occurred, sent):
    chain = Chain(Priority.P1)
    before, count = chain.now, len(chain.entries)

    for audience in (INTERNAL, EXEC):
        chain.post(audience, 10, occurred=occurred)

    found = kinds(effects(before, chain.now, chain.entries[count:], ANNOUNCING, T(10)))
    assert (JobKind.UPDATE.value in found, JobKind.UPDATE_HERE.value in found) == (sent, sent)
    assert (JobKind.SAY.value in found) is not sent
