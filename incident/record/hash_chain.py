"""The canonical form of an entry, its SHA-256 chain, and the Merkle tree of checkpoints. Knows text and digests only.

The canonical form is the part of RFC 8785 that Python's json writes byte for byte: JSON with sorted ASCII keys,
strings, integers below 2^53, true, false, null, lists and objects, no floats, no spaces, UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Final, Literal, NamedTuple

from pydantic import JsonValue

from incident.entry import Entry, IncidentKey, Source
from incident.frozen import Frozen, Utc, utc_text
from roles.person_ids import PersonId

FORMAT: Final = "muster-entry/1"
ALGORITHM: Final = "sha256"
GENESIS: Final = "0" * 64
LIMIT: Final = 2**53

Side = Literal["left", "right"]


class Heading(Frozen):
    """What is hashed of an entry beside its data and the digest of its text."""

    key: IncidentKey
    n: int
    kind: str
    version: int
    by: PersonId
    occurred_at: Utc
    recorded_at: Utc
    source: Source


class MerkleStep(NamedTuple):
    """A step of a Merkle path: the sibling's digest and its side."""

    side: Side
    digest: str


def canonical(value: object) -> str:
    """Return the canonical form of a value. Raises ValueError when it has none."""
    _check(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _check(value: object) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        _check_int(value)
    elif isinstance(value, str):
        _check_text(value)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_name(name)
            _check(item)
    else:
        raise ValueError(f"a {type(value).__name__} has no canonical form")


def _check_int(value: int) -> None:
    if not -LIMIT < value < LIMIT:
        raise ValueError("an integer of 2^53 or more has no canonical form")


def _check_text(value: str) -> None:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("a lone surrogate has no canonical form") from None


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not name.isascii():
        raise ValueError("a key that is not ASCII text has no canonical form")


def digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in lower-case hex."""
    return sha256(text.encode()).hexdigest()


def text_digest(salt: str, words: Mapping[str, JsonValue]) -> str:
    """Return the digest of an entry's texts with their salt: the chain holds after they are deleted and reveals nothing."""
    return canonical_text_digest(salt, canonical(dict(words)))


def canonical_text_digest(salt: str, words: str) -> str:
    """Return the digest of an entry's texts from their canonical form, in which they are stored, and their salt.

    A JSON string ends at its first quote without a backslash, so no other pair of salt and texts gives the same bytes.
    """
    return sha256(f'{{"salt":{encode_basestring(salt)},"words":{words}}}'.encode()).hexdigest()


def heading(entry: Entry) -> Heading:
    """Return the heading under which an entry is hashed."""
    return Heading(
        key=entry.key,
        n=entry.n,
        kind=entry.fact.kind,
        version=entry.fact.version,
        by=entry.by,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        source=entry.source,
    )


def entry_text(head: Heading, *, facts: Mapping[str, JsonValue], words: str | None, prev: str) -> str:
    """Return the text of an entry that is hashed and stored.

    `words` is the digest of its personal text, None when it has none.
    """
    return canonical(
        {
            "alg": ALGORITHM,
            "by": head.by,
            "facts": dict(facts),
            "format": FORMAT,
            "incident": head.key.id,
            "kind": head.kind,
            "n": head.n,
            "occurred_at": utc_text(head.occurred_at),
            "prev": prev,
            "recorded_at": utc_text(head.recorded_at),
            "source": head.source.model_dump(mode="json"),
            "team": head.key.team,
            "version": head.version,
            "words": words,
        }
    )


def head_leaf(key: IncidentKey, n: int, head: str) -> str:
    """Return the leaf of a chain in a checkpoint: which chain, how many entries, the hash of the last."""
    return canonical({"head": head, "incident": key.id, "n": n, "team": key.team})


def _leaf(leaf: str) -> str:
    return sha256(b"\x00" + leaf.encode("utf-8")).hexdigest()


def _node(left: str, right: str) -> str:
    return sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def _pair_up(level: Sequence[str]) -> list[str]:
    pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs


def merkle_root(leaves: Sequence[str]) -> str:
    """Return the root over leaves in order; a last one without a sibling moves up unchanged."""
    level = [_leaf(leaf) for leaf in leaves]
    while len(level) > 1:
        level = _pair_up(level)
    return level[0] if level else digest("")


def merkle_path(leaves: Sequence[str], index: int) -> tuple[MerkleStep, ...]:
    """Return the siblings that lead from one leaf to the root. Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf")
    level, steps = [_leaf(leaf) for leaf in leaves], []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            steps.append(MerkleStep("left" if sibling < index else "right", level[sibling]))
        level, index = _pair_up(level), index // 2
    return tuple(steps)


def verify_path(leaf: str, path: Sequence[MerkleStep], root: str) -> bool:
    """True if the path leads from the leaf to the root."""
    reached = _leaf(leaf)
    for side, sibling in path:
        reached = _node(sibling, reached) if side == "left" else _node(reached, sibling)
    return reached == root
