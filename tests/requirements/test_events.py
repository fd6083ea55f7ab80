"""What comes in is assessed before it is an incident, and the assessment is evidence."""

from __future__ import annotations

from bot.cli.intake.event_list import event_rows
from incident.entry import workspace_chain
from tests.support.command_bench import TEAM, CommandBench, who


def test_an_event_judged_no_is_exported_with_the_decision_its_author_and_the_reason(desk: CommandBench) -> None:
    desk.do("event", by="clerk", what="log", text="Many logins from one address", service="checkout")
    desk.do("event", by="rob", what="no", id="EV-2026-0001", reason="A scan by our own auditors, announced")

    [row] = event_rows(desk.memory.read(lambda reader: reader.entries(workspace_chain(TEAM))))

    assert (row["judgement"], row["judged_by"]) == ("no incident", who("rob"))
    assert row["reason"] == "A scan by our own auditors, announced"
    assert (row["event"], row["received_by"]) == ("EV-2026-0001", who("clerk"))
