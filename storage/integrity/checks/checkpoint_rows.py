"""Reads the stored checkpoints, their leaves and time stamps; a row that cannot be one is a problem and is left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from incident.entry import IncidentKey, workspace_chain
from storage.integrity.checkpoints import Checkpoint, Leaf, read_statement
from storage.integrity.checks.check_report import Problem
from storage.integrity.checks.stored_cells import Cells, are_numbers, are_text, read_cells, shown
from storage.integrity.rfc3161_timestamps import Timestamp

_CHECKPOINTS = "SELECT seq, entry, root, statement, public_key, signature FROM checkpoint WHERE team = :team"
_LEAVES = "SELECT seq, position, incident, n, head FROM checkpoint_leaf WHERE team = :team"
_STAMPS = "SELECT seq, authority, stamped_at, token FROM stamp WHERE team = :team"


def teams(connection: Connection) -> tuple[list[str], list[Problem]]:
    """Return the teams that have checkpoints or time stamps, and a problem for each row whose team is no text."""
    found: set[str] = set()
    problems = []
    for table in ("checkpoint", "checkpoint_leaf", "stamp"):
        for (team,) in read_cells(connection, f"SELECT DISTINCT team FROM {table}"):  # noqa: S608 - constants only
            if isinstance(team, str):
                found.add(team)
            else:
                problems.append(Problem(kind="tampered", what=f"the table {table} has a row of no workspace"))
    return sorted(found), problems


def read_checkpoints(connection: Connection, team: str) -> tuple[tuple[Checkpoint, ...], list[Problem]]:
    """Return the checkpoints of a team with their leaves, oldest first, and the problems of their rows."""
    leaves, problems = _read_leaves(connection, team)
    found: list[Checkpoint] = []
    for seq, entry, root, statement, public_key, signature in read_cells(connection, _CHECKPOINTS, team=team):
        signed = all(cell is None or are_text(cell) for cell in (public_key, signature))
        if not (are_numbers(seq, entry) and are_text(root, statement) and signed and read_statement(statement)):
            problems.append(_malformed(team, f"the row of checkpoint {shown(seq)} cannot be read"))
            continue
        covered, gap = _in_order(leaves.pop(seq, {}))
        if gap:
            problems.append(_malformed(team, f"the leaves of checkpoint {seq} are not in their places"))
        fields: dict[str, Any] = {
            "root": root,
            "statement": statement,
            "public_key": public_key,
            "signature": signature,
        }
        found.append(Checkpoint(team=team, seq=seq, entry=entry, leaves=covered, **fields))
    problems += (_malformed(team, f"checkpoint {seq} is missing, its leaves exist") for seq in sorted(leaves))
    return tuple(sorted(found, key=lambda one: one.seq)), problems


def _read_leaves(connection: Connection, team: str) -> tuple[dict[int, dict[int, Leaf]], list[Problem]]:
    leaves: dict[int, dict[int, Leaf]] = {}
    problems = []
    for row in read_cells(connection, _LEAVES, team=team):
        seq, position, incident, n, head = row
        if are_numbers(seq, position, n) and are_text(incident, head):
            leaves.setdefault(seq, {})[position] = Leaf(key=IncidentKey(team, incident), n=n, head=head)
        else:
            problems.append(_malformed(team, f"a leaf of checkpoint {shown(seq)} cannot be read"))
    return leaves, problems


def _in_order(leaves: dict[int, Leaf]) -> tuple[tuple[Leaf, ...], bool]:
    places = sorted(leaves)
    return tuple(leaves[place] for place in places), places != list(range(len(places)))


def read_timestamps(connection: Connection, team: str) -> tuple[tuple[Timestamp, ...], list[Problem]]:
    """Return the time stamps of a team, oldest first, and the problems of their rows."""
    found, problems = [], []
    for row in read_cells(connection, _STAMPS, team=team):
        stamp = _timestamp(team, row)
        if stamp is None:
            what = f"the time stamp of checkpoint {shown(row[0])} cannot be read"
            problems.append(Problem(kind="stamp", key=workspace_chain(team), what=what))
        else:
            found.append(stamp)
    return tuple(sorted(found, key=lambda one: one.seq)), problems


def _timestamp(team: str, row: Cells) -> Timestamp | None:
    seq, authority, stamped_at, token = row
    if not are_numbers(seq) or not are_text(authority, stamped_at, token):
        return None
    try:
        at = datetime.fromisoformat(stamped_at)
        return Timestamp(team=team, seq=seq, authority=authority, stamped_at=at, token=token)
    except ValueError:
        return None


def covered_by(stored: Sequence[Checkpoint]) -> dict[IncidentKey, int]:
    """Return the last entry of each chain under a checkpoint; a checkpoint's own entry counts as covered."""
    covered: dict[IncidentKey, int] = {}
    for one in stored:
        for leaf in one.leaves:
            covered[leaf.key] = leaf.n
        covered[workspace_chain(one.team)] = one.entry
    return covered


def _malformed(team: str, what: str) -> Problem:
    return Problem(kind="tampered", key=workspace_chain(team), what=what)
