"""What the guide demands of an export: it is complete, with the policy that was in force and the proof."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from bot.config.policy_loader import read_policy
from commands.core.run import note_outcome
from incident.entries.status_updates import UpdateDelivered
from incident.medium import Medium
from incident.states import Audience
from roles.person_ids import slack_person
from storage.store import Store
from tests.support.clock import T
from tests.support.export_office import CLERK, SHIPPED, Office, refit, verified

STRICTER = SHIPPED.replace('version: "2026.1"', 'version: "2026.2"').replace("min_chars: 25", "min_chars: 60")
HELPER = slack_person("T1", "UHELPER")
NUMBER = "INC-2026-0001"


@pytest.fixture
def office(sqlite_store: Store, tmp_path: Path) -> Office:
    """A record on which the shipped policy is in force."""
    opened = Office(sqlite_store, tmp_path)
    opened.in_force(SHIPPED, 0)
    return opened


def test_an_old_incident_is_exported_with_the_policy_it_ran_under(office: Office):
    old = office.do("declare", 1, title="Payments fail", service="checkout")
    office.in_force(STRICTER, 10)
    new = office.do("declare", 11, title="Payments fail again", service="checkout")

    exported = [(office.export(one.key, 20) / "policy.yaml").read_text(encoding="utf-8") for one in (old, new)]

    assert exported == [SHIPPED, STRICTER]
    policy = read_policy(exported[0], T(0).date()).policy
    assert policy.matrix[1][1] == "P1"
    assert hashlib.sha256(exported[0].encode()).hexdigest() == office.store.queries.incident(old.key).policy_hash


def test_each_exported_incident_has_a_manifest_and_verifies_alone(office: Office):
    picked = [office.do("declare", at, title=f"trouble {at}", service="checkout") for at in range(1, 4)]

    for one in picked:
        folder = office.export(one.key, 20)
        manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
        done = verified(folder)

        assert (manifest["number"], done.returncode) == (one.number, 0), done.stdout
        assert {"record.json", "entries.jsonl", "index.html", "policy.yaml"} <= set(manifest["files"])


def test_a_changed_policy_in_an_export_is_found(office: Office):
    one = office.do("declare", 1, title="Payments fail", service="checkout")
    folder = office.export(one.key, 20)
    (folder / "policy.yaml").write_text(STRICTER, encoding="utf-8")

    refit(folder, signer=office.signer)
    done = verified(folder)

    assert (done.returncode, done.stdout) == (3, "tampered: policy.yaml is not the policy of entry 1\n")


def test_an_incident_without_a_commander_is_exported_and_says_so(office: Office):
    one = office.do("declare", 1, title="Payments fail", service="checkout")

    page = (office.export(one.key, 20) / "index.html").read_text(encoding="utf-8")

    assert "No one took command." in page
    assert one.number in page


def minute(text: str) -> str:
    """Return the first hour and minute in a cell."""
    return re.findall(r"\d{2}:\d{2}", text)[0]


def part(page: str, heading: str, level: int = 2) -> list[list[str]]:
    """Return the cells of the table under a heading of the HTML page."""
    table = page.partition(f"<h{level}>{heading}</h{level}>")[2].partition("</table>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in table.split("<tr>")]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in rows if row]


def test_the_export_lists_both_kinds_of_call_apart_with_answer_and_response_time(office: Office):
    key = office.do("declare", 1, title="Payments fail", service="checkout").key
    office.do("escalate", 3, NUMBER, how="functional", who=HELPER, reason="the database needs you")
    office.do("answer", 5, NUMBER, actor=HELPER, answer="accepted")
    office.do("escalate", 6, NUMBER, how="hierarchical", to="the board", reason="we may have to switch it off")

    page = (office.export(key, 20) / "index.html").read_text(encoding="utf-8")

    [answered], [unanswered] = part(page, "For help", 3), part(page, "For a decision", 3)
    assert [answered[4], answered[6].split()[0], answered[7]] == ["the database needs you", "accepted", "2 min"]
    assert (minute(answered[1]), minute(answered[6])) == ("10:03", "10:05")
    assert [*unanswered[2:5], *unanswered[6:]] == [
        "the board",
        CLERK,
        "we may have to switch it off",
        "no answer on record",
        "—",
    ]


def test_the_export_names_the_audience_that_an_update_did_not_reach(office: Office):
    key = office.do("declare", 1, title="Payments fail", service="checkout").key
    posted = office.do("update", 3, NUMBER, audience=["internal"], text="We see one payment in five fail.")
    lost = UpdateDelivered(update=posted.first, audience=Audience.INTERNAL, medium=Medium.SLACK, error="is_archived")
    note_outcome(key, [lost], job="update:1", recorder=office.store.recorder, policy=office.policy, at=T(4))

    page = (office.export(key, 20) / "index.html").read_text(encoding="utf-8")

    [[_, at, what]] = part(page, "What did not reach people")
    assert minute(at) == "10:04"
    assert "responders" in what
    assert "is_archived" in what
