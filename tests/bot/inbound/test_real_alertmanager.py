"""A real Alertmanager, Debian's package, fires, adds to its group, and resolves into Muster."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.intake_env import SECRET, IntakeEnv
from tests.support.wait import until

PROGRAM = shutil.which("prometheus-alertmanager")
pytestmark = pytest.mark.skipif(
    PROGRAM is None and "CI" not in os.environ, reason="apt-get install prometheus-alertmanager"
)
CONFIG = """
route: {{receiver: muster, group_by: [alertname], group_wait: 100ms, group_interval: 500ms, repeat_interval: 1h}}
receivers:
  - name: muster
    webhook_configs:
      - url: http://127.0.0.1:{port}/intake/prom
        send_resolved: true
        http_config: {{authorization: {{credentials: "{secret}"}}}}
"""
Fire = Callable[..., None]


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def env(sqlite_store) -> Iterator[IntakeEnv]:
    with closing(IntakeEnv(sqlite_store)) as found:
        found.clock.set(datetime.now(UTC))
        yield found


@pytest.fixture
def fire(env: IntakeEnv, tmp_path: Path) -> Iterator[Fire]:
    """Run an Alertmanager, and return what tells it that an alert fires, or is over."""
    port, config = free_port(), tmp_path / "alertmanager.yml"
    config.write_text(CONFIG.format(port=env.server.port, secret=SECRET))
    listens = (f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=")
    files = (f"--config.file={config}", f"--storage.path={tmp_path / 'data'}")
    with (tmp_path / "log").open("w") as log:
        running = subprocess.Popen([PROGRAM or "", *files, *listens], stdout=log, stderr=log)

    def post(instance: str, *, is_over: bool = False) -> None:
        now = datetime.now(UTC)
        alert = {
            "labels": {"alertname": "DiskFull", "instance": instance, "service": "checkout", "severity": "critical"},
            "annotations": {"summary": f"Disk of {instance} is full"},
            "startsAt": (now - timedelta(minutes=1)).isoformat(),
            "endsAt": (now - timedelta(seconds=1) if is_over else now + timedelta(hours=1)).isoformat(),
        }
        headers = {"Content-Type": "application/json"}
        address = f"http://127.0.0.1:{port}/api/v2/alerts"
        request = urllib.request.Request(address, json.dumps([alert]).encode(), headers)
        urllib.request.urlopen(request, timeout=5).close()

    def is_up() -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=1).close()
        except OSError:
            return False
        return True

    try:
        until(is_up)
        yield post
    finally:
        running.terminate()
        running.wait(timeout=10)


def test_it_fires_adds_to_its_group_and_resolves(env: IntakeEnv, fire: Fire) -> None:
    def events() -> list[tuple[str, int, bool]]:
        env.read()
        return [(one.source, one.members, one.is_firing) for one in env.state.events]

    fire("web-1")
    until(lambda: events() == [("prom", 1, True)])
    [event] = env.state.events
    assert (event.text, event.service, event.priority) == ("Disk of web-1 is full", "checkout", "P1")

    fire("web-2")
    until(lambda: events() == [("prom", 2, True)])
    fire("web-1", is_over=True)
    fire("web-2", is_over=True)
    until(lambda: events() == [("prom", 2, False)])
