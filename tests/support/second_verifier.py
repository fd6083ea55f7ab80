"""A second verifier of exports, written from docs/explanation/trust.md alone. It shares no code with bot/export/verify.py."""

import json
import os
import re
import stat
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

UNREAD = {".DS_Store", "Thumbs.db", "desktop.ini"}
MANIFEST, SIGNATURE = "MANIFEST.json", "SIGNATURE.json"
ALWAYS = {"entries.jsonl", "proof.json", "people.json", "index.html", "record.json", "verify.py", "README.txt"}
SOMETIMES = {"keys.json", "checkpoint.txt", "checkpoint.tsr", "policy.yaml", "review.html", "review.md", "review.pdf"}
PACK_FILE = re.compile(r"pack-(PK[1-9][0-9]{0,5})\.(json|html|pdf|md)")
MANIFEST_FIELDS = "format team incident number policy entries head checkpoint exported_at exported_by files"
ENTRY_FIELDS = "alg by facts format incident team kind n occurred_at prev recorded_at source version words"
ANY_FORMAT = re.compile(rb'"format": ?"muster-export/([0-9]{1,3})"')
# One character that is not in JSON is a token too, which json.loads refuses.
TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|true|false|null|-[0-9]{1,14}|[0-9]{1,15}|.', re.DOTALL)
FIELD_PRIME, GROUP_ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493


class TamperedError(Exception):
    """A rule does not hold; the message names the place."""


def require(holds: bool, place: str) -> None:
    if not holds:
        raise TamperedError(place)


def read_loosely(text: str) -> Any:
    """The value of canonical JSON; for another text any value, or a ValueError or IndexError."""
    # Without recursion, because the specification has no limit on depth.
    unfinished: list[list[Any]] = [[]]
    for token in TOKEN.findall(text):
        if token in ("[", "{"):
            unfinished.append([])
        elif token in ("]", "}"):
            items: Any = unfinished.pop()
            if token == "}":
                if not all(isinstance(name, str) for name in items[::2]):
                    raise ValueError("a name that is not a string")
                items = dict(zip(items[::2], items[1::2], strict=False))
            unfinished[-1].append(items)
        elif token not in (",", ":"):
            unfinished[-1].append(json.loads(token))
    return unfinished[0][0]


def write(value: Any) -> str:
    """Write canonical JSON, from its end to its start, without recursion; a tuple holds text already written."""
    pieces, pending = list[str](), [value]
    while pending:
        item = pending.pop()
        if isinstance(item, tuple):
            pieces.append(item[0])
        elif isinstance(item, (dict, list)):
            opening, closing = "{}" if isinstance(item, dict) else "[]"
            pending.append((opening,))
            for index, member in enumerate(sorted(item) if isinstance(item, dict) else item):
                pending.append(("," * (index > 0),))
                pending += [member, (":",), item[member]] if isinstance(item, dict) else [member]
            pending.append((closing,))
        else:
            pieces.append(json.dumps(item, ensure_ascii=False))
    return "".join(reversed(pieces))


def parse(data: bytes | str, place: str) -> Any:
    """Parse, write again, compare."""
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        value = read_loosely(text)
    except (ValueError, IndexError):
        raise TamperedError(place) from None
    require(write(value) == text, place)
    return value


def object_with(fields: str, value: Any, place: str, **expected: Any) -> dict[str, Any]:
    """The value, which must be an object with exactly these fields, and with the expected values in some of them."""
    if not isinstance(value, dict) or set(value) != set(fields.split()):
        raise TamperedError(place)
    for name, right in expected.items():
        require(same(value[name], right), f"{place}: {name}")
    return value


def parse_object(fields: str, data: Any, place: str, **expected: Any) -> dict[str, Any]:
    require(isinstance(data, (bytes, str)), place)
    return object_with(fields, parse(data, place), place, **expected)


def same(one: Any, other: Any) -> bool:
    # Canonical texts are equal exactly if type and value are, at any depth; Python's == takes True for 1.
    return write(one) == write(other)


def is_hex(value: Any, digits: int) -> bool:
    return isinstance(value, str) and len(value) == digits and re.fullmatch("[0-9a-f]*", value) is not None


def check_signature(public_key: Any, signature: Any, message: bytes, place: str) -> None:
    require(is_hex(public_key, 64) and is_hex(signature, 128), place)
    key_bytes, signature_bytes = bytes.fromhex(public_key), bytes.fromhex(signature)
    # The library takes public keys that are not canonical; x is 0 for exactly the y 1 and -1.
    for point in (key_bytes, signature_bytes[:32]):
        sign, y = divmod(int.from_bytes(point, "little"), 2**255)
        require(y < FIELD_PRIME and not (sign and y in (1, FIELD_PRIME - 1)), place)
    require(int.from_bytes(signature_bytes[32:], "little") < GROUP_ORDER, place)
    try:
        Ed25519PublicKey.from_public_bytes(key_bytes).verify(signature_bytes, message)
    except (InvalidSignature, ValueError):
        raise TamperedError(place) from None


def check_manifest(contents: dict[str, bytes]) -> dict[str, Any]:
    names = set(contents) - {MANIFEST, SIGNATURE}
    files = {name: {"sha256": sha256(contents[name]).hexdigest(), "size": len(contents[name])} for name in names}
    others = {name for name in names if PACK_FILE.fullmatch(name) is None}
    require(ALWAYS <= others <= ALWAYS | SOMETIMES, "the files in the folder")
    return parse_object(MANIFEST_FIELDS, contents[MANIFEST], MANIFEST, format="muster-export/2", files=files)


def read_entry(line: bytes, n: int, previous: str, manifest: dict[str, Any]) -> tuple[dict[str, Any], bool, str]:
    """Check rules 1 to 4 on one line: its entry, whether its texts are gone, its hash."""
    place = f"entry {n}"
    outer = parse_object("hash text words", line, place)
    chain = {"team": manifest["team"], "incident": manifest["incident"], "n": n, "prev": previous}
    expected = {"alg": "sha256", "format": "muster-entry/1", **chain}
    entry = parse_object(ENTRY_FIELDS, outer["text"], place, **expected)
    require(isinstance(entry["facts"], dict), f"{place}: facts")
    require(outer["hash"] == sha256(outer["text"].encode("utf-8")).hexdigest(), f"{place}: hash")
    words = outer["words"]
    if words is not None:
        texts = object_with("salt words", words, f"{place}: words")["words"]
        require(isinstance(texts, dict) and all(isinstance(text, str) for text in texts.values()), f"{place}: words")
        require(entry["words"] == sha256(write(words).encode("utf-8")).hexdigest(), f"{place}: words")
    return entry, words is None and entry["words"] is not None, outer["hash"]


def message_of(facts: dict[str, Any]) -> str | None:
    channel = facts["channel"] if "channel" in facts else facts.get("from_channel")
    timestamp = facts["ts"] if "ts" in facts else facts.get("from_message")
    return None if channel is None or timestamp is None else write([channel, timestamp])


def check_gone(entries: list[dict[str, Any]], gone: list[int]) -> None:
    """Check rule 5. The subjects are pairs, so that no value of facts.entry passes for a message."""
    masks: dict[tuple[str, str | None], set[int]] = {}
    last_redaction: dict[int, int] = {}
    for n, entry in enumerate(entries, 1):
        if entry["kind"] not in ("masked", "mask_lifted", "redacted"):
            continue
        facts = entry["facts"]
        named = facts.get("entries")
        require(isinstance(named, list) and all(type(it) is int for it in named), f"entry {n}: facts.entries")
        message = message_of(facts)
        subject = ("message", message) if message is not None else ("entry", write(facts.get("entry")))
        if entry["kind"] == "masked":
            masks.setdefault(subject, set()).update(named)
        else:
            masks.pop(subject, None)
        if entry["kind"] == "redacted":
            last_redaction.update((number, n) for number in named)
    masked = set().union(*masks.values())
    for n in gone:
        of_message = ("message", message_of(entries[n - 1]["facts"]))
        require(last_redaction.get(n, 0) > n or n in masked or of_message in masks, f"entry {n}: its texts are gone")


def check_entries(contents: dict[str, bytes], manifest: dict[str, Any]) -> None:
    *lines, rest = contents["entries.jsonl"].split(b"\n")
    require(not rest and bool(lines), "entries.jsonl")
    entries, gone, previous = [], [], "0" * 64
    for n, line in enumerate(lines, 1):
        entry, is_gone, previous = read_entry(line, n, previous, manifest)
        entries.append(entry)
        gone += [n] * is_gone
    require(same([manifest["entries"], manifest["head"]], [len(lines), previous]), "entries or head of the manifest")
    check_gone(entries, gone)
    facts = entries[0]["facts"]
    require(entries[0]["kind"] == "declared" and {"number", "policy_hash"} <= set(facts), "entry 1: the declaration")
    declared = [facts["number"], facts["policy_hash"]]
    require(same(declared, [manifest["number"], manifest["policy"]]), "number or policy of the manifest")
    policy = contents.get("policy.yaml")
    require(policy is None or manifest["policy"] == sha256(policy).hexdigest(), "policy.yaml")
    check_packs(contents, entries)


def check_packs(contents: dict[str, bytes], entries: list[dict[str, Any]]) -> None:
    """Check rule 7: the digest of each pack is that of the last entry which froze it."""
    digests: dict[Any, Any] = {}
    for n, entry in enumerate(entries, 1):
        if entry["kind"] == "pack_frozen":
            facts = entry["facts"]
            require({"pack", "sha256"} <= set(facts) and isinstance(facts["pack"], str), f"entry {n}: its pack")
            digests[facts["pack"]] = facts["sha256"]
    for name, data in contents.items():
        named = PACK_FILE.fullmatch(name)
        if named is not None and named[2] == "json":
            require(digests.get(named[1]) == sha256(data).hexdigest(), name)


def follow_path(leaf: dict[str, Any], path: Any) -> str:
    value = sha256(b"\x00" + write(leaf).encode("utf-8")).digest()
    require(isinstance(path, list), "path of the proof")
    for step in path:
        require(isinstance(step, list) and len(step) == 2 and is_hex(step[1], 64), "path of the proof")
        require(step[0] in ("left", "right"), "path of the proof")
        sibling = bytes.fromhex(step[1])
        value = sha256(b"\x01" + (sibling + value if step[0] == "left" else value + sibling)).digest()
    return value.hex()


def check_proof(contents: dict[str, bytes], manifest: dict[str, Any]) -> str | None:
    """Check `proof.json` and the checkpoint: the key that signed it."""
    head, incident, n, team = (manifest[name] for name in ("head", "incident", "entries", "team"))
    leaf = {"head": head, "key": [team, incident], "n": n}
    fields = "leaf path public_key root seq signature statement"
    proof = parse_object(fields, contents["proof.json"], "proof.json", leaf=leaf)
    root, seq = follow_path({"head": head, "incident": incident, "n": n, "team": team}, proof["path"]), proof["seq"]
    require(type(seq) is int and proof["root"] == root, "root or seq of the proof")
    require(same(manifest["checkpoint"], {"root": root, "seq": seq}), "checkpoint of the manifest")
    expected = {"format": "muster-checkpoint/1", "root": root, "seq": seq, "team": team}
    fields = "format leaves previous root seq taken_at team"
    parse_object(fields, proof["statement"], "statement of the checkpoint", **expected)
    message = proof["statement"].encode("utf-8")
    public_key: str | None = proof["public_key"]
    if public_key is not None or proof["signature"] is not None:
        check_signature(public_key, proof["signature"], message, "signature of the checkpoint")
    require(("checkpoint.txt" in contents) == ("checkpoint.tsr" in contents), "one of checkpoint.txt, checkpoint.tsr")
    require(contents.get("checkpoint.txt", message) == message, "checkpoint.txt")
    return public_key


def check_keys(contents: dict[str, bytes], manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """Check `keys.json`: the old and the new key of each rotation."""
    listed = parse(contents.get("keys.json", b"[]"), "keys.json")
    require(isinstance(listed, list), "keys.json")
    rotations = []
    for number, item in enumerate(listed, 1):
        place = f"rotation {number} in keys.json"
        rotation = object_with("countersignature signature statement", item, place)
        expected = {"format": "muster-key/1", "team": manifest["team"]}
        statement = parse_object("format new old rotated_at team", rotation["statement"], place, **expected)
        message = rotation["statement"].encode("utf-8")
        check_signature(statement["old"], rotation["signature"], message, place)
        check_signature(statement["new"], rotation["countersignature"], message, place)
        rotations.append((statement["old"], statement["new"]))
    return rotations


def successors(key: str | None, rotations: list[tuple[str, str]]) -> set[str | None]:
    found = {key}
    for old, new in rotations:
        found |= {new} if old in found else set()
    return found


def check(folder: Path, key: str | None) -> tuple[int, str]:
    """The exit status and the first words of the result."""
    if key is not None and re.fullmatch("[0-9a-fA-F]{64}", key) is None:
        return 2, "not checked"
    try:
        names = os.listdir(folder)
        regular = [name for name in names if stat.S_ISREG(Path(folder, name).lstat().st_mode)]
        contents = {name: Path(folder, name).read_bytes() for name in regular if name not in UNREAD}
    except (OSError, ValueError, MemoryError):
        return 2, "not checked"
    if len(regular) < len(names) or MANIFEST not in contents:
        return 3, "tampered"
    if set(ANY_FORMAT.findall(contents[MANIFEST])) - {b"2"}:
        return 2, "not checked"
    try:
        manifest = check_manifest(contents)
        signing_key = None
        if SIGNATURE in contents:
            signed = parse_object("public_key signature", contents[SIGNATURE], SIGNATURE)
            check_signature(signed["public_key"], signed["signature"], contents[MANIFEST], SIGNATURE)
            signing_key = signed["public_key"]
        check_entries(contents, manifest)
        checkpoint_key = check_proof(contents, manifest)
        rotations = check_keys(contents, manifest)
    except TamperedError:
        return 3, "tampered"
    if signing_key is None or key is None:
        return (7, "not signed") if signing_key is None else (6, "intact")
    trusted = successors(key.lower(), rotations)
    follows_checkpoint = checkpoint_key in trusted or signing_key in successors(checkpoint_key, rotations)
    return (0, "verified") if signing_key in trusted and follows_checkpoint else (5, "wrong key")
