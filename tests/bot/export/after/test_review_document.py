"""The review as a document: in the export as HTML, Markdown and PDF, each line with its entry, and by `muster review`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from bot.rendering.renderer import TEMPLATES
from incident.entries.aftermath.lessons import SignOffAsked
from incident.entries.aftermath.reviews import DocumentMoved
from incident.entries.closure import ReviewScheduled
from incident.entries.conversation import Redacted
from incident.states import Document, DocumentState
from roles.person_ids import slack_person
from storage.store import Store
from tests.support.clock import T
from tests.support.export_office import SHIPPED, Office, verified
from tests.support.second_verifier import check

SCHEMA = json.loads((TEMPLATES.parent / "docs/reference/record.schema.json").read_text("utf-8"))
OLU = slack_person("T1", "UOLU")
NUMBER = "INC-2026-0001"


@pytest.fixture
def office(sqlite_store: Store, tmp_path: Path) -> Office:
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, 0)
    office.key = office.do("declare", 1, title="Ledger & lag", service="checkout", impact=1, urgency=1).key
    office.do("decide", 2, NUMBER, text="Fail over because *it* is quicker")
    office.note(office.key, ReviewScheduled(owner=OLU, at=T(60)), 5)
    office.do("review", 61, NUMBER, what="held", attendees="Olu & Ken", text="We agreed")
    office.do("review", 62, NUMBER, what="write", actor=OLU, what_happened="The ledger fell behind")
    office.do("lesson", 63, NUMBER, target="tool", owner=OLU, due=T(9000).isoformat(), text="Watch the lag")
    office.do("cap", 64, NUMBER, what="add", owner=OLU, due=T(9000).isoformat(), text="Alert on lag")
    return office


def test_the_export_has_the_review_and_verifies(office: Office):
    folder = office.export(office.key, 70)

    html = (folder / "review.html").read_text("utf-8")
    numbers = {entry.n for entry in office.entries(office.key)}
    cited = {int(n) for n in re.findall(r'href="index.html#e(\d+)"', html)}
    assert all(one in html for one in ("Ledger &amp; lag", "Olu &amp; Ken", "The ledger fell behind", "Not approved."))
    assert "No root cause analysis is on record" in html
    assert len(cited) >= 6
    assert cited <= numbers
    [uncited] = re.findall(r"<li>(?:(?!href).)*</li>", html)
    assert uncited.endswith(" The record does not say.</li>")
    assert (folder / "review.pdf").read_bytes().startswith(b"%PDF-")
    assert r"Fail over because \*it\* is quicker" in (folder / "review.md").read_text("utf-8")
    assert verified(folder).returncode == 0


def test_a_verifier_made_from_the_documents_alone_takes_an_export_with_a_review(office: Office):
    folder = office.export(office.key, 70)

    assert check(folder, office.signer.public_key)[0] == 0


def test_the_record_and_the_page_have_what_follows_the_incident(office: Office):
    reason = "The cause is known from PRB-7"
    office.note(office.key, DocumentMoved(document=Document.RCA, state=DocumentState.WAIVED, reason=reason), 66)
    folder = office.export(office.key, 70)

    record = json.loads((folder / "record.json").read_text("utf-8"))
    jsonschema.validate(record, SCHEMA)
    assert (record["after"]["rca"]["state"], record["after"]["rca"]["reason"]) == ("waived", reason)
    assert [one["id"] for one in record["after"]["corrective_actions"]] == ["CA1"]
    assert f"No root cause analysis, because: {reason}" in (folder / "index.html").read_text("utf-8")
    assert f"Not applicable because: {reason}" in (folder / "review.html").read_text("utf-8")


def test_the_export_of_a_major_incident_has_all_its_parts_and_every_section_of_its_root_cause(office: Office):
    parts = {"method": "Five whys", "root_cause": "No limit", "contributing": "A sale", "confidence": "High"}
    office.do("rca", 66, NUMBER, what="write", actor=OLU, **parts)
    folder = office.export(office.key, 70)

    review, page = ((folder / name).read_text("utf-8") for name in ("review.html", "index.html"))
    sections = re.findall(r"<h3>(.*?)</h3><p class=\"text\">(.*?) <a", review)
    assert sections[-4:] == [
        ("Method", "Five whys"),
        ("Root cause", "No limit"),
        ("Contributing factors", "A sale"),
        ("Confidence", "High"),
    ]
    assert all(f'id="{part}"' in page for part in ("timeline", "roles", "updates", "after"))
    assert (folder / "policy.yaml").exists()


def test_redacted_words_are_in_no_format(office: Office):
    part = next(one for one in office.entries(office.key) if one.fact.kind == "part_written")
    office.note(office.key, Redacted(entry=part.n, entries=(part.n,), reason="A name"), 67)
    folder = office.export(office.key, 70)

    assert all("fell behind" not in path.read_text("utf-8", "replace") for path in folder.iterdir() if path.is_file())


def test_an_incident_without_a_review_has_no_such_files(sqlite_store: Store, tmp_path: Path):
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, 0)
    key = office.do("declare", 1, title="Payments fail", service="checkout", impact=2, urgency=2).key

    assert not [one.name for one in office.export(key, 2).iterdir() if one.name.startswith("review")]


def test_the_markdown_has_the_state_of_cause_lessons_actions_and_sign_off_with_their_entries(office: Office):
    office.do("rca", 65, NUMBER, what="write", actor=OLU, root_cause="No limit")
    office.do("task", 66, NUMBER, what="done", id="T1", text="The dashboard shows it")
    draft = (office.export(office.key, 70) / "review.md").read_text("utf-8")
    office.do("cap", 67, NUMBER, what="drop", id="CA1", text="because the lag went with the old ledger")
    office.note(office.key, SignOffAsked(due_at=T(9000), by=(OLU,)), 68)
    later = (office.export(office.key, 71) / "review.md").read_text("utf-8")

    for words in (
        "A draft, not submitted",
        "Watch the lag; slack:T1:UOLU, due",
        ", done [E",
        ", open [E",
        "No sign-off was asked for",
    ):
        assert words in draft, words
    assert "dropped" in later
    assert re.search(r"Not signed off; asked of slack:T1:UOLU until .* \[E\d+\]", later)
    assert re.search(r"^checkout \[E1\], P1 \[E\d+\], major incident \[E\d+\], .*\[E\d+\]", later, re.M)
    assert re.search(r"- .*: it was detected \(.*\) \[E1\]", later)
