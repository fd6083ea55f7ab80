"""The page of an export says who got updates and notices, what reached them, and who confirmed it when."""

from __future__ import annotations

from pathlib import Path

import pytest

from incident.entries.delivery import NoticeDelivered
from incident.entries.status_updates import StatusUpdatePosted, UpdateDelivered
from incident.entry import IncidentKey
from incident.medium import Medium
from incident.states import Audience
from roles.person_ids import slack_person
from storage.store import Store
from tests.support.export_office import SHIPPED, Office

NUMBER = "INC-2026-0001"
LEA = slack_person("T1", "ULEA")
RULES = "groups: {legal: [ULEA]}\nnotify:\n  - {when: {type: security}, tell: [legal, steering], within: 15}\n#others:"


@pytest.fixture
def office(sqlite_store: Store, tmp_path: Path) -> Office:
    """A record on which a security incident notifies legal, and a committee that no one fills."""
    opened = Office(sqlite_store, tmp_path)
    opened.in_force(SHIPPED.replace("#notify:", RULES), 0)
    return opened


def page_of(office: Office, key: IncidentKey, at: float) -> str:
    folder = office.export(key, at)
    return (folder / "index.html").read_text("utf-8")


def test_the_rule_the_deliveries_and_the_receipt_are_shown(office: Office) -> None:
    key = office.do("declare", 1, title="An intruder", service="checkout", type="security").key
    n = next(e.n for e in office.entries(key) if e.fact.kind == "notified")
    office.note(key, NoticeDelivered(notified=n, who=LEA, medium=Medium.SLACK, ref="D1:1.0"), 2)
    office.note(key, NoticeDelivered(notified=n, who=LEA, medium=Medium.EMAIL, error="The mail server is down."), 2)
    office.do("seen", 4, NUMBER, actor=LEA, notice=n)

    page = page_of(office, key, 30)
    table = page.partition("Who was notified")[2].partition("</section>")[0]

    assert ">legal<" in table
    assert ">security<" in table
    assert "by direct message" in table
    assert "not reached by mail" in table
    assert "10:04" in table
    assert "the steering committee" in table
    assert "not in time" in table
    assert "The mail server is down." in page.partition("What did not reach people")[2].partition("</section>")[0]


def test_an_incident_without_notices_has_no_such_part(office: Office) -> None:
    key = office.do("declare", 1, title="Payments fail", service="checkout").key

    assert "Who was notified" not in page_of(office, key, 5)


def test_an_update_that_reached_no_one_is_not_the_first_of_its_audience(office: Office) -> None:
    key = office.do("declare", 1, title="Payments fail", service="checkout", impact=1, urgency=1).key
    for at in (3, 6):
        office.note(key, StatusUpdatePosted(audience=Audience.EXEC, text="One payment in five fails."), at)
        n = max(e.n for e in office.entries(key) if e.fact.kind == "status_update_posted")
        outcome = {"error": "restricted"} if at == 3 else {"ref": "C1:1.0"}
        office.note(key, UpdateDelivered(update=n, audience=Audience.EXEC, medium=Medium.SLACK, **outcome), at)

    table = page_of(office, key, 20).partition("Updates by audience")[2].partition("</table>")[0]

    row = table.partition("executives")[2].partition("</tr>")[0]
    assert "1 reached no one" in row
    assert "10:03" not in row
    assert row.count("2026-06-09T10:06:00Z") == 2


def test_what_came_in_from_outside_is_listed_as_it_happened(office: Office) -> None:
    key = office.do("declare", 1, title="Payments fail", service="checkout").key
    office.do("inbound", 8, NUMBER, source="press", text="The Guardian asks")
    office.do("inbound", 9, NUMBER, happened_at=5, source="customer", count=40, text="cannot pay")

    table = page_of(office, key, 20).partition("What came in from outside")[2].partition("</section>")[0]

    assert table.index("cannot pay") < table.index("The Guardian asks")
    assert ">40<" in table
    assert ">customers<" in table
