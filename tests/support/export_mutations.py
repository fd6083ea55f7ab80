"""Ways in which an export can be changed: every file, every field of every line, with and without a manifest made to fit.

A mutation is a name and what becomes of the folder. `forged` ones are made without the signing key, so each must be found;
`signed` ones are signed again with the key itself, so that the checks behind the signature are reached.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from incident.record.hash_chain import canonical
from storage.integrity.signing_keys import Signer
from tests.support.export_office import size_and_digest

Files = dict[str, bytes]
MANIFEST, SIGNATURE = "MANIFEST.json", "SIGNATURE.json"
WRONG = (None, True, 0, -1, 1.5, 10**17, "", "x", [], [[]], {}, {"x": 1})
"""Values of every type, of which at most one can be the right one."""


@dataclass(frozen=True)
class Mutation:
    """The files of a changed export, and what else is in its folder: links and folders."""

    name: str
    files: Files
    links: dict[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()


class ChangedExport:
    """A folder that holds one mutation after the other. Only what differs is written, so that thousands take seconds."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._held: Files = {}
        self._special: list[Path] = []

    def hold(self, mutation: Mutation) -> Path:
        """Make the folder hold this mutation, and nothing of the one before."""
        for path in self._special:
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        for name in self._held.keys() - mutation.files.keys():
            (self.folder / name).unlink()
        for name, data in mutation.files.items():
            if self._held.get(name) != data:
                (self.folder / name).write_bytes(data)
        for name in mutation.folders:
            (self.folder / name).mkdir()
        for name, target in mutation.links.items():
            (self.folder / name).symlink_to(target)
        self._held = dict(mutation.files)
        self._special = [self.folder / name for name in (*mutation.folders, *mutation.links)]
        return self.folder


def fitted(files: Files, signer: Signer | None = None, **changed: Any) -> Files:
    """Make the manifest fit the files; sign it with a key, or leave the old signature."""
    manifest = {**json.loads(files[MANIFEST]), **changed}
    manifest["files"] = {name: _entry(data) for name, data in files.items() if name not in (MANIFEST, SIGNATURE)}
    return signed({**files, MANIFEST: canonical(manifest).encode()}, signer)


_entry = cache(size_and_digest)


def signed(files: Files, signer: Signer | None) -> Files:
    """Sign the manifest as it is, without a look at it."""
    if signer is None:
        return files
    by = {"public_key": signer.public_key, "signature": signer.sign(files[MANIFEST].decode("utf-8"))}
    return {**files, SIGNATURE: canonical(by).encode()}


def mutations(base: Files, origin: Path, stranger: Signer) -> Iterator[Mutation]:
    """Every forged change: none was made with the key that signed the export."""
    for name in sorted(base):
        yield from _of_file(base, name, origin, stranger)
    yield from _added(base)
    for name in sorted(name for name in base if name.endswith(".json") and name != "record.json"):
        for how, data in _of_json(base[name]):
            yield Mutation(f"{name}: {how}", {**base, name: data})
            if name not in (MANIFEST, SIGNATURE):
                yield Mutation(f"{name}: {how}, fitted", fitted({**base, name: data}))
    for how, data in _of_lines(base["entries.jsonl"]):
        yield Mutation(f"entries: {how}", fitted({**base, "entries.jsonl": data}, **_ends(data)))
    for how, data in _rechained(base["entries.jsonl"]):
        yield Mutation(f"entries: {how}, rechained", fitted({**base, "entries.jsonl": data}, **_ends(data)))
    yield Mutation("no signature", {name: data for name, data in base.items() if name != SIGNATURE})
    yield Mutation("signed by a stranger", signed(base, stranger))


def misuses(base: Files, signer: Signer) -> Iterator[Mutation]:
    """What only the holder of the key can make: files that do not have their format, under a valid signature."""
    for name in sorted(name for name in base if name.endswith(".json") and name not in ("record.json", "people.json")):
        for how, data in _of_json(base[name]):
            changed = {**base, name: data}
            if name == MANIFEST:
                yield Mutation(f"{name}: {how}", signed(changed, signer))
            elif name != SIGNATURE:
                yield Mutation(f"{name}: {how}", fitted(changed, signer))
    for how, data in (*_of_lines(base["entries.jsonl"]), *_rechained(base["entries.jsonl"])):
        yield Mutation(f"entries: {how}", fitted({**base, "entries.jsonl": data}, signer, **_ends(data)))
    for name in sorted(base.keys() - {MANIFEST, SIGNATURE}):
        yield Mutation(f"{name} is left out", fitted({own: data for own, data in base.items() if own != name}, signer))
    for extra in ("other.txt", "__pycache__", "MANIFEST.json.bak", ".DS_Store"):
        yield Mutation(f"{extra} is listed", fitted({**base, extra: b"x"}, signer))


def _of_file(base: Files, name: str, origin: Path, stranger: Signer) -> Iterator[Mutation]:
    others = sorted(base.keys() - {MANIFEST, SIGNATURE, name})
    without = {own: data for own, data in base.items() if own != name}
    yield Mutation(f"{name} is missing", without)
    yield Mutation(f"{name} is a link to itself elsewhere", without, links={name: str(origin / name)})
    yield Mutation(f"{name} is a folder", without, folders=(name,))
    for how, data in _of_bytes(base[name]):
        changed = {**base, name: data}
        yield Mutation(f"{name} {how}", changed)
        if name not in (MANIFEST, SIGNATURE):
            yield Mutation(f"{name} {how}, fitted", fitted(changed))
    if name not in (MANIFEST, SIGNATURE):
        swapped = {**base, name: base[others[0]], others[0]: base[name]}
        yield Mutation(f"{name} and {others[0]} change places", swapped)
        yield Mutation(f"{name} and {others[0]} change places, fitted", fitted(swapped))
        yield Mutation(f"{name} is missing, fitted", fitted(without))
        yield Mutation(f"{name} is longer, signed by a stranger", fitted({**base, name: base[name] + b"\n"}, stranger))


def _of_bytes(data: bytes) -> Iterator[tuple[str, bytes]]:
    for at in (0, len(data) // 2, len(data) - 1):
        yield f"with byte {at} changed", data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    yield "cut", data[:-1]
    yield "empty", b""
    yield "with a line feed more", data + b"\n"
    yield "with a mark before", b"\xef\xbb\xbf" + data
    yield "that is no text", b"\xff" + data
    yield "twice", data + data


def _added(base: Files) -> Iterator[Mutation]:
    for name in (
        "other.txt",
        ".hidden",
        ".ds_store",
        "._index.html",
        "x__pycache__.txt",
        "Index.html",
        "index.html ",
        "checkpoint.txt",
    ):
        if name not in base:
            yield Mutation(f"{name!r} is added", {**base, name: b"x"})
            yield Mutation(f"{name!r} is added, fitted", fitted({**base, name: b"x"}))
    yield Mutation("a folder is added", base, folders=("__pycache__",))
    yield Mutation("a folder named as a file of systems is added", base, folders=(".DS_Store",))
    yield Mutation("a link named as a file of systems is added", base, links={"desktop.ini": "index.html"})
    yield Mutation("a link is added", base, links={"more.html": "index.html"})
    yield Mutation("a dead link is added", base, links={"more.html": "nowhere"})


def _of_json(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The same value in another form, and every field with another value, removed, and added."""
    text, value = data.decode("utf-8"), json.loads(data)
    first = text.find('"', 1)
    yield "indented", json.dumps(value, indent=1).encode()
    yield "with a space", text.replace(":", ": ", 1).encode()
    yield "with an escape", text.replace("a", "\\u0061", 1).encode()
    yield "with a name twice", (text[:first] + '"x":1,"x":1,' + text[first:]).encode()
    yield "with a trailing space", data + b" "
    yield "too deep", b"[" * 100_000
    for other in (b"null", b"[]", b"{}", b"NaN", b"1e3", b'"x"', b"[NaN]", b'{"a":1,"a":1}', b"1" * 5000):
        yield f"only {other[:9]!r}", other
    for count, place in enumerate(_places(value)):
        for wrong in WRONG if len(place) == 1 else (WRONG[count % len(WRONG)], _near(_at(value, place))):
            if _dumped(wrong) != _dumped(_at(value, place)):
                yield f"{'.'.join(map(str, place))} is {str(wrong)[:20]!r}", _dumped(_changed(value, place, wrong))
        yield f"{'.'.join(map(str, place))} is removed", _dumped(_changed(value, place))


def _of_lines(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Other lines: cut, doubled, in another order, with another form or another field, and the hashes left as they were."""
    lines = data.decode("utf-8").split("\n")[:-1]
    yield "without the last line feed", data[:-1]
    yield "with carriage returns", data.replace(b"\n", b"\r\n")
    yield "with an empty line", data + b"\n"
    for n, line in enumerate(lines):
        at = f"line {n + 1}"
        yield f"{at} is missing", _joined([*lines[:n], *lines[n + 1 :]])
        yield f"{at} is doubled", _joined([*lines[:n], line, *lines[n:]])
        yield f"{at} ends the file", _joined(lines[: n + 1]) if n + 1 < len(lines) else _joined(lines[:n])
        if n:
            yield f"{at} changes places", _joined([*lines[: n - 1], line, lines[n - 1], *lines[n + 1 :]])
        outer = json.loads(line)
        for how, changed in _of_json(line.encode()) if n in (0, 4) else _near_ones(outer):
            yield f"{at}: {how}", _joined([*lines[:n], changed.decode("utf-8", "replace"), *lines[n + 1 :]])
        for how, text in _near_ones(json.loads(outer["text"])):
            changed = canonical({**outer, "text": text.decode("utf-8")})
            yield f"{at}, text: {how}", _joined([*lines[:n], changed, *lines[n + 1 :]])


def _rechained(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every field of every entry changed, and this and every later hash made to fit."""
    lines = [json.loads(line) for line in data.decode("utf-8").split("\n")[:-1]]
    for n, line in enumerate(lines):
        for how, text in _near_ones(json.loads(line["text"])):
            chain, head = [], lines[n - 1]["hash"] if n else "0" * 64
            for later, own in enumerate(lines[n:], n):
                header = json.loads(text if later == n else own["text"])
                if later > n and isinstance(header, dict):
                    header["prev"] = head
                new = _dumped(header).decode("utf-8")
                head = hashlib.sha256(new.encode("utf-8")).hexdigest()
                chain.append({**own, "text": new, "hash": head})
            yield (
                f"line {n + 1}, text: {how}",
                _joined([*(canonical(one) for one in lines[:n]), *map(canonical, chain)]),
            )


def _near_ones(value: Any) -> Iterator[tuple[str, bytes]]:
    """Every field with one other value, of its type or of any, and some without it."""
    for count, place in enumerate(_places(value)):
        name, old = ".".join(map(str, place)), _at(value, place)
        wrong = _near(old) if count % 2 else WRONG[count % len(WRONG)]
        if _dumped(wrong) != _dumped(old):
            yield f"{name} is {str(wrong)[:20]!r}", _dumped(_changed(value, place, wrong))
        if count % 5 == 0:
            yield f"{name} is removed", _dumped(_changed(value, place))


def _ends(data: bytes) -> dict[str, Any]:
    """What a manifest would say of these lines."""
    lines = data.split(b"\n")[:-1]
    try:
        return {"entries": len(lines), "head": json.loads(lines[-1])["hash"]}
    except (LookupError, TypeError, ValueError):
        return {}


def _places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of every member and every element, as the names and indices that lead to it."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for name, inner in members for place in ((*above, name), *_places(inner, (*above, name)))]


def _at(value: Any, place: tuple[Any, ...]) -> Any:
    for name in place:
        value = value[name]
    return value


def _changed(value: Any, place: tuple[Any, ...], *other: Any) -> Any:
    """Return the value with another one in a place, or without that place."""
    copied = json.loads(json.dumps(value))
    around = _at(copied, place[:-1])
    if other:
        around[place[-1]] = other[0]
    else:
        del around[place[-1]]
    return copied


def _near(value: Any) -> Any:
    """Return another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1:] != "0" else "1")
    return {**value, "zz": 1} if isinstance(value, dict) else [*value, *value, 7] if isinstance(value, list) else "x"


def _dumped(value: Any) -> bytes:
    """Write a value as the canonical form would be, also one that has none."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def _joined(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8")
