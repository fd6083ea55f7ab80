"""What comes in is assessed before it is an incident, and the assessment is evidence."""

from __future__ import annotations

from bot.cli.intake.event_list import event_rows
from incident.entries.delivery import ChannelMade
from incident.entry import workspace_chain
from organisation.entries.event_changes import EventKind, EventReceived
from tests.support.command_bench import TEAM, CommandBench, who
from tests.support.worked_incidents import moment, of_kind, record


def test_an_event_judged_no_is_exported_with_the_decision_its_author_and_the_reason(desk: CommandBench) -> None:
    desk.do("event", by="clerk", what="log", text="Many logins from one address", service="checkout")
    desk.do("event", by="rob", what="no", id="EV-2026-0001", reason="A scan by our own auditors, announced")

    [row] = event_rows(desk.memory.read(lambda reader: reader.entries(workspace_chain(TEAM))))

    assert (row["judgement"], row["judged_by"]) == ("no incident", who("rob"))
    assert row["reason"] == "A scan by our own auditors, announced"
    assert (row["event"], row["received_by"]) == ("EV-2026-0001", who("clerk"))


def test_an_incident_born_of_an_alert_is_exported_with_its_source_and_when_it_was_detected(desk: CommandBench) -> None:
    alert = EventReceived(
        id="EV-2026-0001", source="noc", event_kind=EventKind.ALERT, text="Errors above 5 %", service="checkout"
    )
    desk.note(workspace_chain(TEAM), alert)

    declared = desk.do("declare", at=3, event="EV-2026-0001")

    assert declared.key is not None
    desk.note(declared.key, ChannelMade(channel="C100", name="inc-1"))
    report = record(desk, 4)
    assert of_kind(report, "logged")[0]["detection_source"] == "noc"
    assert report["timestamps"]["detected_at"] == moment(0)
