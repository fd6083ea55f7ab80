"""The command line: one function per command, each importing what it needs only when it runs."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from bot.cli.groups.command_groups import SUB_APPS
from bot.config.setting_problems import MissingSettings


class Commands(TyperGroup):
    """The commands. Settings that are missing or wrong end any of them with a sentence for each, and exit status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except MissingSettings as missing:
            typer.echo(str(missing), err=True)
            raise typer.Exit(2) from None


app = typer.Typer(
    name="muster",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Runs major incidents in Slack and keeps a tamper-evident record of them.",
)
for one in SUB_APPS:
    app.add_typer(one)

# Collect after so many new objects: Python's own 700 are less than a hundred messages' worth, and slow every start by a tenth.
GC_THRESHOLDS: Final = (10_000, 20, 20)
# What Muster writes (database, log, backups, exports, spool) holds what people wrote, for its own user only.
UMASK: Final = 0o077

Number = Annotated[str, typer.Argument(help="The incident: INC-2026-0042, 2026-42, or 42 of this year.")]


@app.command()
def run() -> None:
    """Run Muster against Slack, as .env and policy.yaml say."""
    # What the imports create lives as long as the process, and collecting it takes a tenth of the start.
    gc.disable()
    from bot.cli.run_command import serve

    gc.freeze()
    gc.enable()
    raise typer.Exit(serve())


@app.command()
def doctor() -> None:
    """Check settings, database, policy and Slack, and list what to fix. Changes nothing."""
    from bot.cli.doctor import diagnose

    raise typer.Exit(diagnose())


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Exit after the play.")] = False,
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="The port of the page; 8790, or a free one if that is taken, unless given."
        ),
    ] = None,
) -> None:
    """Play a major incident in a pretend workspace, then keep running so that you can take part."""
    from bot.simulation.demo.demo_command import play_demo

    raise typer.Exit(play_demo(once=once, port=port))


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(help="Incident scripts.", exists=True, dir_okay=False)],
    check: Annotated[bool, typer.Option("--check", help="Compare with what the script expects.")] = False,
    database: Annotated[str, typer.Option(help="DATABASE_URL to play on; a fresh SQLite file unless given.")] = "",
) -> None:
    """Play incident scripts through the real listeners and print the record each one produces."""
    from bot.simulation.replay.replay_command import replay_files

    raise typer.Exit(replay_files(files, check=check, database=database or None))


@app.command()
def migrate(
    service_role: Annotated[
        str, typer.Option(help="Also let this role of PostgreSQL run Muster without owning the tables.")
    ] = "",
    triggers: Annotated[
        bool,
        typer.Option(
            "--triggers",
            "--guards",
            help="Reinstall missing triggers of the record, and verify it. (--guards: old name)",
        ),
    ] = False,
) -> None:
    """Create the tables, or migrate them to the schema of this release."""
    from bot.cli.record_commands import migrate_database
    from bot.cli.verify_command import reinstall_triggers

    raise typer.Exit(reinstall_triggers() if triggers else migrate_database(service_role))


@app.command()
def policy(
    file: Annotated[Path | None, typer.Argument(help="The policy file; MUSTER_POLICY by default.")] = None,
) -> None:
    """Check a policy file: list every fault with its line, or what it leaves open."""
    from bot.cli.record_commands import check_policy

    raise typer.Exit(check_policy(file))


@app.command()
def verify(
    checkpoint: Annotated[
        Path | None, typer.Option(help="A file with a published checkpoint; what it covers must still be there.")
    ] = None,
    seen: Annotated[str, typer.Option(help="A root that was published, as NUMBER:ROOT.")] = "",
    key: Annotated[str, typer.Option(help="The public key that signed the checkpoints, or a predecessor.")] = "",
    since: Annotated[
        int | None, typer.Option(min=1, help="Read only chains with entries after this checkpoint, which was verified.")
    ] = None,
) -> None:
    """Verify the record: recompute every hash, replay every incident, and name the first broken entry.

    Ends with 0 when everything holds, 3 tampered, 4 truncated, 5 wrong key or time stamp, 6 to rebuild or triggers missing.
    """
    from bot.cli.verify_command import verify_database

    raise typer.Exit(verify_database(checkpoint, seen=seen, key=key, since=since))


@app.command()
def rebuild() -> None:
    """Rebuild what is derived from the record, when `verify` says so. Entries are never changed."""
    from bot.cli.verify_command import rebuild_database

    raise typer.Exit(rebuild_database())


@app.command()
def export(number: Number, out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("out")) -> None:
    """Write the record of one incident: a page to read, JSON, entries, manifest and verify.py."""
    from bot.cli.record_commands import export_incident

    raise typer.Exit(export_incident(number, out))


@app.command()
def metrics(
    number: Annotated[str, typer.Argument(help="The incident, as in INC-2026-0042; all of them unless given.")] = "",
) -> None:
    """Print the metrics of one incident as JSON, or of every incident, one JSON object on each line."""
    from bot.cli.record_commands import print_all_metrics, print_metrics

    raise typer.Exit(print_metrics(number) if number else print_all_metrics())


@app.command()
def keygen(
    file: Annotated[Path, typer.Argument(help="Where to write the private key; keep it outside the database.")] = Path(
        "muster.key"
    ),
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Record the new key as successor of the key in MUSTER_KEY_FILE.")
    ] = False,
) -> None:
    """Create the Ed25519 key that signs checkpoints, and print its public key."""
    from bot.cli.key_commands import make_key, rotate_key

    raise typer.Exit(rotate_key(file) if rotate else make_key(file))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Copy the whole record into one file while Muster runs, and verify the copy."""
    from bot.cli.backup_command import back_up_database

    raise typer.Exit(back_up_database(file))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `muster backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace a database that holds entries.")] = False,
    seen: Annotated[str, typer.Option(help="The last root that was published, as NUMBER:ROOT.")] = "",
) -> None:
    """Restore a backup, verify it, and say what is lost."""
    from bot.cli.backup_command import restore_database

    raise typer.Exit(restore_database(file, replace=replace, seen=seen))


@app.command()
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be deleted.")] = False,
) -> None:
    """Delete incidents whose retention has ended, as the daily job does; a tombstone stays for each."""
    from bot.cli.retention_command import delete_expired

    raise typer.Exit(delete_expired(dry_run=dry_run))


@app.command(context_settings={"ignore_unknown_options": True})
def incident(
    line: Annotated[list[str], typer.Argument(help="What you would type after /incident.")],
    number: Annotated[str, typer.Option("--in", help="The incident, as in INC-2026-0042.")] = "",
) -> None:
    """Do what `/incident …` does in Slack. Your name is claimed, not proven, and the record says so."""
    from bot.cli.incident_command import act

    raise typer.Exit(act(" ".join(line), number=number or None))


@app.command(name="list")
def list_incidents(
    words: Annotated[list[str] | None, typer.Argument(help="What you would type after /incident list.")] = None,
) -> None:
    """List the open incidents that you may see, as `/incident list` does in Slack."""
    from bot.cli.incident_command import act

    raise typer.Exit(act(" ".join(["list", *(words or [])]), number=None))


@app.command(name="help")
def verbs(
    verb: Annotated[str, typer.Argument(help="A verb to explain; without one, all are listed.")] = "",
    markdown: Annotated[bool, typer.Option("--markdown", help="As the table of docs/reference/verbs.md.")] = False,
) -> None:
    """List what people can type after /incident, or explain one verb."""
    from bot.cli.incident_command import explain_verb, list_verbs

    raise typer.Exit(explain_verb(verb) if verb else list_verbs(markdown=markdown))


def main() -> None:
    """Run the command line. Python -OO is refused, because it strips the docstrings that are shown as help."""
    if sys.flags.optimize > 1:
        sys.stderr.write("Muster shows docstrings as help and will not run with python -OO. Run it without.\n")
        raise SystemExit(2)
    gc.set_threshold(*GC_THRESHOLDS)
    os.umask(UMASK)
    app(prog_name="muster")


if __name__ == "__main__":
    main()
