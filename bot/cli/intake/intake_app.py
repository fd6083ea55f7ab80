"""`muster events`: its arguments. It imports what it needs only when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

intake_app = typer.Typer(no_args_is_help=True)


@intake_app.command()
def events(
    csv: Annotated[bool, typer.Option("--csv", help="As CSV, one line for each event.")] = False,
) -> None:
    """Print every event of the record, with its judgement, who made it and why: one JSON object on each line."""
    from bot.cli.intake.event_list import print_events

    raise typer.Exit(print_events(as_csv=csv))
