"""Management signs off the outcome of a closed incident, once per closing."""

from __future__ import annotations

from commands.signoff import Signoff
from incident.entries.aftermath.lessons import OutcomeSigned, SignOffAsked
from incident.entry import WORKSPACE
from incident.model.components import Times
from incident.model.response.after_incident import Aftermath, SignOff
from incident.policy_parts.paging_hours import BusinessHours
from incident.rules.business_days import after_business_days
from incident.states import State
from organisation.fold.organisation_fold import ORGANISATION
from tests.support.after_bench import after_policy, closed_bench, resolved_bench
from tests.support.clock import T
from tests.support.command_bench import GROUPS, TEAM, who
from tests.support.handmade_incidents import ROB, HandmadeDesk, an_incident, later


def test_only_who_the_policy_names_signs_off_and_only_what_is_closed(monkeypatch):
    monkeypatch.setitem(GROUPS, "ceo", {"exec"})
    assert resolved_bench().do("signoff", "ceo", 39).reason == "signoff_not_closed"
    bench = closed_bench()

    assert bench.do("signoff", "rob", 50).reason == "signoff_not_yours"
    bench.do("signoff", "ceo", 51, text="Two more people for the team")
    assert bench.facts() == [OutcomeSigned(text="Two more people for the team")]
    assert bench.do("signoff", "ceo", 52).reason == "signoff_twice"


def test_closing_a_major_incident_asks_for_the_sign_off_and_the_review_of_the_policy():
    bench = closed_bench()

    [asked] = [one.fact for one in bench.entries() if isinstance(one.fact, SignOffAsked)]
    assert asked == SignOffAsked(due_at=after_business_days(T(40), 10, BusinessHours()), by=(who("ceo"),))
    [task] = bench.memory.read(lambda reader: reader.peek_aggregate(ORGANISATION, (TEAM, WORKSPACE))).tasks
    assert (task.kind, task.owner, task.incident) == ("policy_review", who("pia"), bench.incident.number)


def test_a_second_closing_has_a_sign_off_of_its_own():
    signed = Aftermath(sign_off=SignOff(by=ROB, at=later(2), n=5))

    def desk(closed_at):
        closed = an_incident(State.CLOSED, aftermath=signed, times=Times(closed_at=closed_at))
        return HandmadeDesk(incident=closed, groups=frozenset({"exec"}))

    assert desk(later(1)).refuses(Signoff()).reason == "signoff_twice"
    assert desk(later(3)).does(Signoff()) == (OutcomeSigned(text=None),)


def test_no_sign_off_is_asked_for_where_the_policy_asks_for_none():
    bench = closed_bench(after_policy(after={"sign_off_business_days": None}))

    assert bench.incident.aftermath.sign_off.due_at is None
