"""The packs of reports in an export: each as data with the digest that was frozen, and as HTML, PDF and Markdown for people.

A pack whose content is redacted or hidden has no files. `verify.py` compares the data with the digest in the entry of the pack.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot.documents.pdf_file import pdf_of
from bot.export.reader_names import Names
from bot.rendering import mrkdwn
from bot.rendering.markdown import markdown_text
from bot.rendering.renderer import Renderer
from incident.entries.outside.report_packs import FrozenField, PackFrozen
from incident.entry import Entry
from incident.model.incident import Incident
from incident.model.outside_records import RegulatoryClock
from incident.model.report_pack import ReportPack
from incident.outside.regimes import RegimeBook
from incident.report.pack_document import FrozenValue, document, document_text, values_of
from incident.report.pack_misfits import misfits
from incident.report.report_format import maybe, moment
from roles.person_ids import PersonId

_FENCE: Final = re.compile(r"`{3,}")


@dataclass(frozen=True)
class PackRow:
    """A field of a pack as people read it; `value` is None where it is missing, `by` the name of who typed it.

    `is_needless` is True for a missing value that only a late report needs, where the report was in time.
    """

    field: FrozenField
    value: str | None
    by: str | None
    is_needless: bool = False

    @property
    def fence(self) -> str:
        """A fence of Markdown that is longer than any in the value."""
        return "`" * max([3, *(len(one) + 1 for one in _FENCE.findall(self.value or ""))])


@dataclass(frozen=True)
class PackPage:
    """The context of documents/pack.html.j2 and documents/pack.md.j2: a pack with its state when it was exported."""

    number: str
    pack: ReportPack
    law: str
    checked_on: str
    rows: tuple[PackRow, ...]
    clock: RegulatoryClock | None
    status: str | None
    superseded_by: str | None
    frozen_by: str
    approved_by: str | None
    exported_at: datetime
    misfits: tuple[str, ...] = ()

    def md(self, text: str) -> str:
        """Return a text so that Markdown shows its characters as they are."""
        return markdown_text(text)

    @property
    def missing(self) -> int:
        """How many fields have no value and need one."""
        return sum(row.value is None and not row.is_needless for row in self.rows)


def write_packs(
    folder: Path,
    entries: Sequence[Entry],
    incident: Incident,
    *,
    names: Names,
    render: Renderer,
    at: datetime,
    forms: RegimeBook,
) -> None:
    """Write the files of each pack whose content is readable. `entries` are as people may see them."""
    found = {entry.n: entry.fact for entry in entries if isinstance(entry.fact, PackFrozen)}
    for pack in incident.packs:
        fact = found[pack.n]
        text, values = document_text(incident.number, fact), values_of(fact)
        if text is None or values is None:
            continue
        page = _page(incident, pack, fact, values, names=names, at=at, forms=forms)
        html = render.text("documents/pack.html.j2", c=page)
        base = folder / f"pack-{pack.id}"
        base.with_suffix(".json").write_bytes(text.encode("utf-8"))
        base.with_suffix(".html").write_text(html, encoding="utf-8", newline="\n")
        base.with_suffix(".pdf").write_bytes(pdf_of(html, title=f"{incident.number} {pack.id}", at=pack.at))
        markdown = render.text("documents/pack.md.j2", c=page)
        base.with_suffix(".md").write_text(markdown, encoding="utf-8", newline="\n")


def pack_rows(entries: Sequence[Entry], incident: Incident, names: Names, forms: RegimeBook) -> list[dict[str, Any]]:
    """Return each pack for the record: which report, its digest, who made, approved and submitted it, and whether it has files."""
    found = {entry.n: entry.fact for entry in entries if isinstance(entry.fact, PackFrozen)}
    return [
        {
            "entry": pack.n,
            "id": pack.id,
            "regime": pack.regime,
            "obligation": pack.obligation,
            "label": pack.label,
            "revision": pack.revision,
            "sha256": pack.sha256,
            "frozen_by": names(pack.by),
            "frozen_at": moment(pack.at),
            "missing": pack.missing,
            "approved_by": _name(pack.approved_by, names),
            "approved_at": maybe(pack.approved_at),
            "submitted_at": maybe(pack.submitted_at),
            "superseded_by": _superseded_by(incident, pack),
            "has_files": values_of(found[pack.n]) is not None,
            "misfits": _misfits(incident, found[pack.n], forms),
        }
        for pack in incident.packs
    ]


def _page(
    incident: Incident,
    pack: ReportPack,
    fact: PackFrozen,
    values: Sequence[FrozenValue],
    *,
    names: Names,
    at: datetime,
    forms: RegimeBook,
) -> PackPage:
    clock = incident.clock(pack.regime, pack.obligation)
    in_time = clock is not None and clock.status(at) == "met"
    needless = _needed_when_late(pack, forms) if in_time else frozenset()
    return PackPage(
        number=incident.number,
        pack=pack,
        law=fact.law,
        checked_on=fact.checked_on,
        rows=tuple(_row(one, incident, names, needless) for one in values),
        clock=clock,
        status=clock.status(at) if clock else None,
        superseded_by=_superseded_by(incident, pack),
        frozen_by=names(pack.by),
        approved_by=_name(pack.approved_by, names),
        exported_at=at,
        misfits=_misfits(incident, fact, forms) or (),
    )


def _misfits(incident: Incident, fact: PackFrozen, forms: RegimeBook) -> tuple[str, ...] | None:
    """Return the fields that do not fit the form of the report; None if this release has another one, or the values are gone."""
    form = forms.regime(fact.regime)
    data = document(incident.number, fact)
    is_same = form is not None and form.checked_on.isoformat() == fact.checked_on
    return misfits(data, form) if form is not None and is_same and data is not None else None


def _needed_when_late(pack: ReportPack, forms: RegimeBook) -> frozenset[str]:
    """Return the fields of a report that only a late one needs."""
    regime = forms.regime(pack.regime)
    stage = regime.stage(pack.obligation) if regime else None
    return frozenset(one.id for one in stage.fields if one.when_late) if stage else frozenset()


def _row(one: FrozenValue, incident: Incident, names: Names, needless: frozenset[str]) -> PackRow:
    team = incident.key.team
    value = one.value
    if value is not None:
        value = mrkdwn.plain_text(value, lambda user: names(PersonId(f"slack:{team}:{user}")))
    return PackRow(one.field, value, _name(one.field.by, names), value is None and one.field.field in needless)


def _name(person: PersonId | None, names: Names) -> str | None:
    return None if person is None else names(person)


def _superseded_by(incident: Incident, pack: ReportPack) -> str | None:
    """Return the last pack of the same report, None if it is this one."""
    last = [one for one in incident.packs if (one.regime, one.obligation) == (pack.regime, pack.obligation)][-1]
    return None if last is pack else last.id
