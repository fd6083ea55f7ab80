"""The HTML page of an export. Complete without script; a small script, allowed by its digest alone, adds a search."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.export import page_rows
from bot.export.entry_numbers import EntryNumbers, entry_numbers
from bot.export.later_entries import later_entries
from bot.export.notice_rows import InboundRow, NoticeRow, inbound_rows, notice_rows
from bot.export.page_rows import DecisionRow, FurtherRow, MessageRow, SentUpdateRow
from bot.export.reader_names import Names
from bot.rendering import mrkdwn
from bot.rendering.renderer import Mode, Renderer
from bot.rendering.word_tables import TEMPLATES
from incident.entry import Entry
from incident.model.incident import Incident
from incident.rules.impact_time import impact
from incident.states import Audience

STYLE: Final = TEMPLATES / "documents" / "incident.css"
SCRIPT: Final = TEMPLATES / "documents" / "incident.js"


@dataclass(frozen=True)
class HtmlPageContext:
    """The context of documents/incident.html.j2. `record` is that of the export.

    `timeline` is in the order of recording; `happened` is in the order of happening, None where that is the same.
    `time_zone` is the organisation's, whose time is shown beside UTC.
    """

    number: str
    title: str
    symptom: str
    record: dict[str, Any]
    restored_after: str | None
    timeline: tuple[dict[str, Any], ...]
    happened: tuple[dict[str, Any], ...] | None
    numbers: EntryNumbers
    audiences: tuple[dict[str, Any], ...]
    updates: tuple[SentUpdateRow, ...]
    messages: tuple[MessageRow, ...]
    decisions: tuple[DecisionRow, ...]
    failed_deliveries: tuple[FurtherRow, ...]
    notices: tuple[NoticeRow, ...]
    inbound: tuple[InboundRow, ...]
    refused: tuple[FurtherRow, ...]
    others: tuple[FurtherRow, ...]
    entries: int
    head: str
    policy_hash: str
    exported_at: str
    exported_by: str
    time_zone: str

    @property
    def css(self) -> str:
        """The style of the page."""
        return STYLE.read_text("utf-8")

    @property
    def script(self) -> str:
        """The script of the page."""
        return SCRIPT.read_text("utf-8")

    @property
    def script_digest(self) -> str:
        """The digest by which the page's content security policy allows its script and no other."""
        return f"sha256-{b64encode(sha256(self.script.encode()).digest()).decode()}"

    def local(self, at: str) -> str:
        """Return a time of the record in the organisation's zone, with the date where the day differs; empty for UTC."""
        if self.time_zone == "UTC":
            return ""
        moment = datetime.fromisoformat(at).astimezone(UTC)
        there = moment.astimezone(ZoneInfo(self.time_zone))
        date = "" if there.date() == moment.date() else f"{there:%Y-%m-%d} "
        return f"{date}{there:%H:%M:%S %Z}"


def page_context(
    entries: Sequence[Entry],
    incident: Incident,
    record: dict[str, Any],
    *,
    names: Names,
    render: Renderer,
    channels: Mapping[Audience, str] | None = None,
    **more: Any,
) -> HtmlPageContext:
    """Return the context of the page of an incident. `more` holds what only the export knows.

    `channels` are those of the audiences, as the policy names them.
    """
    channels = {**(channels or {}), **_own_channel(incident)}
    later = later_entries(entries, render)
    sent = page_rows.sent_updates(entries, names, render, later, channels)
    rows = page_rows.timeline_rows(record, entries, render, later)
    messages = page_rows.message_rows(entries, render, later)
    happened = page_rows.as_it_happened(rows)
    refused = page_rows.refused_rows(entries, render)
    shown = {row["entry"] for row in rows} | {row.entry for row in messages} | {row.entry for row in refused}
    return HtmlPageContext(
        number=incident.number,
        title=incident.title,
        symptom=incident.symptom,
        record=record,
        restored_after=_restored_after(incident),
        timeline=rows,
        happened=None if happened == rows else happened,
        numbers=entry_numbers(entries, incident.undone),
        audiences=page_rows.audience_rows(record, sent),
        updates=sent,
        messages=messages,
        decisions=page_rows.decision_rows(entries, names, render, later),
        failed_deliveries=page_rows.failed_deliveries(entries, render),
        notices=notice_rows(incident, names, render),
        inbound=inbound_rows(entries, names, render, incident.undone),
        refused=refused,
        others=page_rows.other_rows(entries, shown, render),
        entries=len(entries),
        policy_hash=incident.policy_hash,
        **more,
    )


def _own_channel(incident: Incident) -> dict[Audience, str]:
    """Return the channel of responders, who read their updates in that of the incident."""
    return {Audience.INTERNAL: f"#{incident.places.channel_name}"} if incident.places.channel_name else {}


def render_page(context: HtmlPageContext, render: Renderer) -> str:
    """Render the page as HTML."""
    return render.text("documents/incident.html.j2", c=context)


def _restored_after(incident: Incident) -> str | None:
    """Return how long users were affected, in words, and from what it counts; None before the service is restored."""
    harm = impact(incident)
    start = "detection, as its start is not on record" if harm.is_detection else "the start"
    return None if harm.total_s is None else f"users affected for {mrkdwn.duration(harm.total_s)}, counted from {start}"


def document_renderer(names: Any) -> Renderer:
    """Return the renderer for documents: names instead of mentions, UTC instead of the reader's time zone."""
    return Renderer(Mode.DOCUMENT, names=names)
