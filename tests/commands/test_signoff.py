"""Management signs off the outcome of a closed incident, once per closing."""

from __future__ import annotations

from commands.core.request import Actor
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
from tests.support.parsed_lines import parsed


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


def test_resources_are_asked_for_by_anyone_and_answered_by_management_and_both_are_entries():
    bench = closed_bench()
    bench.do("signoff", "rob", 50, form=parsed("signoff ask One more engineer for the ledger").fields)
    bench.do("signoff", "rob", 51, what="ask", text="A second region")
    assert "signoff grant RS2" in bench.answer()
    others = bench.do("signoff", "rob", 52, what="grant", id="RS1")
    vague = as_ceo(bench, 53, what="grant")
    silent = as_ceo(bench, 54, what="decline", id="RS2")
    as_ceo(bench, 55, form=parsed("signoff grant RS1 from July on").fields)
    as_ceo(bench, 56, what="decline", text="Not this year")
    again = as_ceo(bench, 57, what="grant", id="RS1")

    assert [one.reason for one in (others, vague, silent, again)] == [
        *("signoff_not_yours", "resources_unknown", "resources_why", "resources_answered")
    ]
    first, second = bench.incident.aftermath.resources
    assert (first.text, first.by, first.granted) == ("One more engineer for the ledger", who("rob"), True)
    assert (first.answer, first.answered_by, first.answered_at) == ("from July on", who("ceo"), T(55))
    assert (second.granted, second.answer) == (False, "Not this year")
    assert bench.incident.aftermath.sign_off.at is None
    assert bench.do("signoff", "rob", 58, what="ask").reason == "resources_what"
    assert not parsed("signoff decline RS2 not this year").doubts
    assert [one.reason for one in parsed("signoff not yet").doubts] == ["negated"]


def as_ceo(bench, at, **fields):
    actor = Actor(id=who("ceo"), groups=frozenset({"exec"}))
    return bench.do("signoff", "ceo", at, actor=actor, **fields)
