"""Checks the policies: each text has the hash that it is stored under, and those that were active are there in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection

from incident.entries.integrity import PolicyActivated
from incident.entry import Entry, IncidentKey, workspace_chain
from incident.frozen import utc_text
from incident.record.hash_chain import digest
from storage.integrity.checks.check_report import Problem
from storage.integrity.checks.stored_cells import are_text, read_cells, shown


def check_policies(
    connection: Connection, workspace_entries: Iterable[Entry], declared: Mapping[IncidentKey, str]
) -> Iterator[Problem]:
    """Yield the problems of the stored policies. `declared` has the policy that each incident was declared under."""
    texts: dict[tuple[object, object], object] = {
        (team, name): stored
        for team, name, stored in read_cells(connection, "SELECT team, hash, text FROM policy_text")
    }
    yield from _check_texts(texts, declared)
    active: dict[str, list[Entry]] = {}
    for entry in workspace_entries:
        if isinstance(entry.fact, PolicyActivated):
            active.setdefault(entry.key.team, []).append(entry)
    rows = read_cells(connection, "SELECT team, seq, hash, since FROM policy_active ORDER BY seq")
    for team in sorted({row[0] for row in rows if are_text(row[0])} | active.keys()):
        yield from _check_active(team, active.get(team, []), [row[1:] for row in rows if row[0] == team], texts)
    if any(not are_text(row[0]) for row in rows):
        yield Problem(kind="tampered", what="the table policy_active has a row of no workspace")


def _check_texts(
    texts: Mapping[tuple[object, object], object], declared: Mapping[IncidentKey, str]
) -> Iterator[Problem]:
    for (team, name), stored in texts.items():
        if are_text(team, name, stored) and digest(str(stored)) == name:
            continue
        under = [key.id for key, used in sorted(declared.items()) if (key.team, used) == (team, name)]
        what = f"the text of policy {shown(name)[:16]}… was changed; it does not hash to that"
        if under:
            what += f"; {under[0]} was declared under it" + (f", and {len(under) - 1} more" if under[1:] else "")
        yield Problem(kind="tampered", key=workspace_chain(team) if isinstance(team, str) else None, what=what)


def active_rows(entries: Iterable[Entry]) -> list[tuple[int, str, str]]:
    """Return the rows of the active policies that these entries give: number, hash, since when."""
    facts = [
        (entry.fact.hash, utc_text(entry.occurred_at)) for entry in entries if isinstance(entry.fact, PolicyActivated)
    ]
    return [(seq, *one) for seq, one in enumerate(facts, start=1)]


def _check_active(
    team: str,
    entries: Sequence[Entry],
    rows: Sequence[Sequence[object]],
    texts: Mapping[tuple[object, object], object],
) -> Iterator[Problem]:
    key = workspace_chain(team)
    for name in dict.fromkeys(one.fact.hash for one in entries if isinstance(one.fact, PolicyActivated)):
        if (team, name) not in texts:
            yield Problem(
                kind="truncated", key=key, what=f"the text of policy {name[:16]}…, which was active, is missing"
            )
    if [tuple(row) for row in rows] != active_rows(entries):
        what = "the rows of the active policies differ from the entries that activated them"
        yield Problem(kind="rebuild", key=key, what=what)
