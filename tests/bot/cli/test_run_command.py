"""`muster run` as a process: its output at the start, its errors when it cannot start, and how it stops."""

from __future__ import annotations

import json
import select
import signal
import socket
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.slack.client.sent_lookup import job_of
from sandbox.pretend_workspace import Sandbox
from storage.store import Store, open_store
from tests.support.impatient_run import IN_FLIGHT_SECONDS
from tests.support.muster_command import POLICY, in_process, muster, spawned, started
from tests.support.wait import until

PATIENCE = 60
IMPATIENT = "tests.support.impatient_run"


@contextmanager
def running(
    folder: Path, env: dict[str, str], module: str = "bot.cli.main", process: Any = None
) -> Iterator[tuple[Any, str]]:
    """Run Muster for the duration of a test, in a forked process unless one is given, and yield its first line."""
    process = process or started(folder, "run", module=module, **env)
    try:
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        assert ready, "it did not begin in time"
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.communicate()


def wait_until_held(store: Store, kind: str) -> None:
    """Wait until Muster has claimed a job of some kind."""
    until(lambda: store.jobs.counts().get((kind, "held")), f"{kind} is claimed", PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_prints_what_runs_and_exits_cleanly_on_a_signal(
    number: signal.Signals, sandbox: Sandbox, env: dict[str, str], here: Path
) -> None:
    with running(here, env, process=spawned(here, "run", **env)) as (process, line):
        assert sandbox.wait_for_socket()
        process.send_signal(number)
        code = process.wait(PATIENCE)
        _, log = process.communicate()

    assert "as /incident and /inc" in line
    assert "by policy 2026.1" in line, log
    assert (code, sandbox.sockets.count()) == (0, 0)
    assert sandbox.bot_token not in line + log
    assert "Traceback" not in log


@pytest.mark.parametrize("method", ["auth.test", "users.list", "apps.connections.open"])
def test_a_start_during_an_error_of_slack_succeeds(
    sandbox: Sandbox, env: dict[str, str], here: Path, method: str
) -> None:
    sandbox.faults.server_error(method, times=2, status=503)
    with running(here, env) as (process, line):
        assert sandbox.wait_for_socket(PATIENCE)
        assert process.poll() is None

    assert "Muster runs in" in line


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
def test_a_signal_while_the_start_waits_for_slack_ends_it_at_once(
    sandbox: Sandbox, env: dict[str, str], here: Path, method: str
) -> None:
    sandbox.faults.server_error(method, times=20, status=503)
    process = started(here, "run", **env)
    try:
        deadline = time.monotonic() + PATIENCE
        while not any(one.name == method for one in sandbox.wire_log.since(0)):
            assert time.monotonic() < deadline, "it did not begin in time"
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        started_at = time.monotonic()
        code, took = process.wait(PATIENCE), time.monotonic() - started_at
    finally:
        process.kill()
        log = process.communicate()[1]

    assert (code, took < 5) == (0, True), log
    assert "Traceback" not in log


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/api/", "http://slack.invalid/api/"])
def test_a_start_without_slack_waits_and_reports_it_until_a_signal(
    env: dict[str, str], here: Path, address: str
) -> None:
    port = free_port()
    given = {
        "SLACK_API_URL": address,
        "MUSTER_MODE": "http",
        "SLACK_SIGNING_SECRET": "s" * 32,
        "MUSTER_HTTP_PORT": port,
    }
    process = started(here, "run", **{**env, **given})
    try:
        page = until(lambda: waits_for_slack(port), "the page says why it waits", PATIENCE)
        alive, metrics = asked(port, "/healthz"), asked(port, "/metrics")
        event = asked(port, "/slack/events", b"{}")
        process.send_signal(signal.SIGTERM)
        started_at = time.monotonic()
        code, took = process.wait(PATIENCE), time.monotonic() - started_at
    finally:
        process.kill()
        out, log = process.communicate()

    assert b"waiting for Slack: " in page
    assert (alive[0], event[0]) == (200, 503)
    assert b"muster_ready 0.0" in metrics[1]
    assert (code, took < 3, out) == (0, True, "")
    assert log.count("waiting for Slack") == 1, log
    assert "Traceback" not in log


def test_a_start_that_waited_for_slack_runs_once_slack_answers(
    sandbox: Sandbox, env: dict[str, str], here: Path
) -> None:
    port = free_port()
    sandbox.faults.server_error("auth.test", times=2, status=503)
    with running(here, {**env, "MUSTER_HTTP_PORT": port}) as (_, line):
        assert sandbox.wait_for_socket(PATIENCE)
        checks = until(lambda: ready(port), "it is ready", PATIENCE)

    assert "Muster runs in" in line
    assert checks["slack"]["ok"]


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def asked(port: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Return the status and the body of an answer of Muster's own port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", body, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()
    except OSError:
        return 0, b""


def waits_for_slack(port: str) -> bytes | None:
    """Return the page once it tells for what the start waits."""
    status, page = asked(port, "/readyz")
    return page if status == 503 and b"waiting" in page else None


def ready(port: str) -> dict[str, dict[str, bool]] | None:
    """Return the checks once Muster is ready."""
    status, body = asked(port, "/readyz")
    return dict(json.loads(body)["checks"]) if status == 200 else None


def test_a_job_in_flight_is_completed_before_the_process_ends(
    sandbox: Sandbox, env: dict[str, str], here: Path
) -> None:
    with running(here, env) as (process, _), open_store(env["DATABASE_URL"], team=sandbox.workspace.team_id) as store:
        assert sandbox.wait_for_socket()
        sandbox.faults.set_latency(1_500, "conversations.create")
        sandbox.actor.slash("ann", "general", "/incident", "declare service=search impact=1 urgency=1 No results")
        wait_until_held(store, "make_channel")
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE)
        listed = store.queries.incidents(sandbox.workspace.team_id)

    made = next(one for one in sandbox.workspace.channels.values() if one.name.startswith("inc-"))
    assert code == 0
    assert [one.channel for one in listed] == [made.id]


def test_a_job_interrupted_by_a_stop_is_completed_once_by_the_next_start(
    sandbox: Sandbox, env: dict[str, str], here: Path
) -> None:
    """Each call takes half a second; posting takes effect after 2.4 s, just before its call times out."""
    with (
        running(here, env, IMPATIENT) as (process, _),
        open_store(env["DATABASE_URL"], team=sandbox.workspace.team_id) as store,
    ):
        assert sandbox.wait_for_socket()
        sandbox.faults.set_latency(500)
        sandbox.faults.set_latency(4_800, "chat.postMessage")
        sandbox.actor.slash("ann", "general", "/incident", "declare service=search impact=1 urgency=1 No results")
        wait_until_held(store, "card")
        started_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code, took = process.wait(PATIENCE), time.monotonic() - started_at
        left = store.jobs.due_count(datetime.now(UTC))
        sandbox.faults.clear()

    with running(here, env, IMPATIENT), open_store(env["DATABASE_URL"], team=sandbox.workspace.team_id) as store:
        deadline = time.monotonic() + 2 * PATIENCE
        while store.jobs.due_count(datetime.now(UTC) + timedelta(seconds=45)):
            assert time.monotonic() < deadline, store.jobs.counts()
            time.sleep(0.1)
        listed, dead = store.queries.incidents(sandbox.workspace.team_id), store.jobs.dead_letters()

    channels = sandbox.workspace.channels.values()
    jobs = [job_of({"metadata": m.metadata}) for one in channels for m in one.messages.values()]
    ours = [one for one in channels if one.name.startswith("inc-")]
    assert (code, took < IN_FLIGHT_SECONDS + 2, left > 0) == (0, True, True)
    assert [one.channel for one in listed] == [one.id for one in ours]
    assert [one for one, times in Counter(jobs).items() if one and times > 1] == []
    assert {"card", "say"} <= {str(one).partition(":")[0] for one in jobs}
    assert (len(ours[0].pins), dead) == (1, ())


def test_missing_tokens_are_all_named_with_where_to_get_them(here: Path) -> None:
    result = muster(here, "run")

    assert result.code == 2
    assert "SLACK_BOT_TOKEN is missing" in result.err
    assert "SLACK_APP_TOKEN is missing" in result.err
    assert "api.slack.com/apps" in result.err
    assert "Traceback" not in result.err


def test_a_broken_policy_is_named_with_its_lines_and_the_last_good_one_stays(
    sandbox: Sandbox, env: dict[str, str], here: Path
) -> None:
    with running(here, env) as (_, first):
        assert "by policy 2026.1" in first
    (here / "policy.yaml").write_text(POLICY.replace("tier: 3", "tier: three"), encoding="utf-8")

    with running(here, env) as (process, line):
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE)

    place = POLICY[: POLICY.index("tier: 3")].count("\n") + 1
    assert "by policy 2026.1" in line, log
    assert f"line {place}: services.internal tools.tier" in log


def test_a_broken_policy_without_an_earlier_one_is_refused_with_its_lines(env: dict[str, str], here: Path) -> None:
    (here / "policy.yaml").write_text("version: [\n", encoding="utf-8")

    result = muster(here, "run", **env)

    assert result.code == 1
    assert "The policy is broken" in result.err
    assert "line 2" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-of-another-app", "Slack does not know the SLACK_BOT_TOKEN (invalid_auth)"),
        ("SLACK_APP_TOKEN", "xapp-of-another-app", "Slack does not know the SLACK_APP_TOKEN (invalid_auth)"),
        ("DATABASE_URL", "oracle://muster:hunter22@127.0.0.1/muster", "DATABASE_URL names oracle"),
        (
            "MUSTER_KEY_FILE",
            "nowhere.key",
            "There is no file nowhere.key. Name one that exists. MUSTER_KEY_FILE names it.",
        ),
        ("MUSTER_KEY_FILE", "policy.yaml", "policy.yaml is not an Ed25519 private key"),
    ],
)
def test_a_fault_that_prevents_the_start_is_reported_in_a_sentence(
    setting: str, value: str, says: str, env: dict[str, str], here: Path
) -> None:
    # Slack refuses the app token after the start; the threads must end with their process.
    run = in_process if setting == "SLACK_APP_TOKEN" else muster
    result = run(here, "run", **{**env, setting: value})

    assert result.code == 1, result.everything
    assert says in result.err
    assert "Traceback" not in result.err
    assert "hunter22" not in result.everything
    assert not value.startswith("x") or value not in result.everything


def test_an_unavailable_database_does_not_prevent_a_declaration(
    sandbox: Sandbox, env: dict[str, str], here: Path
) -> None:
    away = "postgresql://muster:hunter22@127.0.0.1:9/muster"
    with running(here, {**env, "DATABASE_URL": away}) as (process, line):
        assert sandbox.wait_for_socket()
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0
    assert "the database is absent" in log
    assert "hunter22" not in line + log


def test_a_port_in_use_is_reported_in_a_sentence(env: dict[str, str], here: Path) -> None:
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        port = str(other.getsockname()[1])

        result = in_process(here, "run", MUSTER_HTTP_PORT=port, **env)

    assert result.code == 1
    assert f"Port {port} cannot be listened on" in result.err


def test_a_python_that_strips_help_is_refused(here: Path) -> None:
    result = in_process(here, "run", python=("-OO",))

    assert result.code == 2
    assert "python -OO" in result.err
