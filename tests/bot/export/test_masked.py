"""Masked text is in no file of an export, and the export still verifies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands.core.capture import Capture, capture
from incident.entries.conversation import Masked, MaskLifted, MessageEdited, MessagePosted, Redacted
from incident.entries.delivery import ChannelMade
from incident.entry import EntryPoint, Fact, IncidentKey, Source
from storage.store import Store
from tests.support.clock import T
from tests.support.export_office import CLERK, SHIPPED, Office, lines, verified, write

TS = "1700000000.000100"
SECRET = "hunter2 opens it"
MASK = Masked(channel="C1", ts=TS, entries=(1, 6), reason="a password")


class Masking(Office):
    """An office with one incident whose title is a secret that was also posted in its channel."""

    def begin(self) -> IncidentKey:
        self.in_force(SHIPPED, 0)
        declared = self.do("declare", 0, title=SECRET, service="checkout", impact=2, urgency=2)
        self.key: IncidentKey = declared.key
        self.note(self.key, ChannelMade(channel="C1", name="inc-1"))
        self.hear(MessagePosted(channel="C1", ts=TS, author=CLERK, text=SECRET))
        return self.key

    def hear(self, fact: MessagePosted | MessageEdited) -> None:
        said = Capture(team="T1", fact=fact, by=CLERK, occurred_at=T(1), source=Source(surface=EntryPoint.EVENT))
        capture(said, recorder=self.store.recorder, policy=self.policy, at=T(1))


@pytest.fixture
def office(sqlite_store: Store, tmp_path: Path) -> Masking:
    """An office with the secret masked, and written again by a later edit."""
    opened = Masking(sqlite_store, tmp_path)
    opened.begin()
    numbers = tuple(e.n for e in sqlite_store.recorder.read(lambda r: r.entries(opened.key)) if is_secret(e.fact))
    opened.note(opened.key, MASK.model_copy(update={"entries": numbers}))
    edit = MessageEdited(channel="C1", ts=TS, edited_ts="1700000009.0", author=CLERK, text="hunter3", previous=SECRET)
    opened.hear(edit)
    return opened


def is_secret(fact: Fact) -> bool:
    return SECRET in fact.model_dump_json()


def everything(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.suffix in {".json", ".jsonl", ".html"})


def test_no_file_of_an_export_contains_a_masked_text_and_the_export_verifies(office: Masking) -> None:
    folder = office.export(office.key, 9)

    assert "hunter" not in everything(folder)
    assert "[masked]" in (folder / "index.html").read_text("utf-8")
    assert json.loads((folder / "record.json").read_text("utf-8"))["timeline"][0]["text"].startswith("[masked]")
    checked = verified(folder)
    assert checked.returncode == 0, checked.stdout


def test_an_export_contains_the_text_again_once_the_mask_is_lifted(office: Masking) -> None:
    office.note(office.key, MaskLifted(channel="C1", ts=TS, entries=(1,)))

    folder = office.export(office.key, 9)

    assert SECRET in (folder / "index.html").read_text("utf-8")
    assert verified(folder).returncode == 0


def test_a_text_removed_under_a_lifted_mask_is_found(office: Masking) -> None:
    office.note(office.key, MaskLifted(channel="C1", ts=TS, entries=(1,)))
    folder = office.export(office.key, 9)
    changed = lines(folder)
    [n] = [n for n, line in enumerate(changed) if json.loads(line["text"])["kind"] == "message_posted"]

    write(folder, [{**line, "words": None} if at == n else line for at, line in enumerate(changed)])

    assert f"the words of entry {n + 1} are gone, and no entry redacted or masks them" in verified(folder).stdout


def test_a_text_removed_under_the_mask_of_another_text_is_found(office: Masking) -> None:
    office.do("note", 4, "INC-2026-0001", text="rolled back")
    folder = office.export(office.key, 9)
    changed = lines(folder)
    [n] = [n for n, line in enumerate(changed) if json.loads(line["text"])["kind"] == "noted"]

    write(folder, [{**line, "words": None} if at == n else line for at, line in enumerate(changed)])

    assert f"the words of entry {n + 1} are gone" in verified(folder).stdout


def test_a_redaction_after_a_mask_verifies_as_a_redaction(office: Masking) -> None:
    entries = office.store.recorder.read(lambda reader: reader.unmasked().entries(office.key))
    named = tuple(entry.n for entry in entries if is_secret(entry.fact) or "hunter" in entry.fact.model_dump_json())
    office.note(office.key, Redacted(channel="C1", ts=TS, entries=named, reason="a password"))

    folder = office.export(office.key, 9)

    assert "hunter" not in everything(folder)
    assert "[masked]" not in (folder / "index.html").read_text("utf-8")
    assert verified(folder).returncode == 0
