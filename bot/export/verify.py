#!/usr/bin/env python3
"""Check an export of Muster offline: python3 verify.py [--key HEX] [FOLDER]. Needs Python 3.8 or newer, nothing else.

HEX is the public key (64 digits) that you received by another way than with the export. FOLDER is the export; left out,
it is the folder of this file. A forged export can hold a forged verify.py: take yours from a source that you trust.
The last line of output is the result, and the exit status says the same: 0 verified, 2 not checked (wrong arguments, no
export, another format), 3 tampered, 5 wrong key (another than yours signed it), 6 intact (signed, but you gave no key
to compare), 7 not signed. docs/explanation/trust.md of Muster describes the format and every check.
"""

import hashlib
import json
import mmap
import pathlib
import re
import sys

RESULTS = {0: "verified", 2: "not checked", 3: "tampered", 5: "wrong key", 6: "intact", 7: "not signed"}
ALWAYS = {"README.txt", "entries.jsonl", "index.html", "people.json", "proof.json", "record.json", "verify.py"}
SOMETIMES = {"checkpoint.tsr", "checkpoint.txt", "keys.json", "policy.yaml"}
PACK = re.compile(r"pack-PK[1-9][0-9]{0,5}\.(html|json|md|pdf)|review\.(html|md|pdf)")
EVIDENCE = re.compile(r"evidence-[\w./ -]{1,60}-([1-9]\d{0,8})(\.[a-z0-9]{1,8})?", re.ASCII)
MANIFEST = "checkpoint entries exported_at exported_by files format head incident number policy team"
ENTRY = "alg by facts format incident kind n occurred_at prev recorded_at source team version words"
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, SQRT_MINUS_1 = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)


class Stop(Exception):
    """The check ends here: an exit status, and why."""


def expect(holds, problem):
    if not holds:
        raise Stop(3, problem)


# Ed25519, after RFC 8032: points in extended coordinates (X, Y, Z, T).
def point(data):
    y, sign = int.from_bytes(data, "little") % 2**255, data[31] >> 7
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    x = x if (x * x - xx) % P == 0 else x * SQRT_MINUS_1 % P
    x = x if x % 2 == sign else P - x
    return (x, y, 1, x * y % P) if y < P and x < P and (x * x - xx) % P == 0 else None


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def add(one, other):
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar, base):
    result = times(scalar // 2, add(base, base)) if scalar else (0, 1, 1, 0)
    return add(result, base) if scalar % 2 else result


def is_signed(public_key, signature, message):
    """True if the signature over the message (bytes) was made with the public key; both are hex."""
    key, signature = unhex(public_key, 32), unhex(signature, 64)
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


# Hex and JSON that can be read in one way only.
def unhex(text, size):
    return bytes.fromhex(text if re.fullmatch("[0-9a-f]*", text) and len(text) == 2 * size else "not hex")


def sha256(data):
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def same(one, other):
    return canonical(one) == canonical(other)  # == takes true for 1


def integer(digits):
    return int(digits if len(digits) < 16 else "")  # ValueError for fractions, NaN, and what programs read differently


def read(place, data, fields):
    """Return the object in canonical JSON (text or bytes) with exactly these fields; without fields, any value."""
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        value = json.loads(text, parse_int=integer, parse_float=integer, parse_constant=integer)
        has_fields = not fields or (isinstance(value, dict) and sorted(value) == fields.split())
        fits = has_fields and canonical(value) == text
    except (TypeError, ValueError, RecursionError):
        fits = False
    expect(fits, f"{place} is missing or not canonical JSON with the fields of its format")
    return value


# The parts of an export. Each function is given the files by name, and the manifest.
def check_entries(files, manifest):
    *lines, rest = files["entries.jsonl"].split(b"\n")
    head, chain = "0" * 64, []
    for n, data in enumerate(lines, 1):
        line = read(f"entry {n}", data, "hash text words")
        expect(sha256(line["text"]) == line["hash"], f"entry {n} was changed: its text does not hash to its hash")
        text = read(f"the text of entry {n}", line["text"], ENTRY)
        stated = [text[name] for name in ("n", "prev", "format", "alg", "team", "incident")]
        wanted = [n, head, "muster-entry/1", "sha256", manifest["team"], manifest["incident"]]
        expect(type(text["facts"]) is dict and same(stated, wanted), f"entry {n} does not continue the chain before it")
        is_whole = line["words"] is None or sha256(canonical(line["words"])) == text["words"]
        expect(is_whole, f"the words of entry {n} were changed")
        chain.append((text["kind"], text["facts"], line["words"] is None and text["words"] is not None))
        head = line["hash"]
    is_end = same([manifest["entries"], manifest["head"]], [len(lines), head]) and not rest
    expect(is_end, f"the chain ends at entry {len(lines)}, MANIFEST.json says otherwise")
    check_texts(chain)
    frozen = {f"pack-{facts['pack']}.json": facts["sha256"] for kind, facts, _ in chain if kind == "pack_frozen"}
    packs = {name: sha256(data) for name, data in files.items() if PACK.fullmatch(name) and name.endswith(".json")}
    expect(packs.items() <= frozen.items(), "a pack of a report is not the one that was frozen")
    stored = {f"{facts['secured']}": facts["sha256"] for kind, facts, _ in chain if kind == "file_stored"}
    for name, own in [(name, EVIDENCE.fullmatch(name)) for name in files if EVIDENCE.fullmatch(name)]:
        expect(stored.get(own[1]) == sha256(files[name]), f"{name!a} is not the file that its entry secured")
    declared = [chain[0][0], chain[0][1]["number"], chain[0][1]["policy_hash"]]
    expect(same(declared, ["declared", manifest["number"], manifest["policy"]]), "MANIFEST.json differs from entry 1")
    is_policy = sha256(files.get("policy.yaml", b"")) == manifest["policy"] or "policy.yaml" not in files
    expect(is_policy, "policy.yaml is not the policy of entry 1")


def check_texts(chain):
    """Check that text is gone only where a later entry redacted it or a mask hides it at the end."""
    redacted, masks = set(), {}
    for n, (kind, facts, _) in enumerate(chain, 1):
        if kind in ("masked", "mask_lifted", "redacted"):
            named, subject = facts["entries"], message_of(facts) or canonical(facts.get("entry"))
            expect(type(named) is list and {type(k) for k in named} <= {int}, f"entry {n} does not name entries")
            masks[subject] = (masks.get(subject) or set()).union(named) if kind == "masked" else None
            redacted.update(k for k in named if k < n and kind == "redacted")
    hidden = redacted.union(*filter(None, masks.values()))
    for n, (_, facts, is_gone) in enumerate(chain, 1):
        justified = not is_gone or n in hidden or masks.get(message_of(facts)) is not None
        expect(justified, f"the words of entry {n} are gone, and no entry redacted or masks them")


def message_of(facts):
    """Return the message that facts are about, channel and ts as one text; None when they are about none."""
    message = facts.get("channel", facts.get("from_channel")), facts.get("ts", facts.get("from_message"))
    return None if None in message else canonical(message)


def check_files(files, manifest):
    listed = manifest["files"]
    evidence = set(filter(EVIDENCE.fullmatch, listed))
    may_be = ALWAYS.union(SOMETIMES, evidence, filter(PACK.fullmatch, listed))
    is_export = manifest["format"] == f"muster-export/{3 if evidence else 2}" and ALWAYS <= set(listed) <= may_be
    expect(is_export, "MANIFEST.json does not have the format and the files of an export")
    expect(("checkpoint.txt" in listed) == ("checkpoint.tsr" in listed), "a part of the time stamp is missing")
    problems = [f"{name} is missing" for name in sorted(set(listed) - set(files))]
    for name, data in files.items():
        if name not in {*listed, "MANIFEST.json", "SIGNATURE.json"}:
            problems.append(f"{name!a} is not part of this export")
        elif name in listed and not same(listed[name], {"sha256": sha256(data), "size": len(data)}):
            problems.append(f"{name} is not the file that was exported")
    expect(not problems, "; ".join(problems))


def check_proof(files, manifest):
    """Check that the checkpoint covers the last entry, and its signature if it has one; return the key of that."""
    proof = read("proof.json", files["proof.json"], "leaf path public_key root seq signature statement")
    statement = read("the statement", proof["statement"], "format leaves previous root seq taken_at team")
    message, key, seq = proof["statement"].encode("utf-8"), proof["public_key"], proof["seq"]
    team, incident, n, head = (manifest[name] for name in ("team", "incident", "entries", "head"))
    root = sha256(b"\x00" + canonical({"head": head, "incident": incident, "n": n, "team": team}).encode("utf-8"))
    for side, sibling in proof["path"] if type(proof["path"]) is list else None:
        left, right = {"left": (sibling, root), "right": (root, sibling)}[side]
        root = sha256(b"\x01" + unhex(left, 32) + unhex(right, 32))
    covers = same([proof["leaf"], proof["root"]], [{"head": head, "key": [team, incident], "n": n}, root])
    expect(covers, "the checkpoint does not cover the last entry")
    stated = {**statement, "format": "muster-checkpoint/1", "root": root, "seq": seq, "team": team}
    is_own = same([statement, manifest["checkpoint"]], [stated, {"root": root, "seq": seq}])
    expect(is_own, "MANIFEST.json, proof.json and the statement are of different checkpoints")
    valid = (key is None and proof["signature"] is None) or is_signed(key, proof["signature"], message)
    expect(valid, "the signature of the checkpoint is not valid")
    expect(files.get("checkpoint.txt", message) == message, "checkpoint.txt is not the statement of the checkpoint")
    return key


def check_keys(files, manifest):
    """Return every rotation of the signing key, old and new, in order. Both keys signed each."""
    rotations = []
    listed = read("keys.json", files.get("keys.json", b"[]"), "")
    for one in listed if type(listed) is list else None:
        rotation = read("a rotation in keys.json", canonical(one), "countersignature signature statement")
        stated = read("a statement in keys.json", rotation["statement"], "format new old rotated_at team")
        old, new, message = stated["old"], stated["new"], rotation["statement"].encode("utf-8")
        both = is_signed(old, rotation["signature"], message) and is_signed(new, rotation["countersignature"], message)
        own = {**stated, "format": "muster-key/1", "team": manifest["team"]}
        expect(both and same(stated, own), "keys.json has a rotation that both keys did not sign")
        rotations.append((old, new))
    return rotations


def check_signature(files, manifest):
    """Check the signature of the manifest; return its key, None for an export that is not signed."""
    if "SIGNATURE.json" not in files:
        return None
    signed = read("SIGNATURE.json", files["SIGNATURE.json"], "public_key signature")
    expect(is_signed(message=files["MANIFEST.json"], **signed), "the signature of MANIFEST.json is not valid")
    return signed["public_key"]


def read_files(folder):
    """Return the files by name, without those that macOS and Windows write into folders that people open."""
    paths = {path.name: path for path in sorted(folder.iterdir())}
    for name, path in paths.items():
        expect(path.is_file() and not path.is_symlink(), f"{name!a} is a link, a folder or no file")
    for name in sorted({".DS_Store", "Thumbs.db", "desktop.ini"}.intersection(paths)):
        print(f"not of the export, left unread: {paths.pop(name).name}")
    return {name: contents(path) for name, path in paths.items()}


def contents(path):
    """Return the bytes of a file; those of evidence stay on the disk, since they may be larger than memory."""
    with path.open("rb") as file:
        is_mapped = EVIDENCE.fullmatch(path.name) and path.stat().st_size
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if is_mapped else file.read()


def successors(line, rotations):
    """Return the keys of a set and those that follow them."""
    for old, new in rotations:
        line = line.union([new] if old in line else [])
    return line


def check(folder, key):
    """Check the export in a folder, and return the exit status and the result in a sentence."""
    files, found = read_files(folder), {}
    other = re.search(rb'"format": ?"muster-export/(?![23]")(\d{1,3})"', files.get("MANIFEST.json", b""))
    if other:
        raise Stop(2, f"the export has format {int(other[1])}, this checks formats 2 and 3; use the verify.py in it")
    manifest = read("MANIFEST.json", files.get("MANIFEST.json"), MANIFEST)
    for part in (check_entries, check_files, check_proof, check_keys, check_signature):
        try:
            found[part] = part(files, manifest)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            raise Stop(3, f"a file or value in {part.__name__[6:]} is missing or of another form") from None
    signer, checkpoint_key, rotations = found[check_signature], found[check_proof], found[check_keys]
    if "checkpoint.tsr" in files:
        print("time stamp: openssl ts -verify -data checkpoint.txt -in checkpoint.tsr -CAfile AUTHORITY.pem")
    what = ascii("{number}, {entries} entries, exported at {exported_at}".format(**manifest))[1:-1]
    if signer is None:
        return 7, f"{what}. The files agree with each other, and anyone can have made them"
    if key is None:
        return 6, f"{what}, signed with {signer}. Compare this key with the one you received, with --key"
    mine, heirs = successors({key}, rotations), successors({checkpoint_key}, rotations)
    if signer not in mine or (checkpoint_key not in mine and signer not in heirs):
        return 5, f"{what}, signed with {signer}, which is not the key you gave and does not follow it"
    return 0, f"{what}, signed with {signer}"


def main(arguments):
    has_key = arguments[:1] == ["--key"] and re.fullmatch("[0-9a-fA-F]{64}", "".join(arguments[1:2]))
    rest = arguments[2:] if has_key else arguments
    try:
        if len(rest) > 1 or "".join(rest).startswith("-"):
            raise Stop(2, "the arguments are [--key HEX] [FOLDER], HEX has 64 digits")
        folder = pathlib.Path(rest[0]) if rest else pathlib.Path(__file__).resolve().parent
        status, result = check(folder, arguments[1].lower() if has_key else None)
    except Stop as stop:
        status, result = stop.args
    except OSError as error:
        status, result = 2, f"{error.filename!a} cannot be read: {error.strerror}"
    except RecursionError:
        status, result = 3, "a value is nested deeper than this program can read"
    except MemoryError:
        status, result = 2, "the export is larger than the memory of this machine"
    print(f"{RESULTS[status]}: {result}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
