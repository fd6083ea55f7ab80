"""The rows of the page's tables of notices by rule, with what reached whom and who confirmed it, and of what came in from outside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.export.reader_names import Names
from bot.rendering.renderer import Renderer
from incident.entries.restoration import InboundNoted
from incident.entry import Entry
from incident.model.incident import Incident
from incident.model.response.policy_notice import Notice
from incident.report.report_format import moment


@dataclass(frozen=True)
class NoticeRow:
    """One notice: its rule, its office, what became of each delivery, the receipts, and whether it was in time."""

    entry: int
    at: str
    rule: str
    office: str
    due_at: str
    reached: tuple[str, ...]
    receipts: tuple[tuple[str, str], ...]
    missed: bool


def notice_rows(incident: Incident, names: Names, render: Renderer) -> tuple[NoticeRow, ...]:
    """Return every notice, in the order of recording."""
    return tuple(
        NoticeRow(
            entry=one.n,
            at=moment(one.at),
            rule=one.rule,
            office=render.sentence("{{ office | office }}", office=one.office),
            due_at=moment(one.due_at),
            reached=_reached(one, names, render),
            receipts=tuple((names(receipt.who), moment(receipt.at)) for receipt in one.receipts),
            missed=one.missed,
        )
        for one in incident.notices
    )


def _reached(notice: Notice, names: Names, render: Renderer) -> tuple[str, ...]:
    return tuple(
        f"{names(one.who)} {'' if one.ref else 'not reached '}"
        f"{render.sentence('{{ medium | notified_by }}', medium=one.medium)}"
        for one in notice.deliveries
    )


@dataclass(frozen=True)
class InboundRow:
    """Something that came in from outside: from whom, how many so far, in whose words, and who recorded it."""

    entry: int
    at: str
    origin: str
    count: int | None
    text: str
    by: str


def inbound_rows(
    entries: Sequence[Entry], names: Names, render: Renderer, undone: Collection[int]
) -> tuple[InboundRow, ...]:
    """Return everything that came in from outside, as it happened."""
    found = (entry for entry in entries if isinstance(entry.fact, InboundNoted) and entry.n not in undone)
    rows = (
        InboundRow(
            entry=entry.n,
            at=moment(entry.occurred_at),
            origin=render.sentence("{{ origin | origin }}", origin=fact.origin),
            count=fact.count,
            text=render.words(fact.text),
            by=names(entry.by),
        )
        for entry in found
        if isinstance(fact := entry.fact, InboundNoted)
    )
    return tuple(sorted(rows, key=lambda row: row.at))
