"""`muster review`: its arguments. It imports what it needs only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

review_app = typer.Typer(no_args_is_help=True)


@review_app.command()
def review(
    number: Annotated[str, typer.Argument(help="The incident: INC-2026-0042, 2026-42, or 42 of this year.")],
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("out"),
    pdf: Annotated[bool, typer.Option("--pdf", help="Write it as PDF.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Write it as HTML.")] = False,
) -> None:
    """Print the review of one incident as Markdown, with a first draft from the record; or write it as PDF or HTML."""
    from bot.cli.review.review_command import write_review

    raise typer.Exit(write_review(number, out, pdf=pdf, html=html))
