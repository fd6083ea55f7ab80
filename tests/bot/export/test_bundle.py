"""An export is made of checked entries alone, recorded when it is complete, and leaves nothing behind when it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.export.bundle import Export, Seal, write_bundle
from bot.export.checked_chain import NotExportable
from commands.core.capture import Capture, capture
from commands.core.run import note_outcome
from incident.entries.conversation import MessagePosted, Redacted
from incident.entries.delivery import ChannelMade
from incident.entry import EntryPoint, IncidentKey, Source
from incident.ports import Person
from storage.integrity.checkpoints import Proof
from storage.store import Store
from storage.triggers import record_triggers
from tests.support.clock import T
from tests.support.export_office import CLERK, SHIPPED, Office, lines, verified

TS = "1700000000.000100"
SECRET = "the key is hunter2"


class RecordOffice(Office):
    """An office with one incident, in whose channel a secret was posted."""

    def __init__(self, store: Store, folder: Path) -> None:
        super().__init__(store, folder)
        self.in_force(SHIPPED, 0)
        self.key: IncidentKey = self.do("declare", 0, title="Payments fail", service="checkout").key
        made = ChannelMade(channel="C1", name="inc-1")
        note_outcome(self.key, [made], job="made", recorder=store.recorder, policy=self.policy, at=T(0))
        fact = MessagePosted(channel="C1", ts=TS, author=CLERK, text=SECRET)
        posted = Capture(team="T1", fact=fact, by=CLERK, occurred_at=T(1), source=Source(surface=EntryPoint.EVENT))
        capture(posted, recorder=store.recorder, policy=self.policy, at=T(1))

    def tampered(self, statement: str) -> None:
        """Write in the database as its owner can, without triggers."""
        self.store.transactions.write(record_triggers.drop)
        self.store.transactions.write(lambda connection: connection.execute(text(statement)))

    def exports(self) -> int:
        """The number of exports that the record knows of."""
        return self.store.queries.entry_counts(self.key).get("exported", 0)

    def write(self, stamp: Callable[[Proof], None] | None = None, *, signed: bool = True) -> Export:
        return write_bundle(
            self.store,
            self.key,
            out=self.folder / "out",
            exported_by=CLERK,
            at=T(9),
            seal=Seal(self.signer if signed else None, stamp),
            policy=self.policy,
        )

    def left(self) -> list[str]:
        """The names in the folder of exports."""
        return sorted(path.name for path in (self.folder / "out").iterdir())


@pytest.fixture
def office(sqlite_store: Store, tmp_path: Path) -> RecordOffice:
    return RecordOffice(sqlite_store, tmp_path)


def test_an_export_is_recorded_with_the_last_entry_that_it_has(office: RecordOffice) -> None:
    export = office.write()

    last = office.store.queries.rows(office.key)[-1]
    facts = json.loads(last.text)["facts"]
    assert facts == {"who": CLERK, "upto": export.entries, "head": export.head}
    assert last.n == export.entries + 1


def test_an_export_without_the_key_leaves_a_signed_record_as_it_is(office: RecordOffice) -> None:
    """A checkpoint without a signature among signed ones would have the whole record fail against its key."""
    office.write()

    with pytest.raises(NotExportable, match="the record is signed, and its key is missing: set MUSTER_KEY_FILE"):
        office.write(signed=False)

    assert office.store.checkpoints.unsigned() == 0
    assert office.exports() == 1


def test_only_the_person_who_made_an_export_can_read_its_folder(office: RecordOffice) -> None:
    assert office.write().folder.stat().st_mode & 0o777 == 0o700


def test_a_second_export_replaces_the_first_and_has_the_entry_of_it(office: RecordOffice) -> None:
    first = office.write()
    (first.folder / "notes of the auditor.txt").write_text("mine")

    second = office.write()

    assert second.folder == first.folder
    assert json.loads(lines(second.folder)[-1]["text"])["kind"] == "exported"
    assert verified(second.folder).returncode == 0
    assert office.left() == [second.number]


def test_an_export_that_cannot_be_put_in_its_place_is_not_recorded_and_leaves_nothing(office: RecordOffice) -> None:
    place = office.folder / "out" / "INC-2026-0001"
    place.parent.mkdir()
    place.write_text("another file")

    for _ in range(3):
        with pytest.raises(FileExistsError):
            office.write()

    assert office.exports() == 0
    assert office.left() == [place.name]
    assert place.read_text() == "another file"


def test_an_export_that_fails_on_the_way_is_not_recorded_and_leaves_the_one_before(office: RecordOffice) -> None:
    before = office.write()
    page = (before.folder / "index.html").read_bytes()

    def unplugged(_: Proof) -> None:
        raise OSError("the disk is full")

    for _ in range(3):
        with pytest.raises(OSError, match="full"):
            office.write(unplugged)

    assert office.exports() == 1
    assert office.left() == [before.number]
    assert (before.folder / "index.html").read_bytes() == page


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET text = replace(text, 'checkout', 'checkoux') WHERE n = 1 AND kind = 'declared'",
        "UPDATE entry SET text = 'nonsense' WHERE n = 2 AND incident <> 'workspace'",
        "UPDATE entry SET text = x'ff00' WHERE kind = 'message_posted'",
        "UPDATE entry SET text = (SELECT text FROM entry one WHERE one.n = 1 AND one.incident = entry.incident), "
        "hash = (SELECT hash FROM entry one WHERE one.n = 1 AND one.incident = entry.incident) WHERE n = 2",
        "UPDATE body SET words = replace(words, 'hunter2', 'hunter3')",
        "UPDATE body SET words = '[' WHERE words LIKE '%hunter2%'",
        "UPDATE body SET salt = 7",
    ],
)
def test_a_record_that_was_changed_is_not_signed_and_no_export_is_recorded(
    statement: str, office: RecordOffice
) -> None:
    office.tampered(statement)

    with pytest.raises(NotExportable, match=r"is not what was recorded; run `muster verify`"):
        office.write()

    assert office.exports() == 0
    assert not (office.folder / "out").exists()


def test_a_checkpoint_of_another_end_of_the_chain_is_not_signed(office: RecordOffice) -> None:
    office.store.checkpoints.take(T(2), office.signer, team="T1")
    office.tampered("UPDATE checkpoint_leaf SET n = n - 1 WHERE incident <> 'workspace'")

    with pytest.raises(NotExportable, match="saw another end"):
        office.write()


def test_page_and_record_come_from_the_entries_and_not_from_what_is_derived_of_them(office: RecordOffice) -> None:
    office.tampered("UPDATE incident SET folded = replace(folded, 'Payments fail', 'Nothing at all')")

    folder = office.write().folder

    assert "Payments fail" in (folder / "index.html").read_text("utf-8")
    assert "Nothing at all" not in "".join(path.read_text("utf-8") for path in folder.iterdir())


def test_a_policy_text_that_is_not_the_recorded_one_is_left_out(office: RecordOffice) -> None:
    office.tampered("UPDATE policy_text SET text = replace(text, 'min_chars: 25', 'min_chars: 1')")

    export = office.write()

    assert not export.has_policy
    assert not (export.folder / "policy.yaml").exists()
    assert verified(export.folder).returncode == 0


def test_the_names_on_the_page_are_in_the_export_with_their_ids(office: RecordOffice) -> None:
    office.store.directory.put([Person(id=CLERK, name="Cl\u00e9o <Clerk>")], datetime(2026, 1, 1, tzinfo=UTC))

    folder = office.write().folder

    people = [{"id": "muster", "name": "Muster"}, {"id": CLERK, "name": "Cl\u00e9o <Clerk>"}]
    assert json.loads((folder / "people.json").read_bytes()) == people
    assert "Cl\u00e9o &lt;Clerk&gt;" in (folder / "index.html").read_text("utf-8")
    assert verified(folder).returncode == 0


def test_a_text_redacted_during_an_export_is_not_in_it(office: RecordOffice) -> None:
    [n] = [row.n for row in office.store.queries.rows(office.key) if row.kind == "message_posted"]
    redacted = Redacted(channel="C1", ts=TS, entries=(n,), reason="a password")

    def redact(_: Proof) -> None:
        if office.exports() == 0:
            jobs = {"job": "redact", "recorder": office.store.recorder, "policy": office.policy}
            note_outcome(office.key, [redacted], at=T(9), **jobs)

    folder = office.write(redact).folder

    assert "hunter2" not in "".join(path.read_text("utf-8") for path in folder.iterdir())
    assert verified(folder).returncode == 0
