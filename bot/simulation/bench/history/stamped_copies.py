"""Copies of a sample incident with another key, number, channel, time and other people, in a valid chain of their own.

The stored text of each entry is copied with what identifies it replaced, and hashed again, so a copy verifies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.simulation.bench.history.sample_incidents import PEOPLE, STARTS_AT, Sample
from incident.frozen import utc_text
from incident.record.hash_chain import digest

Rows = dict[str, list[dict[str, Any]]]
_TIME: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
# Seconds since 1970 of the days of the samples, in the ts of messages and in the keys of deadlines.
_SECONDS: Final = r"\b157[78]\d{6}\b"


@dataclass(frozen=True)
class Stamp:
    """What identifies one copy. `people` take the places of those of the sample."""

    incident: str
    number: str
    channel: str
    at: datetime
    people: Sequence[str]


class Template:
    """A sample, split at what a copy replaces."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self._hashes = [row["hash"] for row in sample.rows["entry"]]
        known = [sample.key.id, sample.number, sample.channel, *PEOPLE, *self._hashes]
        self._pattern = re.compile("|".join([*map(re.escape, known), _TIME, _SECONDS]))
        self._split = {table: [self._of_row(row) for row in rows] for table, rows in sample.rows.items()}
        columns = [parts for rows in self._split.values() for row in rows for parts in row.values()]
        variable = {part for parts in columns for part in parts[1::2]}
        self._times = {part: datetime.fromisoformat(part) for part in variable if re.fullmatch(_TIME, part)}
        self._seconds = {part: int(part) for part in variable if re.fullmatch(_SECONDS, part)}

    @property
    def entries(self) -> int:
        """The number of entries of the sample."""
        return len(self._hashes)

    def copy(self, stamp: Stamp) -> Rows:
        """Return the rows of one copy by table."""
        names = self._names(stamp)
        copied: Rows = {"entry": []}
        for old_hash, (row, split) in zip(self._hashes, self._rows("entry"), strict=True):
            new = {**row, **{name: _joined(parts, names) for name, parts in split.items() if name != "hash"}}
            names[old_hash] = new["hash"] = digest(new["text"])
            copied["entry"].append(new)
        for table in self._split:
            if table != "entry":
                copied[table] = [self._copied(row, split, names, stamp) for row, split in self._rows(table)]
        return copied

    def _rows(self, table: str) -> zip[tuple[dict[str, Any], dict[str, list[str]]]]:
        return zip(self.sample.rows[table], self._split[table], strict=True)

    def _of_row(self, row: dict[str, Any]) -> dict[str, list[str]]:
        """Return the text columns that a copy changes, in parts of which every second one is replaced."""
        split = {name: _parts(self._pattern, value) for name, value in row.items() if isinstance(value, str)}
        return {name: parts for name, parts in split.items() if len(parts) > 1}

    def _names(self, stamp: Stamp) -> dict[str, str]:
        """Return what takes the place of each variable part."""
        later = stamp.at - STARTS_AT
        return {
            self.sample.key.id: stamp.incident,
            self.sample.number: stamp.number,
            self.sample.channel: stamp.channel,
            **dict(zip(PEOPLE, stamp.people, strict=True)),
            **{part: utc_text(at + later) for part, at in self._times.items()},
            **{part: str(seconds + int(later.total_seconds())) for part, seconds in self._seconds.items()},
        }

    def _copied(
        self, row: dict[str, Any], split: dict[str, list[str]], names: dict[str, str], stamp: Stamp
    ) -> dict[str, Any]:
        later: timedelta = stamp.at - STARTS_AT
        times = {name: value + later for name, value in row.items() if isinstance(value, datetime)}
        return {**row, **times, **{name: _joined(parts, names) for name, parts in split.items()}}


def _parts(pattern: re.Pattern[str], text: str) -> list[str]:
    """Split a text at the matches of a pattern; the matches stay, at the odd places."""
    parts, end = [], 0
    for match in pattern.finditer(text):
        parts += [text[end : match.start()], match[0]]
        end = match.end()
    return [*parts, text[end:]]


def _joined(parts: list[str], names: dict[str, str]) -> str:
    return "".join(names[part] if place % 2 else part for place, part in enumerate(parts))
