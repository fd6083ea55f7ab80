"""Who is asked after an incident, when, who next, and that it ends with its cause."""

from __future__ import annotations

from incident.deadlines.after import document_deadlines
from incident.model.absence import Absence
from roles.accounts import Unavailability
from tests.support.after_bench import DAY, REVIEW, after_policy, asked, closed_bench, left_until, submitted_bench
from tests.support.clock import T
from tests.support.command_bench import who

EVA, NADIA, MAYA, CEO, IRIS = (who(name) for name in ("eva", "nadia", "maya", "ceo", "iris"))


def test_an_analysis_without_a_part_is_asked_for_on_the_third_business_day():
    # T0 is a Tuesday: the third business day is Friday, the due day the Tuesday after.
    assert asked(left_until(closed_bench(), 8 * DAY), "rca") == [(3, (EVA,)), (6, (EVA, NADIA)), (7, (EVA, NADIA))]


def test_an_analysis_with_a_part_is_asked_for_when_it_is_due_and_not_once_it_is_waived():
    written, waived = closed_bench(), closed_bench()
    written.do("rca", "eva", 50, what="write", method="Five whys")
    waived.do("rca", "nadia", 50, what="waive", text="The cause is PRB-1, known")

    assert asked(left_until(written, 8 * DAY), "rca") == [(7, (EVA, NADIA))]
    assert asked(left_until(waived, 30 * DAY), "rca") == []


def test_the_text_of_the_review_is_asked_for_after_the_meeting_until_it_is_submitted():
    bench = closed_bench()
    bench.do("review", "eva", 100, what="held")
    left_until(bench, 3 * DAY)
    assert asked(bench, "review") == []
    assert asked(bench, "review_text") == [(2, (EVA,))]
    bench.do("review", "eva", 3 * DAY, what="write", **REVIEW)
    bench.do("review", "eva", 3 * DAY, what="submit")

    assert len(asked(left_until(bench, 30 * DAY), "review_text")) == 1


def test_the_owner_of_the_service_approves_and_after_five_business_days_the_manager_is_asked_too():
    bench = left_until(submitted_bench(), 10 * DAY)

    assert asked(bench, "document") == [(2, (NADIA,)), (9, (NADIA, MAYA))]
    bench.do("review", "nadia", 10 * DAY, what="approve")
    assert len(asked(left_until(bench, 30 * DAY), "document")) == 2


def test_an_owner_of_the_service_who_left_is_passed_over_by_those_of_the_groups_that_may_approve():
    bench = submitted_bench()
    policy = after_policy(groups={"exec": ["UCEO"], "closer": ["UILSE", "UEVA", "UROB"]})
    gone = tuple(Absence(who=who(one), at=T(60), why=Unavailability.DEACTIVATED) for one in ("nadia", "rob"))
    left = bench.incident.model_copy(update={"absences": gone})

    asked_of = [step.whom for step in document_deadlines.approvals(left, policy)[0].steps]
    assert asked_of == [(who("ilse"),), (who("ilse"), MAYA)]
    assert document_deadlines.approvals(bench.incident, policy)[0].steps[0].whom == (NADIA,)


def test_a_corrective_action_is_asked_for_at_half_time_and_around_its_date_and_then_the_manager():
    bench = closed_bench()
    bench.do("cap", "eva", 60, what="add", owner=EVA, due=T(60 + 20 * DAY).isoformat(), text="Alert on lag")

    days = asked(left_until(bench, 36 * DAY), "cap")
    assert days == [
        *((day, (EVA,)) for day in (10, 17, 20, 23)),
        *((day, (EVA, MAYA)) for day in (27, 34)),
    ]
    bench.do("cap", "eva", 36 * DAY, what="done", id="CA1", text="Ticket 9")
    left_until(bench, 75 * DAY)
    assert len(asked(bench, "cap")) == 6
    assert asked(bench, "cap_check") == [(66, (EVA,)), (73, (EVA, MAYA))]


def test_who_gets_an_action_from_another_person_gets_a_reminder_at_once():
    bench = closed_bench()
    bench.do("cap", "rob", 60, what="add", owner=EVA, due=T(20 * DAY).isoformat(), text="Alert on lag")
    bench.tick(61)

    assert asked(bench, "cap") == [(0, (EVA,))]


def test_the_sign_off_is_asked_for_before_ten_business_days_are_over_and_then_of_the_isms_manager_too():
    assert asked(left_until(closed_bench(), 15 * DAY), "sign_off") == [(7, (CEO,)), (14, (CEO, IRIS))]


def test_a_restricted_incident_asks_only_those_who_may_see_it():
    people = {who for _, whom in _all_asked(left_until(closed_bench(private=True), 15 * DAY)) for who in whom}

    assert not people & {CEO, IRIS, MAYA}


def _all_asked(bench):
    return [one for ask in ("rca", "sign_off", "document", "cap") for one in asked(bench, ask)]
