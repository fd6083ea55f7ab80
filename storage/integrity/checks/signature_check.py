"""Checks which keys signed the checkpoints, following key rotations, and their timestamps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from incident.entries.integrity import KeyRotated
from incident.entry import Entry, workspace_chain
from storage.integrity.checkpoints import Checkpoint, Proof
from storage.integrity.checks.check_report import Problem
from storage.integrity.key_rotation import is_valid_rotation, known_keys
from storage.integrity.rfc3161_timestamps import InvalidTimestamp, Timestamp, stamped_at, verify_timestamp

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Signed = Checkpoint | Proof


class Keyring:
    """The valid signing keys of one team: all that rotations link to `anchor`, or else to the first key that signed."""

    def __init__(self, team: str, entries: Sequence[Entry], stored: Sequence[Checkpoint], anchor: str | None) -> None:
        self._team = team
        self._rotations = [
            (entry, entry.fact) for entry in entries if entry.key.team == team and isinstance(entry.fact, KeyRotated)
        ]
        first = next((one.public_key for one in stored if one.public_key), None)
        start = anchor or first
        self.known = known_keys([start] if start else [], [fact for _, fact in self._rotations], team)

    def check(self, checked: Sequence[Signed], *, required: bool) -> Iterator[Problem]:
        """Yield each unknown key with the first checkpoint it signed, and with `required` the unsigned checkpoints."""
        key = workspace_chain(self._team)
        for entry, fact in self._rotations:
            if not is_valid_rotation(fact, self._team):
                yield Problem(kind="tampered", key=key, n=entry.n, what="a key rotation is not signed by both keys")
        unknown: dict[str | None, list[int]] = {}
        for one in checked:
            if one.public_key not in self.known and (one.public_key or required):
                unknown.setdefault(one.public_key, []).append(one.seq)
        for key_hex, signed in unknown.items():
            yield Problem(kind="key", key=key, what=_unknown_key(key_hex, sorted(set(signed))))


def _unknown_key(key_hex: str | None, signed: Sequence[int]) -> str:
    is_one = len(signed) == 1
    which = f"checkpoint {signed[0]}" if is_one else f"{len(signed)} checkpoints"
    first = "" if is_one else f" (the first is number {signed[0]})"
    if key_hex is None:
        return f"{which} {'is' if is_one else 'are'} not signed{first}"
    return f"{which}{first} {'was' if is_one else 'were'} signed with {key_hex[:16]}…, which is not the known key and not linked to it by rotations"


def check_timestamps(
    timestamps: Sequence[Timestamp], stored: Sequence[Checkpoint], roots: Sequence[Certificate]
) -> Iterator[Problem]:
    """Yield a problem for each timestamp that covers another statement or does not verify against the certificates."""
    statements = {one.seq: one.statement for one in stored}
    for timestamp in timestamps:
        key = workspace_chain(timestamp.team)
        statement = statements.get(timestamp.seq)
        if statement is None:
            what = f"the checkpoint that {timestamp.authority} stamped, {timestamp.seq}, is missing"
            yield Problem(kind="truncated", key=key, what=what)
            continue
        try:
            if stamped_at(statement, timestamp.response) != timestamp.stamped_at:
                raise InvalidTimestamp("its row has another time than the stamp")
            if roots:
                verify_timestamp(statement, timestamp.response, roots)
        except InvalidTimestamp as error:
            yield Problem(
                kind="stamp", key=key, what=f"the timestamp of checkpoint {timestamp.seq} is invalid: {error}"
            )
