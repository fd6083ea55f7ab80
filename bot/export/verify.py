#!/usr/bin/env python3
"""Check this export offline: python3 verify.py [--key HEX]. Needs Python 3.8 or newer and nothing else.

Checked: every file is the one in the manifest; every entry has its hash and continues the one before; no number is
missing; text belongs to its entry, or an entry redacted or masks it; a checkpoint signed with Ed25519 covers the last
entry. --key is the public key you got by another way, or a predecessor; without it the signature only shows that one
key made it. Exit status 0: everything holds. openssl checks a time stamp: the last line of output says how.
"""

import hashlib
import json
import pathlib
import sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# --- Ed25519, after RFC 8032: points in extended coordinates (X, Y, Z, T) ---


def recover_x(y, sign):
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    return P - x if x % 2 != sign else x


def point(data):
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    x = recover_x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def add(one, other):
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar, base):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, base)
        base, scalar = add(base, base), scalar >> 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def signed_by(key, signature, message):
    """True if the 64-byte signature over the message was made with the 32-byte public key."""
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- the export ---


def check_files(folder, manifest):
    """Check that every file is the exported one, and that no file was added."""
    for name, expected in sorted(manifest["files"].items()):
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            yield f"{name} is not the file that was exported"
    known = set(manifest["files"]) | {"MANIFEST.json"}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known and "__pycache__" not in name:
            yield f"{name} is not part of this export"


def check_entry(line, n, prev, identity):
    """Check that one entry hashes to its hash, continues the chain, and belongs to this incident."""
    header = json.loads(line["text"])
    if sha256(line["text"]) != line["hash"]:
        yield f"entry {n} was changed: its text does not hash to its hash"
    if header["n"] != n or header["prev"] != prev:
        yield f"entry {n} does not continue the entry before it"
    if (header["team"], header["incident"]) != identity or header["format"] != "muster-entry/1":
        yield f"entry {n} belongs to another chain"
    if line["words"] is not None and sha256(canonical(line["words"])) != header["words"]:
        yield f"the words of entry {n} were changed"


def check_chain(lines, manifest):
    """Check every entry, then that text is missing only where an entry redacted it or still masks it."""
    prev, missing, redacted, masks = "0" * 64, {}, set(), {}
    identity = (manifest["team"], manifest["incident"])
    for n, line in enumerate(lines, 1):
        yield from check_entry(line, n, prev, identity)
        prev, header = line["hash"], json.loads(line["text"])
        facts, kind = header["facts"], header["kind"]
        about = (facts.get("channel", facts.get("from_channel")), facts.get("ts", facts.get("from_message")))
        if line["words"] is None and header["words"] is not None:
            missing[n] = about
        if kind in ("redacted", "mask_lifted"):
            redacted.update(k for k in facts["entries"] if k < n and kind == "redacted")
            masks.pop(about, None)
        if kind == "masked":
            masks.setdefault(about, set()).update(facts["entries"])
    hidden = redacted.union(masks, *masks.values())
    for n in (n for n, about in missing.items() if n not in hidden and about not in hidden):
        yield f"the words of entry {n} are gone, and no entry redacted or masks them"
    if (len(lines), prev) != (manifest["entries"], manifest["head"]):
        yield f"the chain ends at entry {len(lines)}, the manifest says {manifest['entries']}"


def check_checkpoint(checkpoint, manifest, key, rotations):
    """Check that the last entry is a leaf of the tree whose root was signed."""
    wanted = {"n": manifest["entries"], **{name: manifest[name] for name in ("head", "incident", "team")}}
    reached = hashlib.sha256(b"\x00" + canonical(wanted).encode("utf-8")).hexdigest()
    for side, sibling in checkpoint["path"]:
        pair = sibling + reached if side == "left" else reached + sibling
        reached = hashlib.sha256(b"\x01" + bytes.fromhex(pair)).hexdigest()
    if reached != checkpoint["root"] or json.loads(checkpoint["statement"])["root"] != reached:
        yield "the checkpoint does not cover the last entry"
    if key and not checkpoint["signature"]:
        yield "the checkpoint is not signed, so the key you gave shows nothing"
    elif checkpoint["signature"] and not is_signed(checkpoint, checkpoint["public_key"], "signature"):
        yield "the checkpoint's signature is not valid"
    elif key and checkpoint["public_key"] not in following(key.lower(), rotations):
        yield "the checkpoint was signed with another key than the one you gave, and not with one that follows it"


def is_signed(signed, key, name):
    """True if the statement is signed with the key; `name` is the field of the signature."""
    return signed_by(bytes.fromhex(key), bytes.fromhex(signed[name]), signed["statement"].encode("utf-8"))


def following(key, rotations):
    """Return the key and its successors: each rotation is signed by the old key and by the new one."""
    known = {key}
    for rotation in rotations:
        stated = json.loads(rotation["statement"])
        old, new = stated["old"], stated["new"]
        both = is_signed(rotation, old, "signature") and is_signed(rotation, new, "countersignature")
        if stated["format"] == "muster-key/1" and old in known and both:
            known.add(new)
    return known


def main(arguments):
    """Check the folder of this program and print the result."""
    folder = pathlib.Path(__file__).resolve().parent
    key = arguments[arguments.index("--key") + 1] if "--key" in arguments else ""
    manifest = json.loads((folder / "MANIFEST.json").read_text("utf-8"))
    problems = list(check_files(folder, manifest))
    if not any(" is missing" in problem for problem in problems):
        lines = [json.loads(line) for line in (folder / "entries.jsonl").read_text("utf-8").splitlines()]
        checkpoint = json.loads((folder / "checkpoint.json").read_text("utf-8"))
        keys = folder / "keys.json"
        rotations = json.loads(keys.read_text("utf-8")) if keys.is_file() else []
        problems += [*check_chain(lines, manifest), *check_checkpoint(checkpoint, manifest, key, rotations)]
        stamped = folder / "checkpoint.txt"
        if stamped.is_file() and stamped.read_bytes() != checkpoint["statement"].encode("utf-8"):
            problems.append("checkpoint.txt is not the statement that was signed")
    for problem in problems:
        print("NOT VERIFIED:", problem)
    if not problems:
        print(f"verified: {manifest['number']}, {manifest['entries']} entries, head {manifest['head'][:16]}…")
        if checkpoint["signature"]:
            print("signed by", checkpoint["public_key"], "" if key else "(compare with the key you were given: --key)")
        else:
            print("NOT SIGNED: nothing here shows who made this export")
        if stamped.is_file():
            print("time-stamped; check it with the certificate that the authority publishes:")
            print("  openssl ts -verify -data checkpoint.txt -in checkpoint.tsr -CAfile AUTHORITY.pem")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
