"""The commands in the how-to guides work: blocks marked `tried` are run, every other line is at least parsed."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
import typer

from bot.cli.main import app
from bot.config.settings import read_paging_settings
from bot.monitoring.metrics import Metrics, StateCollector
from bot.spool.spool import Spool
from bot.web.http_app import web_app
from storage.store import Store, open_store
from tests.support import paging_providers as known
from tests.support import postgres
from tests.support.forked_command import ForkedCommand
from tests.support.muster_command import POLICY, ROOT, environment
from tests.support.paging_providers import PagingProviders
from tests.support.started_record import StartedRecord, start_record

PAGE: Final = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "docs" / "how-to").glob("*.md")))
DOCUMENTS: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

BLOCK: Final = re.compile(r"^```sh(?: tried on ([\w ]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STANDS_FOR: Final = {
    "CHECKPOINT": "41",
    "N": "1000",
    "FILE": "policy.yaml",
    "NEW": "new.key",
    "NUMBER": "INC-2026-0001",
    "VERB": "update",
}
SERVICE: Final = "muster_service"
RESTORED: Final = "muster_restored"


class Tried(NamedTuple):
    """A block that says on which databases it was tried."""

    on: str
    lines: str


def tried() -> list[Tried]:
    return [Tried(one, lines) for on, lines in BLOCK.findall(PAGE) if on for one in on.split(" and ")]


def typed(text: str) -> Iterator[str]:
    """Yield every line of code in a document that starts with `muster`."""
    blocks = [lines for _, lines in BLOCK.findall(text)]
    spans = re.findall(r"`(muster [^`\n]+)`", text) + re.findall(r"(?m)^ {4}(muster .+)$", text)
    for line in [*spans, *(line for block in blocks for line in block.splitlines())]:
        for part in re.split(r" {2,}| && | \|\| ", line):
            words = re.sub(r"^(?:[A-Z_]+=\S+ )+", "", part.strip())
            if words.startswith("muster ") and "COMMAND" not in words:
                yield words.removeprefix("muster ")


def read(line: str) -> str:
    """Parse a line as the command line would, without running it, and return the command; raise when it is not understood.

    The name of a command alone refers to the command, and has nothing to parse.
    """
    plain = re.sub(r"\b(?:N|NUMBER):ROOT\b", f"1:{'0' * 64}", re.sub(r"[\[\]]|(?<=FILE) …", "", line))
    words = [STANDS_FOR.get(word, word) for word in shlex.split(plain)]
    commands = typer.main.get_group(app).commands
    assert words[0] in commands, f"there is no `muster {words[0]}`"
    if len(words) > 1:
        commands[words[0]].make_context(words[0], words[1:])
    return words[0]


@pytest.fixture
def started_record(sqlite_url: str) -> StartedRecord:
    """A database on which Muster has run."""
    return start_record(sqlite_url)


@pytest.fixture
def cluster() -> Iterator[None]:
    """Remove the roles and databases that the guide creates."""
    clear = (f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)", f"DROP ROLE IF EXISTS {SERVICE}")
    for statement in clear:
        postgres.server().run(statement)
    yield
    for statement in clear:
        postgres.server().run(statement)


@pytest.fixture
def providers() -> Iterator[PagingProviders]:
    """A pager that rings in this process."""
    double = PagingProviders()
    yield double
    double.close()


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[str]:
    """A PATH with `muster` and the tools of PostgreSQL."""
    with ForkedCommand(tmp_path / "bin") as command:
        found = postgres.binaries()
        yield f"{command.folder}:{found}:/usr/bin:/bin" if found else f"{command.folder}:/usr/bin:/bin"


def run(
    block: str, started_record: StartedRecord, folder: Path, path: str, **given: str
) -> subprocess.CompletedProcess[str]:
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    result = started_record.muster(folder, "incident", "declare service=search impact=1 urgency=1 No results")
    assert result.code == 0, result.everything
    env = environment(PATH=path, DATABASE_URL=started_record.url, HOME=str(folder), **given)
    command = [str(shutil.which("bash")), "-euxo", "pipefail", "-c", block]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=100)


@pytest.mark.parametrize("lines", [one.lines for one in tried() if one.on == "sqlite"])
def test_a_block_marked_as_tried_on_sqlite_works(
    lines: str, started_record: StartedRecord, tools: str, tmp_path: Path
) -> None:
    result = run(lines, started_record, tmp_path, tools)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("lines", [one.lines for one in tried() if one.on == "postgresql"])
def test_a_block_marked_as_tried_on_postgresql_works(
    lines: str, cluster: None, postgres_url: str, tools: str, tmp_path: Path
) -> None:
    if not all(shutil.which(tool, path=tools) for tool in ("pg_dump", "createdb")):
        postgres.missing("its tools are not beside its server")
    server = postgres.server()
    given = {
        "PGHOST": re.findall(r"host=(.+)", postgres_url)[0],
        "PGUSER": "muster",
        "SERVICE_URL": postgres_url.replace("muster@", f"{SERVICE}@"),
        "RESTORED_URL": server.dsn(RESTORED),
    }

    result = run(lines, start_record(postgres_url), tmp_path, tools, **given)
    if SERVICE in lines:
        with open_store(postgres_url) as store:
            store.transactions.write(lambda connection: connection.exec_driver_sql(f"DROP OWNED BY {SERVICE}"))

    assert result.returncode == 0, result.stdout + result.stderr


def test_the_guide_to_a_pager_works_to_the_letter(
    started_record: StartedRecord, tools: str, providers: PagingProviders, tmp_path: Path
) -> None:
    lines = "\n".join(one.lines for one in tried() if one.on == "a pager")
    given = {"MUSTER_NTFY_URL": providers.url, "MUSTER_NTFY_TOKEN": known.NTFY_TOKEN}
    given |= {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}

    result = run(lines, started_record, tmp_path, tools, **given)

    assert result.returncode == 0, result.stdout + result.stderr
    [published] = providers.published
    assert f"Subscribe to this topic in the app: {published['topic']}" in result.stdout
    assert "1. ntfy" in result.stdout
    assert read_paging_settings(tmp_path / ".env").public_url == "https://muster.example.org"


def test_blocks_are_marked_as_tried_on_both_databases_and_a_pager() -> None:
    assert {one.on for one in tried()} == {"sqlite", "postgresql", "a pager"}


@pytest.mark.parametrize("line", sorted({line for path in DOCUMENTS for line in typed(path.read_text("utf-8"))}))
def test_every_line_that_calls_muster_can_be_parsed(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    assert read(line) == line.split()[0]


def test_a_line_that_muster_cannot_parse_is_found() -> None:
    lines = list(typed("`muster frobnicate` and\n\n    muster verify --sideways    no such option\n"))

    assert lines == ["frobnicate", "verify --sideways"]
    for line in lines:
        with pytest.raises(Exception, match=r"frobnicate|sideways"):
            read(line)


def test_every_http_path_in_the_guide_is_served() -> None:
    class Nothing:
        def checks(self) -> list[object]:
            return []

        def exposition(self) -> bytes:
            return b""

    served = {route.path for route in web_app(lambda: True, probe=Nothing()).routes}  # type: ignore[arg-type,attr-defined]

    assert set(re.findall(r"127\.0\.0\.1:3000(/\w+)", PAGE)) == served


def test_every_metric_in_the_guide_is_exported(sqlite_store: Store, tmp_path: Path) -> None:
    counts = Metrics()
    counts.registry.register(StateCollector(sqlite_store, Spool(tmp_path, "T1"), lambda: True, lambda: 0.0))
    counts.record_call("chat.postMessage", "too_many")
    exported = set(re.findall(r"# TYPE (muster_\w+)", counts.exposition().decode()))

    assert set(re.findall(r"\bmuster_(?!service|restored)\w+", PAGE)) - exported == set()


def test_every_deploy_file_in_the_guide_exists() -> None:
    named = set(re.findall(r"\bdeploy/[\w.-]+\.(?:yaml|service|example)|\bdeploy/Dockerfile", PAGE))

    assert len(named) >= 5
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
