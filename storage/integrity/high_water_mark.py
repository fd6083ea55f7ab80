"""The high-water mark: the last checkpoint and the last entries that this machine saw, in a file outside the database.

A standby that lagged behind when it was promoted, an older backup, and a rewritten record all look sound by themselves.
The mark shows that entries which were there are gone or differ. It is written by one process and never goes back.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Final

from pydantic import ValidationError
from sqlalchemy import Connection, select

from incident.entries.integrity import Retired
from incident.entry import WORKSPACE, IncidentKey, workspace_chain
from incident.frozen import Frozen
from incident.record.hash_chain import digest
from storage.integrity.checks.check_report import Problem
from storage.integrity.checks.stored_cells import are_numbers, are_text, read_cells, shown
from storage.record.chain_writer import Head
from storage.tables import CHECKPOINT

FILE: Final = "high-water-mark.json"
_MOST_HEADS: Final = 2_000
_STATEMENT: Final = "SELECT statement FROM checkpoint WHERE team = :team AND seq = :seq"
_HASH: Final = "SELECT hash FROM entry WHERE team = :team AND incident = :incident AND n = :n"
_LAST: Final = "SELECT max(n) FROM entry WHERE team = :team AND incident = :incident"
_TOMBSTONE: Final = "SELECT text FROM entry WHERE team = :team AND incident = :workspace AND channel = :channel AND kind = :kind LIMIT 1"
_CHECKPOINTED: Final = "SELECT checkpointed FROM chain WHERE team = :team AND incident = :incident"
_log = logging.getLogger(__name__)


class SeenHead(Frozen):
    """The last entry of a chain that was seen: its number and hash."""

    incident: str
    n: int
    hash: str


class Mark(Frozen):
    """What the file holds: the last checkpoint with the digest of its statement, and the entries seen since.

    `verified` is the last checkpoint up to which the record was verified.
    """

    team: str = ""
    seq: int = 0
    statement: str = ""
    heads: tuple[SeenHead, ...] = ()
    verified: int = 0


class HighWaterMark:
    """The mark of one process; without a file it is in memory only. Every call may come from any thread.

    `problems` are what the last comparison with the database and the last verification by this process found.
    """

    def __init__(self, team: str | None) -> None:
        self._file: Path | None = None
        self._lock = Lock()
        self._mark = Mark(team=team or "")
        # Of each chain the entry that was compared last, and the last one that was seen: a chain that lost its end and
        # grew again holds the second, not the first.
        self._heads: dict[IncidentKey, tuple[SeenHead, ...]] = {}
        self._is_saved = True
        self._lost: tuple[Problem, ...] = ()
        self._unverified: tuple[Problem, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the record, as far as this process knows."""
        return tuple(dict.fromkeys((*self._lost, *self._unverified)))

    def open(self, folder: Path, *, writes: bool = True) -> None:
        """Go on from the file in a folder, if there is one of this team; later calls of `save` write it."""
        stored = read_mark(folder / FILE)
        with self._lock:
            self._file = folder / FILE if writes else None
            if stored is not None and stored.team == self._mark.team:
                self._mark = stored
                for one in stored.heads:
                    self._add(IncidentKey(stored.team, one.incident), one)

    def see(self, heads: Mapping[IncidentKey, Head | None]) -> None:
        """Note the heads of chains after a commit."""
        with self._lock:
            for key, head in heads.items():
                if head is not None:
                    self._add(key, SeenHead(incident=key.id, n=head.n, hash=head.hash))
            for key in list(self._heads)[:-_MOST_HEADS]:
                del self._heads[key]

    def _add(self, key: IncidentKey, head: SeenHead) -> None:
        known = self._heads.pop(key, ())
        newer = not known or head.n > known[-1].n
        self._heads[key] = (*known[:1], head) if newer else known
        self._is_saved = self._is_saved and not newer

    @property
    def mark(self) -> Mark:
        """The mark as it is now."""
        with self._lock:
            return self._mark.model_copy(update={"heads": tuple(one for seen in self._heads.values() for one in seen)})

    def advance(self, connection: Connection, mark: Mark) -> tuple[Problem, ...]:
        """Compare a mark with the database. If nothing is missing, the last stored checkpoint becomes the mark.

        `mark` was read before the transaction saw the database: a later one may name entries that it does not see.
        """
        self._lost = tuple(lost_since(connection, mark))
        if self._lost or not mark.team:
            return self._lost
        newest = select(CHECKPOINT.c.seq, CHECKPOINT.c.statement).where(CHECKPOINT.c.team == mark.team)
        last = connection.execute(newest.order_by(CHECKPOINT.c.seq.desc()).limit(1)).one_or_none()
        covered = [one for one in mark.heads if _is_covered(connection, IncidentKey(mark.team, one.incident), one)]
        with self._lock:
            for seen in mark.heads:
                self._forget_until(IncidentKey(mark.team, seen.incident), seen, all_of_it=seen in covered)
            if last is not None and last.seq > self._mark.seq:
                newer = {"seq": last.seq, "statement": digest(last.statement)}
                self._mark = self._mark.model_copy(update=newer)
                self._is_saved = False
        return ()

    def _forget_until(self, key: IncidentKey, compared: SeenHead, *, all_of_it: bool) -> None:
        """Forget the entries before one that was compared, and with `all_of_it` that one, since a checkpoint covers it."""
        first = compared.n + 1 if all_of_it else compared.n
        left = tuple(one for one in self._heads.get(key, ()) if one.n >= first)
        if left:
            self._heads[key] = left
        else:
            self._heads.pop(key, None)

    def set_verified(self, problems: tuple[Problem, ...], seq: int) -> None:
        """Note what a verification found, and without problems that the record is verified up to a checkpoint."""
        self._unverified = problems
        with self._lock:
            if not problems and seq != self._mark.verified:
                self._mark = self._mark.model_copy(update={"verified": seq})
                self._is_saved = False
        self.save()

    def save(self) -> None:
        """Write the file if anything changed. A disk that is full delays it to the next call."""
        if self._file is None or self._is_saved:
            return
        self._is_saved = True
        unfinished = self._file.with_suffix(".unfinished")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(self.mark.model_dump_json())
            unfinished.replace(self._file)
        except OSError as error:
            self._is_saved = False
            _log.warning("the high-water mark is not saved: %s", error.strerror or error)


def read_mark(file: Path) -> Mark | None:
    """Read the mark of a file; None without one, or for one that cannot be read, which is logged."""
    try:
        return Mark.model_validate_json(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, ValidationError) as error:
        _log.warning("%s cannot be read and is not used: %s", file, type(error).__name__)
        return None


def lost_since(connection: Connection, mark: Mark) -> Iterator[Problem]:
    """Yield a problem for each thing under the mark that the database lacks or has otherwise, whatever its cells hold."""
    if mark.seq:
        found = read_cells(connection, _STATEMENT, team=mark.team, seq=mark.seq)
        if not found:
            what = f"checkpoint {mark.seq}, which this machine saw, is missing"
            yield Problem(kind="truncated", key=workspace_chain(mark.team), what=what)
        elif not are_text(found[0][0]) or digest(found[0][0]) != mark.statement:
            what = f"checkpoint {mark.seq} differs from the one that this machine saw"
            yield Problem(kind="tampered", key=workspace_chain(mark.team), what=what)
    for head in mark.heads:
        yield from _lost_head(connection, IncidentKey(mark.team, head.incident), head)


def _lost_head(connection: Connection, key: IncidentKey, seen: SeenHead) -> Iterator[Problem]:
    found = read_cells(connection, _HASH, team=key.team, incident=key.id, n=seen.n)
    if found:
        if found[0][0] != seen.hash:
            what = f"entry {seen.n} differs from the one that this machine saw"
            yield Problem(kind="tampered", key=key, n=seen.n, what=what)
    elif not _is_retired(connection, key):
        ((last,),) = read_cells(connection, _LAST, team=key.team, incident=key.id)
        what = f"entry {seen.n}, which this machine saw, is missing; the chain ends at {shown(last or 'none')}"
        yield Problem(kind="truncated", key=key, n=seen.n, what=what)


def _is_retired(connection: Connection, key: IncidentKey) -> bool:
    """True if a tombstone names the chain; verification checks the tombstone itself."""
    found = read_cells(connection, _TOMBSTONE, team=key.team, workspace=WORKSPACE, channel=key.id, kind=Retired.kind)
    return any(_names(text, key) for (text,) in found)


def _names(text: object, key: IncidentKey) -> bool:
    try:
        return isinstance(text, str) and bool(json.loads(text)["facts"]["incident"] == key.id)
    except (LookupError, RecursionError, TypeError, ValueError):
        return False


def _is_covered(connection: Connection, key: IncidentKey, seen: SeenHead) -> bool:
    """True if a checkpoint covers a seen entry: from now on the checkpoint speaks for it."""
    found = read_cells(connection, _CHECKPOINTED, team=key.team, incident=key.id)
    return not found or (are_numbers(found[0][0]) and found[0][0] >= seen.n)
