"""`muster bench` and `muster soak`: their arguments. They import what they need only when they run."""

from __future__ import annotations

from typing import Annotated

import typer

measurement_app = typer.Typer(no_args_is_help=True)


@measurement_app.command()
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Smaller numbers, for a first look.")] = False,
    history: Annotated[
        int | None, typer.Option(min=2, help="Measure a record with this many incidents against a new one instead.")
    ] = None,
    still_open: Annotated[int, typer.Option("--open", min=1, help="How many of them are open.")] = 50,
    database: Annotated[
        str | None, typer.Option(help="DATABASE_URL of an empty database for the history, or for the pages alone.")
    ] = None,
) -> None:
    """Measure Muster on this machine and print one JSON object."""
    if history is not None:
        from bot.simulation.bench.history.history_command import bench_history

        raise typer.Exit(bench_history(history, still_open=still_open, database=database, quick=quick))
    from bot.simulation.bench.bench_command import bench as measure
    from bot.simulation.bench.bench_command import bench_pages

    raise typer.Exit(bench_pages(database, quick=quick) if database else measure(quick=quick))


@measurement_app.command()
def soak(
    minutes: Annotated[float, typer.Option(help="How long people act; the rest of the work takes longer.")] = 10,
    seed: Annotated[int, typer.Option(help="The random seed; the same seed makes the same steps.")] = 1,
    database: Annotated[
        str, typer.Option(help="DATABASE_URL of an empty database; a fresh SQLite file unless given.")
    ] = "",
    replicas: Annotated[int, typer.Option(min=1, help="How many Musters share the database; PostgreSQL only.")] = 1,
) -> None:
    """Run Muster under random load, faults and SIGKILL, then check that nothing was lost or doubled."""
    from bot.simulation.soak.soak_command import soak as let_loose

    raise typer.Exit(let_loose(minutes, seed, database=database or None, replicas=replicas))
