"""The review as a document: what the record says, what people wrote, what follows. Each line names its entry.

It is written as HTML, Markdown and PDF into every export of an incident whose review is scheduled or written, and by
`muster review`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.documents.pdf_file import pdf_of
from bot.export.reader_names import Names
from bot.rendering.markdown import markdown_text
from bot.rendering.renderer import Renderer
from incident.entry import Entry, workspace_chain
from incident.model.incident import Incident
from incident.model.response.after_incident import Aftermath, Lesson, WrittenDocument
from incident.report.review_draft import CitedEntry, ReviewDraft, last_of_kinds, review_draft
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.task_state import Task, lesson_task
from storage.store import Store

FILES: Final = ("review.html", "review.md", "review.pdf")


@dataclass(frozen=True)
class ReviewLine:
    """An entry as one line of the document."""

    n: int
    at: datetime
    text: str
    by: str


@dataclass(frozen=True)
class ReviewPage:
    """The context of documents/review.html.j2 and documents/review.md.j2.

    `last` is the number of the last entry of each kind. With `has_links` each number links the page of the export.
    """

    incident: Incident
    draft: ReviewDraft
    course: tuple[ReviewLine, ...]
    decisions: tuple[ReviewLine, ...]
    notified: tuple[ReviewLine, ...]
    missed: tuple[ReviewLine, ...]
    names: Names
    at: datetime
    last: Mapping[str, int]
    tasks: Mapping[str, Task]
    has_links: bool = True

    @property
    def after(self) -> Aftermath:
        """What follows the incident."""
        return self.incident.aftermath

    def task_state(self, lesson: Lesson) -> str:
        """Return how the task of a lesson is, in words; nothing if it is not among the tasks any more."""
        task = self.tasks.get(lesson_task(lesson.id, self.incident.number))
        if task is None:
            return ""
        if task.is_open:
            return "overdue" if task.due_at < self.at else "open"
        return "done" if task.done_at else "withdrawn"

    @property
    def documents(self) -> tuple[tuple[str, WrittenDocument | None], ...]:
        """The review and the root cause analysis, each with its slug."""
        return (("review", self.after.review), ("rca", self.after.rca))

    def md(self, text: str) -> str:
        """Return a text so that Markdown shows its characters as they are."""
        return markdown_text(text)


def has_review(incident: Incident) -> bool:
    """True if there is something to write: a review that is scheduled or written, a cause, a lesson, a corrective action."""
    return incident.review is not None or incident.aftermath != Aftermath()


def review_page(
    entries: Sequence[Entry],
    incident: Incident,
    *,
    names: Names,
    render: Renderer,
    longest_silence: timedelta,
    at: datetime,
    tasks: Iterable[Task] = (),
) -> ReviewPage:
    """Return the document's content. `tasks` are those of the organisation, whose state lessons have. `entries` are as people may see them, `incident` is folded from them, readable."""
    draft = review_draft(entries, incident, longest_silence)

    def lines(cited: Sequence[CitedEntry]) -> tuple[ReviewLine, ...]:
        return tuple(
            ReviewLine(
                one.n,
                one.at,
                render.macro("slack/shared/draft.j2", "mark", one)
                if one.mark
                else render.macro("sentences.j2", one.entry.fact.kind, one.entry),
                names(one.entry.fact.shown_by(one.entry.by)),
            )
            for one in cited
        )

    return ReviewPage(
        incident=incident,
        draft=draft,
        course=lines(draft.milestones),
        decisions=lines(draft.decisions),
        notified=lines(draft.notified),
        missed=lines(draft.missed),
        names=names,
        at=at,
        last=last_of_kinds(entries),
        tasks={one.text: one for one in tasks},
    )


def review_html(page: ReviewPage, render: Renderer) -> str:
    """Return the document as HTML."""
    return render.text("documents/review.html.j2", c=page)


def review_markdown(page: ReviewPage, render: Renderer) -> str:
    """Return the document as Markdown."""
    return render.text("documents/review.md.j2", c=page)


def review_pdf(page: ReviewPage, render: Renderer) -> bytes:
    """Return the document as PDF."""
    return pdf_of(
        review_html(replace(page, has_links=False), render), title=f"Review of {page.incident.number}", at=page.at
    )


def tasks_of(store: Store, team: str) -> tuple[Task, ...]:
    """Return the tasks of an organisation, those that ended lately too."""
    key = workspace_chain(team)
    found = store.recorder.read(lambda reader: reader.peek_aggregate(ORGANISATION, key))
    return (*found.tasks, *found.finished) if found is not None else ()


def write_review(folder: Path, page: ReviewPage, render: Renderer) -> None:
    """Write the document into a folder, in each format."""
    (folder / "review.html").write_text(review_html(page, render), encoding="utf-8", newline="\n")
    (folder / "review.md").write_text(review_markdown(page, render), encoding="utf-8", newline="\n")
    (folder / "review.pdf").write_bytes(review_pdf(page, render))
