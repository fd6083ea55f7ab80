"""A declaration needs a title and a service; a priority not judged is provisional; a P1 is major at once."""

from __future__ import annotations

import pytest

from commands.core.request import Actor, Place
from incident.jobs import JobKind
from incident.refusal import Code
from incident.rules.visibility import may_see
from incident.states import Priority, State
from roles.person_ids import cli_person
from tests.support.clock import T
from tests.support.command_bench import CHANNEL, CommandBench, who

HERE = Place(channel="CELSEWHERE")


def test_a_title_and_a_service_are_enough(desk: CommandBench) -> None:
    desk.do("declare", at=6, title="Checkout errors", service="checkout")

    declared, judged, triaged = desk.facts()
    assert (declared.number, declared.symptom, declared.reporter) == ("INC-2026-0001", "Checkout errors", who("rob"))
    assert (declared.category, declared.owner_group, declared.type) == ("Application", "payments", "it")
    assert (declared.detected_at, declared.started_at, declared.detection_source) == (T(6), None, "human")
    assert (declared.service_owner, declared.customer_facing, declared.restricted) == (who("nadia"), True, False)
    assert (judged.impact, judged.urgency, judged.priority, judged.provisional) == (2, 2, Priority.P3, True)
    assert (triaged.old, triaged.new) == (State.LOGGED, State.TRIAGED)


def test_a_provisional_priority_says_so(desk: CommandBench) -> None:
    desk.do("declare", place=Place(), title="Checkout errors", service="checkout")

    assert desk.said() == "<@UROB> declared *Checkout errors* on checkout: P3 (provisional)."
    assert desk.answer() == (
        "INC-2026-0001 (P3) declared: *Checkout errors* on checkout."
        " The priority is provisional: set it with `/incident priority`. Its channel opens now, and you are invited."
    )


def test_a_person_outside_slack_reads_who_is_invited_and_not_that_they_are(desk: CommandBench) -> None:
    shell = Actor(id=cli_person("rob", "host"), groups=frozenset({"responder"}))

    desk.do("declare", place=Place(), actor=shell, title="Checkout errors", service="checkout")
    assert "Its channel opens now. Invited: <@UROB>, <@UEVA>." in desk.answer()

    desk.policy = desk.policy.model_copy(update={"rosters": {}})
    desk.do("declare", place=Place(), actor=shell, title="Checkout errors", service="checkout")
    assert "Its channel opens now. No one is invited: `/incident assign commander @name`" in desk.answer()


def test_the_answer_says_that_a_minor_incident_is_not_announced(desk: CommandBench) -> None:
    desk.policy = desk.policy.model_copy(
        update={"incidents_channel": "#incidents", "announced_priorities": (Priority.P1, Priority.P2)}
    )
    desk.do("declare", place=Place(), title="Checkout errors", service="checkout", impact=2, urgency=2)
    assert desk.answer().endswith(
        "\nIt is not announced in #incidents, since it is P3. If the priority is raised, it is."
    )

    desk.do("declare", place=Place(), title="Checkout errors", service="checkout", impact=1, urgency=2)
    assert "announced" not in desk.answer()


def test_a_judged_priority_is_not_provisional_and_keeps_its_targets(desk: CommandBench) -> None:
    desk.do("declare", title="x", service="checkout", impact=1, urgency=2)

    judged = desk.facts()[1]
    assert (judged.priority, judged.provisional, judged.initial, judged.old) == (Priority.P2, False, True, None)
    assert (judged.ack_minutes, judged.commander_minutes, judged.restore_minutes) == (30, 30, 480)


def test_a_p1_is_a_major_incident_at_once(desk: CommandBench) -> None:
    desk.do("declare", title="x", service="checkout", impact=1, urgency=1)

    assert desk.kinds() == ["declared", "priority_changed", "state_changed", "major_declared"]
    assert desk.facts()[3].automatic


def test_every_field_is_recorded(desk: CommandBench) -> None:
    desk.do(
        "declare",
        at=6,
        title="Database unstable",
        symptom="slow writes",
        service="checkout",
        category="Database",
        subcategory="Overload",
        owner_group="sre",
        started_at=T(-6).isoformat(),
        detected_at=T(0).isoformat(),
        reporter=who("eva"),
        source="monitoring",
    )

    declared = desk.facts()[0]
    assert (declared.symptom, declared.category, declared.subcategory) == ("slow writes", "Database", "Overload")
    assert (declared.owner_group, declared.reporter, declared.detection_source) == ("sre", who("eva"), "monitoring")
    assert (declared.started_at, declared.detected_at) == (T(-6), T(0))


def test_a_category_outside_the_catalogue_is_recorded_as_unlisted(desk: CommandBench) -> None:
    desk.do("declare", title="x", service="checkout", category="Weather")

    assert desk.facts()[0].unlisted


def test_a_symptom_alone_becomes_the_title(desk: CommandBench) -> None:
    desk.do("declare", symptom="\nPayments fail\nsince the release", service="checkout")

    assert desk.facts()[0].title == "Payments fail"


@pytest.mark.parametrize(
    ("fields", "restricted"), [({"type": "security"}, True), ({"private": True}, True), ({}, False)]
)
def test_a_security_incident_and_one_declared_as_private_are_restricted(
    desk: CommandBench, fields: dict[str, object], restricted: bool
) -> None:
    desk.do("declare", title="x", service="checkout", **fields)

    assert desk.facts()[0].restricted is restricted


def test_an_unknown_service_is_refused_before_missing_fields(desk: CommandBench) -> None:
    assert desk.do("declare", service="nowhere").code == Code.UNKNOWN_SERVICE


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"service": "wiki", "title": "x"}, ("owner_group", "category")),
        ({"service": "wiki", "title": "x", "owner_group": "", "category": "Other"}, ("owner_group",)),
        ({"service": "checkout"}, ("title",)),
        ({"title": "x"}, ("service", "owner_group", "category")),
    ],
)
def test_a_field_that_the_catalogue_lacks_is_asked_for(
    desk: CommandBench, fields: dict[str, str], missing: tuple[str, ...]
) -> None:
    outcome = desk.do("declare", **fields)

    assert (outcome.code, outcome.fields) == (Code.MISSING_FIELDS, missing)
    assert ", ".join(missing).replace("_", " ") in desk.answer()


def test_an_incident_is_not_declared_twice(room: CommandBench) -> None:
    outcome = room.do("declare", title="again", service="checkout")

    assert (outcome.code, outcome.key) == (Code.STATE, room.key)
    assert "this channel is already INC-2026-0001" in room.answer()


def test_a_message_of_an_incident_channel_can_become_another_incident(room: CommandBench) -> None:
    place = Place(channel=CHANNEL, message="1780999500.000100")

    outcome = room.do("declare", title="Login fails too", service="checkout", place=place)

    assert outcome.number == "INC-2026-0002"
    assert (room.facts()[0].from_channel, room.facts()[0].from_message) == (CHANNEL, "1780999500.000100")


def test_two_declarations_of_one_incident_are_both_recorded_and_the_second_shows_the_first(room: CommandBench) -> None:
    room.do("declare", by="eva", at=15, place=HERE, title="Payments down", service="checkout")

    assert "INC-2026-0001 on the same service was declared" in room.answer()
    assert "by <@UROB>: Checkout errors. Same problem? Join it." in room.answer()


@pytest.mark.parametrize(
    ("at", "fields"),
    [(15.1, {}), (5, {"service": "wiki", "category": "Other", "owner_group": "it"}), (5, {"drill": True})],
)
def test_a_later_declaration_another_service_or_a_drill_is_no_possible_duplicate(
    room: CommandBench, at: float, fields: dict[str, object]
) -> None:
    whole = {"title": "Payments down", "service": "checkout", **fields}

    room.do("declare", by="eva", at=at, place=HERE, **whole)

    assert "same problem" not in room.answer()


def test_a_restricted_incident_is_never_shown_as_a_possible_duplicate(desk: CommandBench) -> None:
    desk.declared(type="security")

    desk.do("declare", by="eva", at=5, place=HERE, title="Payments down", service="checkout")

    assert "INC-2026-0001" not in desk.answer()


@pytest.mark.parametrize("title", ["<!channel> *_~ 🔥", "تعطل الدفع", "!!!", "x" * 250])
def test_any_title_can_be_declared(desk: CommandBench, title: str) -> None:
    assert desk.do("declare", title=title, service="checkout").code is None
    assert desk.facts()[0].title == title
    assert "<!channel>" not in desk.said()


def test_a_title_too_long_to_read_is_refused_with_its_length(desk: CommandBench) -> None:
    outcome = desk.do("declare", title="x" * 10_000, service="checkout")

    assert (outcome.code, dict(outcome.facts)) == (Code.TOO_LONG, {"limit": "250", "length": "10000"})


@pytest.mark.parametrize("field", ["reporter", "outside_reporter"])
def test_a_reporter_outside_slack_is_recorded_and_who_declared_is_asked_in_their_place(
    desk: CommandBench, field: str
) -> None:
    desk.declared(title="x", private=True, **{field: "customer ticket:  7"})

    incident = desk.incident
    assert (incident.reporter, incident.contact) == ("outside:customer ticket: 7", who("rob"))
    assert {queued.job.person for queued in desk.memory.state.jobs.values() if queued.job.kind is JobKind.HOME} == {
        who("rob")
    }
    assert may_see(incident, who("rob"))
    desk.tick(25)
    assert {person for prompt in desk.incident.prompted for person in prompt.asked} == {who("rob")}


@pytest.mark.parametrize(
    ("field", "given", "shown"),
    [
        ("outside_reporter", "Ms <Lee> &amp; son", "Ms &lt;Lee&gt; &amp; son (outside Slack)"),
        ("reporter", who("eva"), "<@UEVA>"),
    ],
)
def test_the_declaration_names_a_reporter_who_is_another_person(
    desk: CommandBench, field: str, given: str, shown: str
) -> None:
    desk.do("declare", title="x", service="checkout", **{field: given})

    assert desk.said().endswith(f" Reported by {shown}.")


def test_two_reporters_are_asked_about(desk: CommandBench) -> None:
    outcome = desk.do("declare", title="x", service="checkout", reporter=who("eva"), outside_reporter="a caller")

    assert (outcome.code, outcome.fields) == (Code.BAD_VALUE, ("outside_reporter",))
    assert "you named two reporters" in desk.answer()
