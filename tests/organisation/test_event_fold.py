"""Events are numbered without a gap, counted when they repeat, and end with a judgement."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident.entries.delivery import PromptDue
from incident.entry import Entry, EntryPoint, Fact, Source, workspace_chain
from organisation.entries.event_changes import EventJudged, EventKind, EventReceived, EventRepeated
from organisation.fold import event_changes
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.event_state import next_event_id
from organisation.model.organisation import Organisation
from roles.person_ids import slack_person
from tests.support.clock import T0

ADA = slack_person("T1", "UADA")
KEY = workspace_chain("T1")


def folded(*facts: Fact) -> Organisation:
    """Return the organisation after these facts, a minute apart."""
    state, source = Organisation(key=KEY), Source(surface=EntryPoint.WEB)
    for n, fact in enumerate(facts, 1):
        at = T0 + timedelta(minutes=n)
        state = ORGANISATION.apply(
            state, Entry(key=KEY, n=n, by=ADA, occurred_at=at, recorded_at=at, source=source, fact=fact)
        )
    return state


def received(n: int = 1) -> EventReceived:
    return EventReceived(
        id=f"EV-2026-{n:04d}", source="noc", event_kind=EventKind.ALERT, text="Disk full", digest="d" * 64
    )


@pytest.mark.parametrize(
    ("last", "year", "following"),
    [
        (None, 2026, "EV-2026-0001"),
        ("EV-2026-0009", 2026, "EV-2026-0010"),
        ("EV-2026-9999", 2026, "EV-2026-10000"),
        ("EV-2026-0009", 2027, "EV-2027-0001"),
    ],
)
def test_the_numbers_of_a_year_have_no_gap(last, year, following):
    assert next_event_id(last, year) == following


def test_an_event_awaits_a_judgement_and_counts_what_comes():
    state = folded(received(), EventRepeated(event="EV-2026-0001", is_firing=False, count=4, members=2))

    [event] = state.events
    assert (event.is_open, event.count, event.members, event.is_firing) == (True, 5, 3, False)
    assert event.last_at == event.received_at + timedelta(minutes=1)
    assert state.last_event == "EV-2026-0001"


def test_a_judged_event_keeps_who_judged_it_and_why_and_is_asked_about_no_more():
    state = folded(
        received(),
        received(2),
        PromptDue(due="event:EV-2026-0001:1", ask="event", asked=(ADA,), due_at=T0),
        EventJudged(event="EV-2026-0001", is_incident=False, reason="A planned test"),
    )

    [judged] = state.judged_events
    assert (judged.is_incident, judged.reason, judged.judged_by, judged.judged) == (False, "A planned test", ADA, 4)
    assert [one.id for one in state.events] == ["EV-2026-0002"]
    assert state.prompted == ()
    assert state.event("EV-2026-0001") is judged


def test_a_judgement_can_be_replaced_and_repetitions_of_judged_events_count():
    state = folded(
        received(),
        EventJudged(event="EV-2026-0001", is_incident=False, reason="A planned test"),
        EventRepeated(event="EV-2026-0001", is_firing=True, count=2),
        EventJudged(event="EV-2026-0001", is_incident=True, number="INC-2026-0001"),
    )

    [judged] = state.judged_events
    assert (judged.count, judged.is_incident, judged.number, judged.reason) == (3, True, "INC-2026-0001", None)


def test_only_the_latest_judged_events_stay(monkeypatch):
    monkeypatch.setattr(event_changes, "MOST_JUDGED", 1)

    state = folded(
        *(received(n) for n in (1, 2)),
        *(EventJudged(event=f"EV-2026-000{n}", is_incident=False, reason="A planned test") for n in (1, 2)),
    )

    assert [one.id for one in state.judged_events] == ["EV-2026-0002"]
