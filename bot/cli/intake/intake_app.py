"""`muster events` and `muster intake-test`: their arguments. They import what they need only when they run."""

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


@intake_app.command(name="intake-test")
def intake_test(source: Annotated[str, typer.Argument(help="The source, as the policy names it.")]) -> None:
    """Send a sample of a source to the Muster that runs here, and print what came of it. Who is on call is asked about it."""
    from bot.cli.intake.source_trial import try_source

    raise typer.Exit(try_source(source))
