"""An event is recorded, asked about, and judged: an incident of its own, part of one, or none for a reason."""

from __future__ import annotations

import pytest

from commands.core.request import Actor
from commands.core.run import tick
from incident.entries.delivery import PromptDue
from incident.entry import EntryPoint, Source, workspace_chain
from incident.refusal import Code
from incident.states import Priority
from organisation.entries.event_changes import EventJudged, EventKind, EventReceived
from organisation.fold.organisation_fold import ORGANISATION
from roles.accounts import Account
from roles.person_ids import MUSTER
from tests.support.clock import T
from tests.support.command_bench import GROUPS, TEAM, CommandBench, who

WHY = "A planned test of the load balancer"
KEY = workspace_chain(TEAM)


def organisation(bench: CommandBench):
    found = bench.memory.read(lambda reader: reader.peek_aggregate(ORGANISATION, KEY))
    assert found is not None
    return found


def logged(bench: CommandBench | None = None, by: str = "clerk", **fields: str) -> CommandBench:
    """Return a bench at which EV-2026-0001 awaits a judgement."""
    bench = bench or CommandBench()
    assert not bench.do("event", by=by, what="log", text="The queue grows", **fields).is_refused
    return bench


def alerted(**fields: object) -> CommandBench:
    """Return a bench at which an alert of the source noc is EV-2026-0001."""
    bench = CommandBench()
    fact = EventReceived(
        **{
            "id": "EV-2026-0001",
            "source": "noc",
            "event_kind": EventKind.ALERT,
            "text": "Errors above 5 %",
            "service": "checkout",
            **fields,
        }
    )
    bench.note(KEY, fact)
    return bench


def test_any_member_records_an_event_and_it_awaits_a_judgement():
    bench = logged(service="checkout")

    assert bench.facts() == [
        EventReceived(
            id="EV-2026-0001",
            source="person",
            event_kind=EventKind.REPORT,
            text="The queue grows",
            service="checkout",
        )
    ]
    assert bench.answer().startswith("Recorded as EV-2026-0001 (checkout).")
    assert [one.by for one in organisation(bench).events] == [who("clerk")]


def test_an_event_judged_no_incident_keeps_the_decision_who_made_it_and_why():
    bench = logged()

    bench.do("event", by="rob", at=3, what="no", id="1", reason=WHY)

    assert bench.facts() == [EventJudged(event="EV-2026-0001", is_incident=False, reason=WHY)]
    [judged] = organisation(bench).judged_events
    assert (judged.judged_by, judged.judged_at, judged.reason) == (who("rob"), T(3), WHY)
    assert "no incident" in bench.answer()


def test_an_incident_that_is_declared_from_an_event_takes_what_is_known_of_it():
    bench = alerted(priority=Priority.P2, starts_at=T(-9), details="5xx on three nodes")

    outcome = bench.do("declare", at=2, event="EV-2026-0001")

    incident = bench.memory.state.rows[outcome.key]
    assert (incident.title, incident.service, incident.detection_source) == ("Errors above 5 %", "checkout", "noc")
    assert (incident.times.detected_at, incident.times.started_at) == (T(0), T(-9))
    assert incident.priority == Priority.P2
    [judged] = organisation(bench).judged_events
    assert (judged.is_incident, judged.number, judged.judged_by) == (True, incident.number, who("rob"))
    assert organisation(bench).events == ()


def test_what_a_person_types_goes_before_what_the_event_says():
    bench = logged(by="clerk", service="wiki")

    outcome = bench.do(
        "declare", event="EV-2026-0001", title="Orders are stuck", service="checkout", impact=1, urgency=1
    )

    incident = bench.memory.state.rows[outcome.key]
    assert (incident.title, incident.service, incident.priority) == ("Orders are stuck", "checkout", Priority.P1)
    assert (incident.reporter, incident.detection_source) == (who("clerk"), "user")


def test_a_start_that_is_implausible_counts_for_no_clock():
    bench = alerted(starts_at=T(99999), is_implausible=True)

    outcome = bench.do("declare", at=2, event="EV-2026-0001")

    assert bench.memory.state.rows[outcome.key].times.started_at is None


def test_an_event_belongs_to_an_open_incident():
    bench = logged(CommandBench().declared())

    bench.do("event", what="attach", id="EV-2026-0001", number=bench.incident.number)

    assert bench.facts() == [EventJudged(event="EV-2026-0001", is_incident=True, number=bench.incident.number)]
    assert bench.answer().startswith(f"EV-2026-0001 belongs to {bench.incident.number}")


@pytest.mark.parametrize(
    ("by", "fields", "code", "reason"),
    [
        ("rob", {"what": "log"}, Code.MISSING_FIELDS, "event_text"),
        ("rob", {"what": "log", "text": "x", "service": "nothing"}, Code.UNKNOWN_SERVICE, "unknown_service"),
        ("rob", {"what": "no", "id": "EV-2026-0009", "reason": WHY}, Code.BAD_VALUE, "event_unknown"),
        ("rob", {"what": "no", "id": "1", "reason": "A test"}, Code.JUSTIFICATION, "event_why"),
        ("clerk", {"what": "no", "id": "1", "reason": WHY}, Code.NOT_A_RESPONDER, "event_not_responder"),
        ("clerk", {"what": "attach", "id": "1"}, Code.NOT_A_RESPONDER, "event_not_responder"),
        ("rob", {"what": "redact", "id": "1", "reason": WHY}, Code.NOT_AUTHORISED, "event_redact"),
    ],
)
def test_what_the_rules_refuse(by, fields, code, reason):
    bench = logged(CommandBench().declared())

    outcome = bench.do("event", by=by, **fields)

    assert (outcome.code, outcome.reason) == (code, reason)
    assert bench.answer().startswith(("Not ", "Nothing ", "I do not", "There is no"))
    assert len(organisation(bench).events) == 1


def test_a_guest_judges_nothing():
    bench = logged()
    guest = Actor(id=who("guest"), account=Account.GUEST)

    outcome = bench.do("event", actor=guest, what="no", id="1", reason=WHY)

    assert (outcome.code, outcome.reason) == (Code.NOT_AUTHORISED, "guest")


def test_an_event_is_attached_to_no_incident_that_is_over_or_not_named():
    bench = logged(CommandBench().declared())
    assert not bench.do("void", as_="false_alarm", reason="Declared by mistake, nothing is wrong").is_refused
    number = bench.incident.number

    assert bench.do("event", what="attach", id="1", number=number).reason == "event_attach_over"
    assert bench.do("event", what="attach", id="1", number="INC-2020-0001").reason == "show_unknown"
    elsewhere = bench.place.model_copy(update={"channel": "CELSEWHERE"})
    assert bench.do("event", what="attach", id="1", place=elsewhere).reason == "event_attach_which"


def test_an_event_is_judged_once():
    bench = logged()
    bench.do("event", what="no", id="1", reason=WHY)

    assert bench.do("event", what="no", id="1", reason=WHY).reason == "event_judged"
    assert bench.do("declare", event="EV-2026-0001", title="x", service="checkout").reason == "event_judged"
    assert bench.memory.state.rows == {}


def test_the_list_names_the_events_to_judge_and_records_nothing():
    bench = logged(service="checkout")

    bench.do("event", what="list")

    assert bench.facts() == []
    assert bench.answer().splitlines()[0].startswith("• *EV-2026-0001* ")
    bench.do("event", what="no", id="1", reason=WHY)
    bench.do("event", what="list")
    assert bench.answer().startswith("No event awaits a judgement.")


def test_the_text_of_an_event_and_of_its_judgement_is_redacted_for_a_reason():
    bench = logged()
    bench.do("event", what="no", id="1", reason=WHY)
    privacy = Actor(id=who("ilse"), groups=frozenset({"privacy"}))

    bench.do("event", actor=privacy, what="redact", id="1", reason="It names a customer")

    [judged] = organisation(bench).judged_events
    assert (judged.text, judged.reason) == ("[redacted]", "[redacted]")
    assert bench.do("event", actor=privacy, what="redact", id="1", reason="It names one").reason == "redact_done"


def asked(bench: CommandBench, at: float) -> list[tuple[str, ...]]:
    """Let Muster ask what is due, and return whom."""
    known = len(bench.entries(KEY))
    tick(KEY, recorder=bench.memory, policy=bench.policy, at=T(at))
    new = (one.fact for one in bench.entries(KEY)[known:])
    return [fact.asked for fact in new if isinstance(fact, PromptDue)]


def test_who_is_on_call_is_asked_first_the_owner_after_five_minutes_and_both_every_half_hour():
    bench = alerted()
    on_call, owner = who("rob"), who("nadia")

    found = [asked(bench, at) for at in (0, 4, 5, 34, 35.1)]

    assert found == [[(on_call,)], [], [(on_call, owner)], [], [(on_call, owner)]]


def test_a_judged_event_is_asked_about_no_more():
    bench = alerted()
    asked(bench, 0)
    bench.do("event", at=1, what="no", id="1", reason=WHY)

    assert asked(bench, 60) == []
    assert organisation(bench).prompted == ()


def test_a_rule_that_declares_is_named_in_the_judgement_of_muster_alone():
    bench = alerted(declares="critical")
    muster = Actor(id=MUSTER, groups=frozenset({"responder"}))

    outcome = bench.do("declare", actor=muster, event="EV-2026-0001")

    assert bench.memory.state.rows[outcome.key].detection_source == "noc"
    assert organisation(bench).judged_events[0].rule == "critical"
    assert bench.entries(outcome.key)[0].source == Source(surface=EntryPoint.COMMAND, channel="C100")
    assert "rob" in GROUPS
