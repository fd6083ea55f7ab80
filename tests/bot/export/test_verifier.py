"""The program that travels in an export finds every change to it, with nothing but Python and no network."""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import subprocess
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
from tests.support.export_office import CLERK, SHIPPED, Office, lines, refit, verified, write

Harm = Callable[[Path], None]


@pytest.fixture
def office(sqlite_store: Store, tmp_path: Path) -> Office:
    """A record on which the shipped policy is in force."""
    opened = Office(sqlite_store, tmp_path)
    opened.in_force(SHIPPED, 0)
    return opened


@pytest.fixture
def folder(office: Office, sqlite_store: Store) -> Path:
    """An export of an incident with messages."""
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
    assert done.stdout.startswith("verified: INC-")


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

        done = verified(folder)
        assert (done.returncode, f"entry {n} was changed" in done.stdout) == (3, True), done.stdout


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
def test_a_cut_tail_is_found_by_the_checkpoint_though_the_key_signs_it(office: Office, folder: Path, cut: int) -> None:
    write(folder, lines(folder)[:-cut], office.signer)

    done = verified(folder)
    assert (done.returncode, done.stdout) == (3, "tampered: the checkpoint does not cover the last entry\n")


def test_a_missing_or_moved_entry_is_found(folder: Path) -> None:
    original = lines(folder)

    write(folder, [*original[:2], *original[3:]])
    assert "entry 3 does not continue the chain before it" in verified(folder).stdout

    write(folder, [*original[:2], original[3], original[2], *original[4:]])
    assert "entry 3 does not continue the chain before it" in verified(folder).stdout


def test_a_chain_recomputed_from_end_to_end_is_found_by_the_checkpoint(office: Office, folder: Path) -> None:
    prev, forged = "0" * 64, []
    for line in lines(folder):
        header = {**json.loads(line["text"]), "prev": prev, "by": "slack:T1:UOTHER"}
        text = verify.canonical(header)
        prev = hashlib.sha256(text.encode()).hexdigest()
        forged.append({**line, "text": text, "hash": prev})
    write(folder, forged, office.signer)

    done = verified(folder)
    assert (done.returncode, done.stdout) == (3, "tampered: the checkpoint does not cover the last entry\n")


def test_every_changed_missing_and_added_file_is_named(folder: Path) -> None:
    for name in ("index.html", "README.txt"):
        (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    (folder / "record.json").unlink()
    (folder / "other.txt").write_text("not ours")

    output = verified(folder).stdout

    for problem in (
        "index.html is not the file that was exported",
        "README.txt is not the file that was exported",
        "record.json is missing",
        "'other.txt' is not part of this export",
    ):
        assert problem in output


def test_a_file_that_the_manifest_was_made_to_fit_is_found_by_the_signature(folder: Path) -> None:
    page = (folder / "index.html").read_text("utf-8")
    (folder / "index.html").write_text(page.replace("Payments", "Nothing"), encoding="utf-8")
    refit(folder)

    done = verified(folder)

    assert (done.returncode, done.stdout) == (3, "tampered: the signature of MANIFEST.json is not valid\n")


def test_only_the_key_that_a_reader_knows_verifies_an_export(office: Office, folder: Path) -> None:
    own = office.signer.public_key
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()

    given = [verified(folder, "--key", key) for key in (own, own.upper(), other)]
    none = verified(folder, str(folder))

    assert [one.returncode for one in (*given, none)] == [0, 0, 5, 6]
    assert given[2].stdout.startswith("wrong key: INC-")
    assert none.stdout.startswith("intact: INC-")
    assert f"signed with {own}. Compare this key with the one you received" in none.stdout
    assert [("verified" in one.stdout) for one in (given[2], none)] == [False, False]


def test_an_export_without_its_signature_is_not_signed_whatever_key_is_given(office: Office, folder: Path) -> None:
    command = [sys.executable, "-I", str(folder / "verify.py")]
    (folder / "SIGNATURE.json").unlink()

    for arguments in ([], ["--key", office.signer.public_key]):
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, env={})
        assert (done.returncode, done.stdout[:11], done.stderr) == (7, "not signed:", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--key"],
        ["--key", "00"],
        ["--key", ""],
        ["--key={}"],
        ["--kye", "{}"],
        ["-k", "{}"],
        ["--key", "{} "],
        ["--key", "{}", "--key", "{}"],
        ["--key", "{}", ".", "."],
        [".", "--key", "{}"],
        ["--quiet"],
        ["--help"],
        ["--key", "{}", "no such folder"],
    ],
)
def test_other_arguments_check_nothing_and_say_so(
    arguments: list[str], office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    status = verify.main([word.format(office.signer.public_key) for word in arguments])

    assert (status, capsys.readouterr().out[:12]) == (2, "not checked:")


def test_the_html_page_shows_text_of_people_as_text(folder: Path) -> None:
    page = (folder / "index.html").read_text("utf-8")

    assert "Payments fail &lt;b&gt;now&lt;/b&gt;" in page
    assert "<b>now" not in page
    assert "default-src 'none'" in page
    assert page.count("<script") == 1


def test_the_verifier_agrees_with_a_library_on_signatures() -> None:
    for n in range(12):
        key, message = Ed25519PrivateKey.generate(), b"m" * n
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)

        assert verify.is_signed(public.hex(), signature.hex(), message)
        assert not verify.is_signed(public.hex(), signature.hex(), message + b"x")
        assert not verify.is_signed(public.hex(), (signature[:-1] + bytes([signature[-1] ^ 1])).hex(), message)
        assert not verify.is_signed(public[::-1].hex(), signature.hex(), message)


def test_the_verifier_takes_no_second_form_of_a_signature() -> None:
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key().public_bytes_raw().hex(), key.sign(b"m")
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little") + order

    assert not verify.is_signed(public, (signature[:32] + scalar.to_bytes(32, "little")).hex(), b"m")
    for other in (signature.hex().upper(), f"{signature.hex()}00", f" {signature.hex()}"):
        with pytest.raises(ValueError, match="non-hexadecimal"):
            verify.is_signed(public, other, b"m")


def test_the_verifier_is_short_and_needs_only_an_old_python_and_its_standard_library() -> None:
    source = Path(verify.__file__).read_text("utf-8")

    tree = ast.parse(source, feature_version=(3, 8))
    documented = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node)
        for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }
    code = [
        line
        for n, line in enumerate(source.splitlines(), 1)
        if line.strip() and not line.startswith("#") and n not in documented
    ]
    assert len(code) < 215
    imported = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)


# One level after the other around the limit: where it is reached depends on how deep the calls are at that point.
DEEP = """
import contextlib, io, json, pathlib, sys
sys.path.insert(0, sys.argv[2])
import verify
folder = pathlib.Path(sys.argv[1])
manifest = json.loads((folder / "MANIFEST.json").read_text("utf-8"))
found = set()
sys.setrecursionlimit(200)
for field in ("exported_at", "checkpoint", "files"):
    for depth in range(140, 200):
        nested = "[" * depth + "]" * depth
        text = verify.canonical({**manifest, field: "HERE"}).replace('"HERE"', nested)
        (folder / "MANIFEST.json").write_text(text, "utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            found.add(verify.main([str(folder)]))
print(sorted(found))
"""


def test_a_value_nested_to_any_depth_has_a_result(folder: Path) -> None:
    (folder / "SIGNATURE.json").unlink()
    command = [sys.executable, "-c", DEEP, str(folder), str(Path(verify.__file__).parent)]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert done.stderr == ""
    assert done.stdout in ("[3]\n", "[3, 7]\n")


def test_an_export_larger_than_memory_is_not_checked(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def read(path: Path) -> bytes:
        raise MemoryError

    monkeypatch.setattr(verify, "contents", read)

    assert verify.main([str(folder)]) == 2
    assert capsys.readouterr().out.startswith("not checked: ")
