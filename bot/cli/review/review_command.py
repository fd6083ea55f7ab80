"""`muster review`: the review of one incident as Markdown, HTML or PDF, from the record as it is now."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import find, open_database, policy_in_force
from bot.clock import RealClock
from bot.export.after.review_document import review_html, review_markdown, review_page, review_pdf, tasks_of
from bot.export.checked_chain import CheckedChain
from bot.export.document import readable
from bot.export.html_page import document_renderer
from bot.export.reader_names import ReaderNames
from incident.fold.fold import fold
from incident.record import masked_view


def write_review(number: str, out: Path, *, pdf: bool, html: bool) -> int:
    """Print the review of an incident as Markdown, or write it into `out` as PDF or HTML and print where it is."""
    try:
        with open_database() as (store, settings):
            chain, now = CheckedChain(store.queries, find(store, number)), RealClock().now()
            policy = policy_in_force(store, settings).policy
            masks = masked_view.masks_of_chain(chain.entries)
            entries = [masked_view.masked(entry, masks) for entry in chain.entries]
            names = ReaderNames(store.directory.person, chain.key.team)
            render = document_renderer(names)
            incident = fold([readable(entry, names) for entry in entries])
            longest = timedelta(minutes=policy.scribe.gap_minutes)
            page = review_page(
                entries,
                incident,
                names=names,
                render=render,
                longest_silence=longest,
                at=now,
                tasks=tasks_of(store, chain.key.team),
            )
            if not (pdf or html):
                print(review_markdown(page, render), end="")
                return 0
            out.mkdir(parents=True, exist_ok=True)
            written = []
            if html:
                file = out / f"{incident.number}-review.html"
                file.write_text(review_html(page, render), encoding="utf-8", newline="\n")
                written.append(file)
            if pdf:
                file = out / f"{incident.number}-review.pdf"
                file.write_bytes(review_pdf(page, render))
                written.append(file)
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    for file in written:
        print(f"The review of {incident.number} is in {file}.")
    return 0
