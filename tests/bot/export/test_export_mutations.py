"""Every change to an export is found: each file, each field of each line, with a manifest made to fit or not.

The export is made once; each mutation is written into a folder and checked in this process, by the verifier of the export and
by a second one that was written from the documentation alone.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.export import verify
from bot.export.bundle import Seal, write_bundle
from commands.core.capture import Capture, capture
from commands.core.run import note_outcome
from incident.entries.conversation import Masked, MessageEdited, MessagePosted, Redacted
from incident.entries.delivery import ChannelMade
from incident.entry import EntryPoint, Fact, Source
from incident.ports import Person
from storage.integrity.checkpoints import Proof
from storage.integrity.rfc3161_timestamps import Timestamp
from storage.integrity.signing_keys import Signer, new_key
from storage.store import open_store
from tests.support import second_verifier
from tests.support.clock import T
from tests.support.export_mutations import ChangedExport, Files, Mutation, misuses, mutations
from tests.support.export_office import CLERK, SHIPPED, Office

VERIFIED, UNCHECKED, TAMPERED, WRONG_KEY, INTACT, UNSIGNED = 0, 2, 3, 5, 6, 7
# The holder of the key can say them as they like: trust.md says that nothing but the signature vouches for them.
# What an export may lack: there was no rotation, or the text of the policy was not known.
LEFT_OUT = {"keys.json is left out", "keys.json: 0 is removed", "keys.json: only b'[]'", "policy.yaml is left out"}
ONLY_SIGNED = ("MANIFEST.json: exported_at", "MANIFEST.json: exported_by")


class Case(NamedTuple):
    """An export with everything that one can hold, the key that signed it, and another one."""

    folder: Path
    files: Files
    signer: Signer
    stranger: Signer
    changed: ChangedExport


@pytest.fixture(scope="module")
def case(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Export an incident with texts whole, redacted and masked, under a rotated key, with a time stamp."""
    home = tmp_path_factory.mktemp("export")
    (home / "muster.db").write_bytes(sqlite_template.read_bytes())
    with open_store(f"sqlite:///{home / 'muster.db'}", team="T1") as store:
        office = Office(store, home)
        successor = new_key(home / "next.key")
        store.signing_keys.rotate(office.signer, successor, T(0))
        store.directory.put([Person(id=CLERK, name="Cleo Clerk")], T(0))
        office.in_force(SHIPPED, 0)
        key = office.do("declare", 0, title="Payments fail", service="checkout", impact=1, urgency=1).key

        def hear(fact: MessagePosted | MessageEdited) -> None:
            source = Source(surface=EntryPoint.EVENT)
            captured = Capture(team="T1", fact=fact, by=CLERK, occurred_at=T(1), source=source)
            capture(captured, recorder=store.recorder, policy=office.policy, at=T(1))

        def note(fact: Fact) -> None:
            job = f"job-{next(office.keys)}"
            note_outcome(key, [fact], job=job, recorder=store.recorder, policy=office.policy, at=T(1))

        def stamp(proof: Proof) -> None:
            token = base64.b64encode(b"a response").decode()
            store.timestamps.put(Timestamp(team="T1", seq=proof.seq, authority="x", stamped_at=T(9), token=token))

        note(ChannelMade(channel="C1", name="inc-1"))
        first = store.queries.rows(key)[-1].n
        for n in (1, 2, 3):
            hear(
                MessagePosted(
                    channel="C1", ts=f"170000000{n}.000100", author=CLERK, text=f"the s\u00e9cret is {n}\u2028!"
                )
            )
        note(Redacted(channel="C1", ts="1700000001.000100", entries=(first + 1,), reason="a password"))
        note(Masked(channel="C1", ts="1700000002.000100", entries=(first + 2,), reason="a password"))
        seal = Seal(successor, stamp)
        made = write_bundle(store, key, out=home, exported_by=CLERK, at=T(9), seal=seal, policy=office.policy)
    files = {path.name: path.read_bytes() for path in made.folder.iterdir()}
    return Case(made.folder, files, successor, new_key(home / "stranger.key"), ChangedExport(home / "changed"))


@pytest.fixture
def check(case: Case, monkeypatch: pytest.MonkeyPatch) -> Callable[[Mutation], int]:
    """Check a mutation with the key of the export, and that both verifiers agree. What was computed once is not again."""
    monkeypatch.setattr(verify, "is_signed", cache(verify.is_signed))
    monkeypatch.setattr(second_verifier, "parse", cache(second_verifier.parse))

    def status(mutation: Mutation) -> int:
        folder, key = case.changed.hold(mutation), case.signer.public_key
        found = verify.main(["--key", key, str(folder)])
        second, _ = second_verifier.check(folder, key)
        assert found == second, f"{mutation.name}: {found}, and by the second verifier {second}"
        return found

    return status


def test_the_export_that_is_changed_has_every_file_and_verifies(case: Case, check: Callable[[Mutation], int]) -> None:
    every = {*verify.ALWAYS, *verify.SOMETIMES, "MANIFEST.json", "SIGNATURE.json"}

    assert set(case.files) == every
    assert check(Mutation("unchanged", case.files)) == VERIFIED


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini"])
def test_a_file_that_an_operating_system_writes_is_named_and_decides_nothing(
    case: Case, check: Callable[[Mutation], int], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert check(Mutation(f"{name} is added", {**case.files, name: b"x"})) == VERIFIED
    assert f"not of the export, left unread: {name}\n" in capsys.readouterr().out

    without_manifest = {own: data for own, data in case.files.items() if own != "MANIFEST.json"}
    assert check(Mutation(f"{name} for the manifest", {**without_manifest, name: b"x"})) == TAMPERED


def test_every_change_without_the_key_is_found(
    case: Case, check: Callable[[Mutation], int], capsys: pytest.CaptureFixture[str]
) -> None:
    found = {one.name: check(one) for one in mutations(case.files, case.folder, case.stranger)}
    output = capsys.readouterr().out

    assert len(found) > 1_500
    assert [name for name, status in found.items() if status not in (UNCHECKED, TAMPERED, WRONG_KEY, UNSIGNED)] == []
    assert {name for name, status in found.items() if status == UNSIGNED} == {
        "no signature",
        "SIGNATURE.json is missing",
    }
    assert all(name.startswith("MANIFEST.json") for name, status in found.items() if status == UNCHECKED)
    assert "verified:" not in output


def test_files_that_are_not_of_their_format_are_refused_though_the_key_signed_them(
    case: Case, check: Callable[[Mutation], int]
) -> None:
    found = {one.name: check(one) for one in misuses(case.files, case.signer)}

    passed = {name for name, status in found.items() if status not in (UNCHECKED, TAMPERED)}
    assert len(found) > 500
    assert {name for name in passed if not name.startswith(ONLY_SIGNED)} == LEFT_OUT
