"""Checks by whom checkpoints were signed, following keys from one to the next, and their time stamps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from incident.entries.integrity import KeyRotated
from incident.entry import Entry, workspace_chain
from storage.integrity.checkpoints import Checkpoint, Proof
from storage.integrity.checks.check_report import Problem
from storage.integrity.key_rotation import is_true, known_keys
from storage.integrity.rfc3161_timestamps import InvalidTimestamp, Timestamp, check_stamp, stamped_at

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Signed = Checkpoint | Proof


class Keyring:
    """The keys one team's checkpoints may be signed with: from `begun`, or else from the first that signed."""

    def __init__(self, team: str, told: Sequence[Entry], stored: Sequence[Checkpoint], begun: str | None) -> None:
        self._team = team
        self._rotations = [
            (entry, entry.fact) for entry in told if entry.key.team == team and isinstance(entry.fact, KeyRotated)
        ]
        first = next((one.public_key for one in stored if one.public_key), None)
        start = begun or first
        self.known = known_keys([start] if start else [], [fact for _, fact in self._rotations], team)

    def check(self, checked: Sequence[Signed], *, needs: bool) -> Iterator[Problem]:
        """Give each unknown key with the first checkpoint it signed; where signatures are needed, those that lack one."""
        key = workspace_chain(self._team)
        for entry, fact in self._rotations:
            if not is_true(fact, self._team):
                yield Problem(kind="tampered", key=key, n=entry.n, what="a handing over of keys is not signed by both")
        strangers: dict[str | None, list[int]] = {}
        for one in checked:
            if one.public_key not in self.known and (one.public_key or needs):
                strangers.setdefault(one.public_key, []).append(one.seq)
        for stranger, signed in strangers.items():
            yield Problem(kind="key", key=key, what=_strange(stranger, sorted(set(signed))))


def _strange(stranger: str | None, signed: Sequence[int]) -> str:
    which = f"checkpoint {signed[0]}" if len(signed) == 1 else f"{len(signed)} checkpoints, the first is {signed[0]},"
    verb = "was" if len(signed) == 1 else "were"
    if stranger is None:
        return f"{which} {verb} not signed"
    return (
        f"{which} {verb} signed with {stranger[:16]}…, which is not the key that is known here and does not follow it"
    )


def check_stamps(
    stamps: Sequence[Timestamp], stored: Sequence[Checkpoint], roots: Sequence[Certificate]
) -> Iterator[Problem]:
    """Give the time stamps that are of something else, or that the certificates given do not bear out."""
    statements = {one.seq: one.statement for one in stored}
    for stamp in stamps:
        key = workspace_chain(stamp.team)
        statement = statements.get(stamp.seq)
        if statement is None:
            what = f"the checkpoint that {stamp.authority} stamped, {stamp.seq}, is not here"
            yield Problem(kind="truncated", key=key, what=what)
            continue
        try:
            stamped_at(statement, stamp.answer)
            if roots:
                check_stamp(statement, stamp.answer, roots)
        except InvalidTimestamp as bad:
            yield Problem(kind="stamp", key=key, what=f"the time stamp of checkpoint {stamp.seq} does not hold: {bad}")
