"""The program that travels in an export finds every change to it, with nothing but Python and no network."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.export import verify
from commands.core.capture import Capture, capture
from commands.core.run import note_outcome
from incident.entries.conversation import MessagePosted
from incident.entries.delivery import ChannelMade
from incident.entry import EntryPoint, Source
from storage.store import Store
from tests.support.clock import T
from tests.support.export_office import CLERK, SHIPPED, Office, lines, verified, write

Harm = Callable[[Path], None]


@pytest.fixture
def folder(sqlite_store: Store, tmp_path: Path) -> Path:
    """An export of an incident with messages, one of them redacted."""
    office = Office(sqlite_store, tmp_path)
    office.in_force(SHIPPED, 0)
    declared = office.do(
        "declare", 0, title="Payments fail &lt;b&gt;now&lt;/b&gt;", service="checkout", impact=1, urgency=1
    )
    made = ChannelMade(channel="C1", name="inc-1")
    note_outcome(declared.key, [made], job="made", recorder=sqlite_store.recorder, policy=office.policy, at=T(0))
    for n in range(3):
        fact = MessagePosted(channel="C1", ts=f"170000000{n}.000100", author=CLERK, text=f"the key is s3cret-{n}")
        captured = Capture(team="T1", fact=fact, by=CLERK, occurred_at=T(n), source=Source(surface=EntryPoint.EVENT))
        capture(captured, recorder=sqlite_store.recorder, policy=office.policy, at=T(n))
    office.do("note", 4, declared.number, text="rolled back")
    return office.export(declared.key, 9)


def test_an_export_verifies_alone(folder: Path) -> None:
    done = verified(folder)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "verified: INC-" in done.stdout


def test_an_export_moved_elsewhere_still_verifies(folder: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(folder, tmp_path / "far away")

    assert verified(moved).returncode == 0


def test_changing_any_byte_of_any_entry_is_found(folder: Path) -> None:
    original = lines(folder)
    for n, line in enumerate(original, 1):
        text = line["text"]
        at = len(text) // 2
        changed = text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
        write(folder, [*original[: n - 1], {**line, "text": changed}, *original[n:]])

        assert verified(folder).returncode == 1, f"entry {n}"


def test_a_changed_text_is_reported_with_its_entry(folder: Path) -> None:
    original = lines(folder)
    for n, line in enumerate(original, 1):
        if line["words"] is None:
            continue
        words = {"salt": line["words"]["salt"], "words": dict.fromkeys(line["words"]["words"], "harmless")}
        write(folder, [*original[: n - 1], {**line, "words": words}, *original[n:]])

        assert f"the words of entry {n} were changed" in verified(folder).stdout


def test_text_missing_without_a_redaction_is_found(folder: Path) -> None:
    original = lines(folder)
    n = next(n for n, line in enumerate(original, 1) if line["words"])
    write(folder, [*original[: n - 1], {**original[n - 1], "words": None}, *original[n:]])

    assert f"the words of entry {n} are gone" in verified(folder).stdout


@pytest.mark.parametrize("cut", [1, 2, 5])
def test_a_cut_tail_is_found_by_the_checkpoint(folder: Path, cut: int) -> None:
    write(folder, lines(folder)[:-cut])

    assert "the checkpoint does not cover the last entry" in verified(folder).stdout


def test_a_missing_or_moved_entry_is_found(folder: Path) -> None:
    original = lines(folder)

    write(folder, [*original[:2], *original[3:]])
    assert verified(folder).returncode == 1

    write(folder, [*original[:2], original[3], original[2], *original[4:]])
    assert verified(folder).returncode == 1


def test_a_chain_recomputed_from_end_to_end_is_found_by_the_checkpoint(folder: Path) -> None:
    prev, forged = "0" * 64, []
    for line in lines(folder):
        header = {**json.loads(line["text"]), "prev": prev, "by": "slack:T1:UOTHER"}
        text = verify.canonical(header)
        prev = hashlib.sha256(text.encode()).hexdigest()
        forged.append({**line, "text": text, "hash": prev})
    write(folder, forged)

    done = verified(folder)
    assert "the checkpoint does not cover the last entry" in done.stdout
    assert "was changed" not in done.stdout


@pytest.mark.parametrize("name", ["index.html", "record.json", "checkpoint.json", "verify.py", "README.txt"])
def test_a_changed_file_is_named(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes() + b"\n")

    assert f"{name} is not the file that was exported" in verified(folder).stdout


def test_a_missing_or_added_file_is_named(folder: Path) -> None:
    (folder / "record.json").unlink()
    (folder / "other.txt").write_text("not ours")

    output = verified(folder).stdout
    assert "record.json is missing" in output
    assert "other.txt is not part of this export" in output


def test_a_signature_by_another_key_is_reported(folder: Path) -> None:
    own = json.loads((folder / "checkpoint.json").read_text("utf-8"))["public_key"]
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()

    assert verified(folder, "--key", own).returncode == 0
    assert "signed with another key" in verified(folder, "--key", other).stdout


def test_the_html_page_shows_text_of_people_as_text(folder: Path) -> None:
    page = (folder / "index.html").read_text("utf-8")

    assert "Payments fail &lt;b&gt;now&lt;/b&gt;" in page
    assert "<b>now" not in page
    assert "default-src 'none'" in page
    assert "<script" not in page


def test_the_verifier_agrees_with_a_library_on_signatures() -> None:
    for n in range(12):
        key, message = Ed25519PrivateKey.generate(), b"m" * n
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)

        assert verify.signed_by(public, signature, message)
        assert not verify.signed_by(public, signature, message + b"x")
        assert not verify.signed_by(public, signature[:-1] + bytes([signature[-1] ^ 1]), message)
        assert not verify.signed_by(public[::-1], signature, message)


def test_the_verifier_is_short_and_imports_only_the_standard_library() -> None:
    source = Path(verify.__file__).read_text("utf-8")

    assert len(source.splitlines()) < 200
    imported = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)
