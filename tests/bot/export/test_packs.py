"""Packs are exported as data with the digest that was frozen, and as HTML, PDF and Markdown; the verifier finds a changed one."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.config.outside.pack_schema import pack_schema
from bot.config.outside.regime_files import known_regimes
from bot.rendering.renderer import TEMPLATES
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entry import EntryPoint, IncidentKey, Source
from incident.ports import Person
from roles.person_ids import slack_person
from storage.store import Store
from tests.support.clock import T
from tests.support.export_office import CLERK, SHIPPED, Office, refit, verified
from tests.support.second_verifier import check

DOCS = TEMPLATES.parent / "docs/reference"
SCHEMA = json.loads((DOCS / "record.schema.json").read_text("utf-8"))
NUMBER = "INC-2026-0001"
INITIAL = {"regime": "dora", "obligation": "initial"}
EVE = slack_person("T1", "UEVE")
NAUGHTY = "<script>alert(1)</script> & ```` [x](http://example.com) *bold*"


def reported(store: Store, folder: Path) -> tuple[Office, IncidentKey]:
    """Declare an incident under DORA, and freeze, approve and submit the pack of its first report."""
    office = Office(store, folder)
    office.in_force(SHIPPED.replace("regimes: []", "regimes: [dora]"), 0)
    store.directory.put([Person(id=CLERK, name="Clara"), Person(id=EVE, name="Eve")], T(0))
    key = office.do("declare", 1, title="Customer table copied", service="checkout", impact=1, urgency=1).key
    office.do("determine", 2, NUMBER, what="classified_major", reason="the data loss criterion is met")
    office.do("affected", 3, NUMBER, what="member_states", text="DE, FR")
    escaped = NAUGHTY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    office.do("pack", 4, NUMBER, **INITIAL, values=f"2.10: {escaped}\nseen by <@UEVE>")
    office.do("pack", 5, NUMBER, act="freeze", **INITIAL)
    as_legal(office, "pack", 6, act="approve", pack="PK1")
    as_legal(office, "submitted", 7, **INITIAL, ref="BA-1", pack="PK1")
    return office, key


def as_legal(office: Office, verb: str, at: float, **fields: Any) -> None:
    request = Request(
        verb=verb,
        fields=fields,
        actor=Actor(id=EVE, groups=frozenset({"responder", "legal"})),
        team="T1",
        place=Place(number=NUMBER),
        source=Source(surface=EntryPoint.COMMAND),
        key=f"legal-{next(office.keys)}",
        at=T(at),
    )
    outcome = run(request, recorder=office.store.recorder, policy=office.policy, policy_hash=office.hash)
    assert not outcome.is_refused, outcome


def test_a_pack_is_data_with_the_frozen_digest_and_documents_that_people_read(
    sqlite_store: Store, tmp_path: Path
) -> None:
    office, key = reported(sqlite_store, tmp_path)
    folder = office.export(key, 20)

    data = (folder / "pack-PK1.json").read_bytes()
    record = json.loads((folder / "record.json").read_text("utf-8"))
    jsonschema.validate(record, SCHEMA)
    jsonschema.validate(json.loads(data), json.loads((DOCS / "dora-pack.schema.json").read_text("utf-8")))
    [pack] = record["packs"]
    assert pack["sha256"] == sha256(data).hexdigest()
    assert (pack["frozen_by"], pack["approved_by"], pack["superseded_by"]) == ("Clara", "Eve", None)
    assert json.loads(data)["fields"]["2.10"]["value"] == f"{NAUGHTY}\nseen by @UEVE"
    page = (folder / "pack-PK1.html").read_text("utf-8")
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert all(words in page for words in ("typed by Clara", "seen by @Eve", "reference BA-1", "no legal advice"))
    assert pack["misfits"] == []
    markdown = (folder / "pack-PK1.md").read_text("utf-8")
    assert f"`````text\n{NAUGHTY}" in markdown
    for people in (page, markdown):
        assert "Frozen by Clara" in people
        assert "Approved by Eve" in people
    assert "typed by Clara, entry 11" in markdown
    assert (folder / "pack-PK1.pdf").read_bytes().startswith(b"%PDF-")
    assert 'href="pack-PK1.pdf"' in (folder / "index.html").read_text("utf-8")


def test_both_verifiers_take_an_export_with_packs_and_find_a_pack_that_was_changed_and_signed_again(
    sqlite_store: Store, tmp_path: Path
) -> None:
    office, key = reported(sqlite_store, tmp_path)
    folder = office.export(key, 20)
    assert verified(folder).returncode == 0
    assert check(folder, office.signer.public_key)[0] == 0

    whole = (folder / "pack-PK1.json").read_bytes()
    (folder / "pack-PK1.json").write_bytes(whole.replace(b"DE, FR", b"DE, IT"))
    refit(folder, signer=office.signer)
    changed = verified(folder)

    assert (changed.returncode, "pack of a report" in changed.stdout) == (3, True)
    assert check(folder, office.signer.public_key)[0] == 3


def test_a_redacted_pack_has_no_files_and_its_digest_stays(sqlite_store: Store, tmp_path: Path) -> None:
    office, key = reported(sqlite_store, tmp_path)
    as_legal(office, "redact", 8, ref="8", reason="a name")
    folder = office.export(key, 20)

    record = json.loads((folder / "record.json").read_text("utf-8"))
    assert list(folder.glob("pack-*")) == []
    assert [one["has_files"] for one in record["packs"]] == [False]
    assert record["packs"][0]["sha256"] in (folder / "index.html").read_text("utf-8")
    assert verified(folder).returncode == 0


def test_the_schema_in_the_reference_is_that_of_the_data_file_and_refuses_a_value_of_another_kind() -> None:
    [dora] = [regime for regime in known_regimes() if regime.id == "dora"]
    written = json.loads((DOCS / "dora-pack.schema.json").read_text("utf-8"))
    assert written == pack_schema(dora)

    lei = {
        "stage": "initial",
        "label": "LEI",
        "value": "5299",
        "origin": "typed",
        "entries": [4],
        "by": "x",
        "basis": None,
    }
    fields = written["allOf"][0]["then"]["properties"]["fields"]["properties"]
    with pytest.raises(jsonschema.ValidationError, match="5299"):
        jsonschema.validate(lei, {**fields["1.3"], "$defs": written["$defs"]})


@pytest.mark.parametrize(("at", "shown"), [(6, "not needed: submitted in time"), (74 * 60, "missing")])
def test_the_reasons_for_lateness_are_missing_only_in_a_late_report(
    sqlite_store: Store, tmp_path: Path, at: float, shown: str
):
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED.replace("regimes: []", "regimes: [gdpr33]"), 0)
    key = office.do("declare", 1, title="Customer table copied", service="checkout", impact=1, urgency=1).key
    office.do("determine", 2, NUMBER, what="aware_personal_data_breach", reason="names are in the export")
    report = {"regime": "gdpr33", "obligation": "authority"}
    office.do("pack", 3, NUMBER, act="freeze", **report)
    as_legal(office, "pack", 4, act="approve", pack="PK1")
    as_legal(office, "submitted", at, **report, ref="DPA-1", pack="PK1")

    page = (office.export(key, at + 1) / "pack-PK1.html").read_text("utf-8")
    reasons = page.partition('<td class="id">33.1</td>')[2].partition("</tr>")[0]
    assert f'<td class="value">{shown}</td>' in reasons
