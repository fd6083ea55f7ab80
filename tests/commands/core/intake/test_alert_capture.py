"""Alerts become events: each once, a storm as one, what repeats counted, and what is new of a judged group asked about again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from commands.core.intake.alert_capture import capture_alerts
from incident.entries.delivery import PromptDue
from incident.entry import workspace_chain
from incident.jobs import JobKind
from incident.policy import Policy
from incident.states import Priority
from organisation.effects.alert_changes import alert_changes
from organisation.entries.event_changes import EventRejected
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.alert import Alert, AlertStatus, Delivery
from organisation.model.event_state import Event
from organisation.model.organisation import Organisation
from tests.support.clock import T
from tests.support.command_bench import TEAM, CommandBench
from tests.support.policies import team_policy

KEY = workspace_chain(TEAM)
WHY = "A planned test of the load balancer"


def policy(*rules: dict[str, Any], **intake: Any) -> Policy:
    source = {"form": "alertmanager", "secret": "MUSTER_INTAKE_NOC", "severities": {"critical": "P1"}}
    given = {"sources": {"noc": source, "other": source}, "rules": rules, **intake}
    return Policy.model_validate({**team_policy().model_dump(), "intake": given})


@dataclass
class Intake:
    """A bench to which a source sends alerts."""

    rules: Policy = field(default_factory=policy)
    _ids: Any = field(default_factory=count)

    def __post_init__(self) -> None:
        self.bench = CommandBench(policy=self.rules)

    def send(self, at: float, *alerts: Alert, source: str = "noc") -> Intake:
        self.deliver(at, self.delivery(at, *alerts, source=source))
        return self

    def delivery(self, at: float, *alerts: Alert, source: str = "noc") -> Delivery:
        return Delivery(
            id=f"d{next(self._ids)}",
            source=source,
            received_at=T(at),
            payload_sha256="a" * 64,
            payload_bytes=9,
            alerts=alerts,
        )

    def deliver(self, at: float, *many: Delivery, rejected: tuple[EventRejected, ...] = ()) -> None:
        self.bench.at = T(at)
        capture_alerts(many, rejected, team=TEAM, recorder=self.bench.memory, policy=self.rules, at=T(at))

    @property
    def state(self) -> Organisation:
        found = self.bench.memory.read(lambda reader: reader.peek_aggregate(ORGANISATION, KEY))
        return found or Organisation(key=KEY)

    @property
    def events(self) -> tuple[Event, ...]:
        return (*self.state.judged_events, *self.state.events)

    def event(self) -> Event:
        [one] = self.events
        return one

    def judge_no(self, at: float) -> Intake:
        assert not self.bench.do("event", at=at, what="no", id=self.state.events[0].id, reason=WHY).is_refused
        return self

    def kinds(self) -> list[str]:
        return [one.fact.kind for one in self.bench.entries(KEY) if one.fact.kind.startswith("event_")]


def alert(key: str = "disk", start: float | None = 0, group: str | None = "g", **fields: Any) -> Alert:
    given = {"status": AlertStatus.FIRING, "title": f"{key} is full", "service": "checkout", **fields}
    return Alert(key=key, group=group, starts_at=None if start is None else T(start), **given)


def over(key: str = "disk", start: float | None = 0, **fields: Any) -> Alert:
    return alert(key, start, status=AlertStatus.RESOLVED, **fields)


def test_an_alert_is_an_event_from_its_source_and_who_is_on_call_is_asked_in_the_same_transaction():
    intake = Intake().send(1, alert(severity="critical", description="/var", url="https://prom.example/g?x=1"))

    event = intake.event()
    assert (event.id, event.source, event.service, event.priority) == ("EV-2026-0001", "noc", "checkout", Priority.P1)
    assert (event.text, event.details, event.link) == ("disk is full", "/var", "https://prom.example/g?x=1")
    assert (event.received_at, event.starts_at, event.is_firing) == (T(1), T(0), True)
    assert [one.fact.due.split(":")[0] for one in intake.bench.entries(KEY) if isinstance(one.fact, PromptDue)] == [
        "event"
    ]


def test_the_same_occurrence_is_recorded_once_however_often_and_by_whom_it_is_sent():
    intake = Intake()
    twice = intake.delivery(1, alert(), alert())

    intake.deliver(1, twice)
    intake.deliver(2, twice, intake.delivery(2, alert()))

    assert intake.kinds() == ["event_received"]
    assert intake.event().count == 1


def test_an_alert_without_a_start_is_counted_each_time_and_once_for_each_delivery():
    intake = Intake()
    many = [intake.delivery(1, alert(start=None)) for _ in range(20)]

    intake.deliver(1, *many)
    intake.deliver(1, *many)

    assert intake.kinds() == ["event_received", "event_repeated"]
    assert intake.event().count == 20


def test_a_group_is_over_when_its_last_member_is():
    intake = Intake().send(1, alert("a"), alert("b"))
    intake.send(2, over("a"))
    assert intake.event().is_firing

    intake.send(3, over("b"))

    assert not intake.event().is_firing
    assert intake.event().members == 2


def test_what_is_over_before_it_fired_opens_nothing_and_its_firing_that_comes_late_neither():
    intake = Intake().send(1, over()).send(2, alert())

    assert intake.events == ()


@pytest.mark.parametrize("status", [AlertStatus.INFO, AlertStatus.ACKNOWLEDGED])
def test_what_is_acknowledged_at_the_source_or_no_alert_changes_nothing(status):
    intake = Intake().send(1, alert(status=status))
    assert intake.events == ()

    assert intake.send(2, alert()).send(3, alert(start=3, status=status)).event().count == 1


def test_a_thousand_different_alerts_in_a_minute_are_one_event_with_a_count_and_one_question():
    intake = Intake()
    many = [intake.delivery(n / 1000, alert(f"a{n}", group=f"g{n}")) for n in range(1000)]

    for first in range(0, 1000, 250):
        intake.deliver(first / 1000, *many[first : first + 250])

    event = intake.event()
    assert (event.count, event.members) == (1000, 1000)
    questions = [one for one in intake.bench.entries(KEY) if isinstance(one.fact, PromptDue)]
    assert len(questions) == 1
    # Each of them is known by the event that gathered it.
    assert intake.send(5, over("a999", group="g999")).event().is_firing
    assert len(intake.event().firing) == 999


def test_alerts_of_another_source_or_service_or_later_are_events_of_their_own():
    intake = Intake().send(0, alert("a", group="a"))

    intake.send(0.5, alert("b", group="b"), source="other")
    intake.send(0.6, alert("c", group="c", service="wiki"))
    intake.send(2, alert("d", group="d", start=2))

    assert [one.source for one in intake.events] == ["noc", "other", "noc", "noc"]


def test_a_new_member_of_a_group_that_was_judged_is_news():
    intake = Intake().send(0, alert("a")).judge_no(1)

    intake.send(2, alert("b", start=2))

    assert [one.is_open for one in intake.events] == [False, True]


def test_what_flaps_after_it_was_judged_no_incident_is_counted_until_there_was_quiet():
    intake = Intake().send(0, alert()).judge_no(1)
    for n in range(2, 6):
        intake.send(n, over(start=n - 2 if n == 2 else n - 1)).send(n, alert(start=n))
    assert [one.is_open for one in intake.events] == [False]
    assert intake.event().count > 4

    intake.send(6, over(start=5)).send(120, alert(start=120))

    assert [one.is_open for one in intake.events] == [False, True]


def test_what_never_stopped_firing_is_no_news_however_long_it_is():
    intake = Intake().send(0, alert()).judge_no(1)

    intake.send(9000, alert(start=8999))

    assert [one.is_open for one in intake.events] == [False]


def test_a_start_in_the_future_or_long_past_is_marked_and_counts_for_no_clock():
    intake = Intake().send(0, alert("a", start=6), source="noc").send(0, alert("b", start=-8 * 24 * 60), source="other")

    facts = [one.fact for one in intake.bench.entries(KEY) if one.fact.kind == "event_received"]
    assert [fact.is_implausible for fact in facts] == [True, True]
    assert [one.starts_at for one in intake.events] == [None, None]


def test_a_rule_attaches_to_the_open_incident_of_the_service_and_asks_no_one():
    rules = policy({"name": "join", "when": {"service": "checkout"}, "then": "attach"})
    intake = Intake(rules)
    intake.bench.declared(at=0)

    intake.send(1, alert())

    event, number = intake.event(), intake.bench.incident.number
    assert (event.is_incident, event.number, event.rule) == (True, number, "join")
    assert not [one for one in intake.bench.entries(KEY) if isinstance(one.fact, PromptDue)]
    [attached] = alert_changes(intake.bench.incident, intake.state)
    assert (attached.event, attached.source, attached.is_firing) == (event.id, "noc", True)
    jobs = [row for row in intake.bench.memory.state.jobs.values() if row.job.kind is JobKind.ALERTS]
    assert [row.job.incident for row in jobs] == [intake.bench.key]


def test_a_rule_that_attaches_proposes_where_no_incident_is_open():
    rules = policy({"name": "join", "then": "attach"})

    assert Intake(rules).send(1, alert()).event().is_open


def test_an_alert_that_comes_again_after_its_incident_is_over_is_news():
    rules = policy({"name": "join", "then": "attach"})
    intake = Intake(rules)
    intake.bench.declared(at=0)
    intake.send(1, alert()).send(2, over())
    assert not intake.bench.do("void", at=3, as_="false_alarm", reason="Nothing was wrong after all").is_refused

    intake.send(4, alert(start=4))

    assert [one.is_open for one in intake.events] == [False, True]


def test_a_rule_declares_by_a_job_and_what_a_storm_adds_goes_to_the_same_incident():
    rules = policy({"name": "critical", "when": {"severity": "critical"}, "then": "declare"})
    intake = Intake(rules).send(0, *(alert(f"a{n}", group=f"g{n}", severity="critical") for n in range(9)))

    assert (intake.event().declares, intake.event().count) == ("critical", 9)
    jobs = [row for row in intake.bench.memory.state.jobs.values() if row.job.kind is JobKind.EVENT_DECLARATION]
    assert len(jobs) == 1
    assert not [one for one in intake.bench.entries(KEY) if isinstance(one.fact, PromptDue)]


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({"source": "noc"}, True),
        ({"source": ["other"]}, False),
        ({"priority": "P1"}, True),
        ({"title": "DISK"}, True),
        ({"title": "cpu"}, False),
        ({"service": "wiki"}, False),
        ({"severity": "critical", "source": "other"}, False),
    ],
)
def test_a_rule_holds_when_all_that_it_gives_is_so(when, holds):
    intake = Intake(policy({"name": "rule", "when": when, "then": "declare"})).send(0, alert(severity="critical"))

    assert (intake.event().declares == "rule") is holds


def test_words_of_a_sender_are_data():
    hostile = alert("k", title="<!channel> *x* & <https://evil.example|y>\x00", description="<@U1>", url="javascript:1")

    event = Intake().send(0, hostile).event()

    assert "<" not in event.text + str(event.details)
    assert "\x00" not in event.text
    assert event.link is None


def test_an_unknown_severity_gives_no_priority_and_an_unknown_service_none():
    event = Intake().send(0, alert(severity="apocalyptic", service="nowhere")).event()

    assert (event.priority, event.service) == (None, None)


def test_rejected_requests_are_on_the_record():
    intake = Intake()

    intake.deliver(0, rejected=(EventRejected(source="noc", why="signature", count=3),))

    assert intake.kinds() == ["event_rejected"]


def test_a_source_that_the_policy_names_no_more_records_nothing():
    assert Intake().send(0, alert(), source="gone").events == ()


def test_an_incident_learns_that_its_alerts_are_over_and_of_new_ones():
    intake = Intake(policy({"name": "join", "then": "attach"}))
    intake.bench.declared(at=0)
    intake.send(1, alert("a"))
    intake.bench.note(intake.bench.key, *alert_changes(intake.bench.incident, intake.state))
    assert list(alert_changes(intake.bench.incident, intake.state)) == []

    intake.send(2, alert("b", start=2))
    [more] = alert_changes(intake.bench.incident, intake.state)
    assert (more.is_firing, more.members) == (True, 2)
    intake.bench.note(intake.bench.key, more)
    intake.send(3, over("a"), over("b", start=2))
    [after] = alert_changes(intake.bench.incident, intake.state)
    intake.bench.note(intake.bench.key, after)

    [shown] = intake.bench.incident.alerts
    assert (shown.source, shown.is_firing, shown.members) == ("noc", False, 2)


def test_a_delivery_at_the_turn_of_the_year_has_a_number_of_the_year_it_came_in():
    at = (datetime(2027, 1, 1, 0, 0, 1).astimezone() - T(0).astimezone()) / timedelta(minutes=1)

    assert Intake().send(at + 1440, alert(start=at + 1440)).event().id == "EV-2027-0001"
