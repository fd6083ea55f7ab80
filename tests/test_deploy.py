"""The files in deploy/ agree with the code in names, paths, ports and times, and no container runs as root.

No image is built here. The steps of the Dockerfile were followed by hand; these tests keep them true.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import pytest

from bot.cli.run_command import IN_FLIGHT_SECONDS
from bot.config.settings import SOURCES
from bot.plain_yaml import load_yaml
from bot.web.http_app import web_app
from bot.web.http_server import WebServer

ROOT: Final = Path(__file__).resolve().parents[1]
DEPLOY: Final = ROOT / "deploy"
OURS: Final = re.compile(r"(?:SLACK|MUSTER|DATABASE)_\w+")
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
COMPOSE: Final[dict[str, Any]] = load_yaml((DEPLOY / "compose.yaml").read_text("utf-8"))
UNIT: Final = DEPLOY / "muster.service"


def steps() -> list[tuple[str, str]]:
    """Return each instruction of the Dockerfile with its arguments."""
    lines = [line for line in (DEPLOY / "Dockerfile").read_text("utf-8").splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", "").splitlines()
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in whole if line.strip()]


def last_stage() -> list[tuple[str, str]]:
    begins = max(n for n, (word, _) in enumerate(steps()) if word == "FROM")
    return steps()[begins:]


def last_argument(word: str) -> str:
    """Return the arguments of an instruction's last use in the last stage."""
    return [rest for name, rest in last_stage() if name == word][-1]


def image_settings() -> dict[str, str]:
    return dict(re.findall(r"(\w+)=(\S+)", last_argument("ENV")))


def copied() -> list[str]:
    """Return the paths that are copied out of the build context."""
    rests = [rest for word, rest in steps() if word == "COPY" and not rest.startswith("--from")]
    return [source for rest in rests for source in rest.split()[:-1]]


def unit() -> dict[str, list[str]]:
    """Return each setting of the service's section with all its values, the last one last."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text("utf-8").split("[Service]")[1].split("[Install]")[0].splitlines():
        if "=" in line and not line.startswith("#"):
            found.setdefault(line.partition("=")[0], []).append(line.partition("=")[2])
    return found


def seconds(text: str) -> int:
    number, name = re.fullmatch(r"(\d+)(s|m)", text).groups()  # type: ignore[union-attr]
    return int(number) * {"s": 1, "m": 60}[name]


def check() -> list[str]:
    """Return the command of the health check, for the Python of these tests."""
    return [sys.executable, *json.loads(last_argument("HEALTHCHECK").partition("CMD ")[2])[1:]]


@contextmanager
def a_muster(*, is_alive: bool) -> Iterator[str]:
    """Serve Muster's web application and yield the port."""
    server = WebServer(web_app(lambda: is_alive), 0, "127.0.0.1")
    server.start()
    try:
        yield str(server.port)
    finally:
        server.stop()


def test_the_image_runs_as_an_ordinary_user_and_stops_cleanly() -> None:
    user = last_argument("USER").split(":")
    order = [word for word, _ in last_stage()]

    assert all(part.isdigit() and int(part) >= 1000 for part in user)
    assert f"--uid {user[0]} --gid {user[1]}" in last_argument("RUN")
    assert "RUN" not in order[order.index("USER") :]
    assert last_argument("STOPSIGNAL") == "SIGTERM"
    assert (json.loads(last_argument("ENTRYPOINT")), json.loads(last_argument("CMD"))) == (["muster"], ["run"])


def test_the_last_stage_of_the_image_has_no_tools_to_build_with() -> None:
    runs = " ".join(rest for word, rest in last_stage() if word == "RUN")

    assert not re.search(r"\b(?:pip|uv|apt|apt-get|gcc|make|curl)\b", runs)


def test_the_image_takes_packages_by_hash_and_from_no_address() -> None:
    installs = [rest for word, rest in steps() if word == "RUN" and "uv pip install" in rest]
    images = [rest.split()[0] for word, rest in steps() if word == "FROM"]

    assert len(installs) == 1
    assert "--require-hashes --constraint requirements.lock --requirement pyproject.toml" in installs[0]
    assert all(re.fullmatch(r"python:3\.\d+-slim", image) for image in images)
    assert "://" not in re.sub(r"sqlite:////", "", (DEPLOY / "Dockerfile").read_text("utf-8"))


def test_every_file_that_muster_needs_is_copied_and_reaches_the_build() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]

    assert (ROOT / ".dockerignore").read_text("utf-8").count("\n*\n") == 1
    assert set(copied()) >= {*packages, "templates", "app.yaml", "policy.yaml"}
    compiled = next(rest.split("-m compileall -q ")[1] for _, rest in steps() if "-m compileall -q " in rest)
    assert set(compiled.split()) >= set(packages)
    assert [one for one in copied() if not (ROOT / one).exists()] == []
    assert [one for one in copied() if not any(fnmatch(one, name) for name in sent)] == []


@pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml", "muster.service", "muster.env.example"])
def test_every_setting_in_the_files_is_a_setting_of_muster(file: str) -> None:
    text = re.sub(r"(?m)^# (?!\w+=).*$", "", (DEPLOY / file).read_text("utf-8"))

    assert set(OURS.findall(text)) - set(SOURCES) == set()


def test_persistent_files_are_on_the_volume() -> None:
    volume, settings = last_argument("VOLUME"), image_settings()

    assert settings["DATABASE_URL"].removeprefix("sqlite:///").startswith(f"{volume}/")
    assert settings["MUSTER_SPOOL"].startswith(f"{volume}/")
    assert f"install -d -o muster -g muster -m 0750 {volume}" in last_argument("RUN")
    assert f"spool:{volume}" in COMPOSE["services"]["muster"]["volumes"]
    assert "spool" in COMPOSE["volumes"]


@pytest.mark.parametrize(("is_alive", "status"), [(True, 0), (False, 1)])
def test_the_health_check_of_the_image_follows_the_health_of_muster(is_alive: bool, status: int) -> None:
    with a_muster(is_alive=is_alive) as port:
        # A proxy that is configured for other hosts must not be asked about this machine.
        env = {"MUSTER_HTTP_PORT": port, "http_proxy": "http://127.0.0.1:9"}
        asked = subprocess.run(check(), env=env, capture_output=True)

    assert asked.returncode == status, asked.stderr.decode()


def test_the_ports_agree() -> None:
    port = image_settings()["MUSTER_HTTP_PORT"]

    assert last_argument("EXPOSE") == port
    assert COMPOSE["services"]["muster"]["expose"] == [port]
    assert f"MUSTER_HTTP_PORT={port}" in unit()["Environment"]


def test_the_image_is_reached_from_outside_its_container_and_the_unit_from_this_machine_only() -> None:
    assert image_settings()["MUSTER_HTTP_HOST"] == "0.0.0.0"
    assert not any("MUSTER_HTTP_HOST" in line for line in unit()["Environment"])


def test_the_tool_that_installs_is_pinned_by_hash() -> None:
    pin = (ROOT / ".ci/uv.txt").read_text("utf-8")

    assert re.match(r"uv==[\d.]+ \\\n( +--hash=sha256:[0-9a-f]{64}( \\)?\n)+$", pin)
    for file in ("Makefile", "deploy/Dockerfile"):
        assert not re.search(r"pip install [^\n]*['\" ]uv\b(?!\.txt)", (ROOT / file).read_text("utf-8"))
        assert re.search(r"pip install [^\n]*--require-hashes -r \S*uv\.txt", (ROOT / file).read_text("utf-8"))


def test_compose_waits_for_the_database_and_gives_muster_time_to_stop() -> None:
    muster, database = COMPOSE["services"]["muster"], COMPOSE["services"]["db"]

    assert muster["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert "pg_isready" in database["healthcheck"]["test"][1]
    assert seconds(muster["stop_grace_period"]) > IN_FLIGHT_SECONDS
    assert {one["restart"] for one in COMPOSE["services"].values()} == {"unless-stopped"}
    assert (ROOT / "deploy" / muster["build"]["context"] / muster["build"]["dockerfile"]).resolve().is_file()


def test_compose_may_run_several_processes_that_write_to_their_volume_only() -> None:
    muster = COMPOSE["services"]["muster"]

    assert not {"ports", "container_name", "hostname"} & set(muster)
    assert muster["deploy"]["replicas"] >= 1
    assert (muster["read_only"], muster["cap_drop"]) == (True, ["ALL"])
    assert all(place.endswith(":ro") for place in muster["volumes"] if place.startswith("."))


def test_secrets_come_from_files_next_to_the_compose_file_and_none_is_in_it() -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    named = [one["env_file"] for one in COMPOSE["services"].values()]
    filled = re.findall(r"(?m)^\w*(?:TOKEN|SECRET|PASSWORD)\w*=.+$", "".join(example(name) for name in named))

    assert filled == []
    assert not any("environment" in one for one in COMPOSE["services"].values())
    assert not re.search(r"xox|xapp|PASSWORD", text)
    assert not re.search(r"image: \S+[./]\S+[:/]", text), "an image is named by a private registry"


def example(name: str) -> str:
    return (DEPLOY / f"{name}.example").read_text("utf-8")


def test_the_files_with_secrets_are_never_committed_and_never_sent_to_the_build() -> None:
    for name in ("muster.env", "db.env", "etc/muster.key"):
        asked = subprocess.run(["git", "check-ignore", "-q", f"deploy/{name}"], cwd=ROOT)
        assert asked.returncode == 0, name


def test_the_unit_gives_muster_its_own_user_and_folder_and_time_to_stop() -> None:
    unit_settings = {name: values[-1] for name, values in unit().items()}

    assert unit_settings["ExecStart"].endswith("/.venv/bin/muster run")
    assert unit_settings["DynamicUser"] == unit_settings["NoNewPrivileges"] == "yes"
    assert (unit_settings["ProtectSystem"], unit_settings["CapabilityBoundingSet"]) == ("strict", "")
    assert unit_settings["WorkingDirectory"] == f"/var/lib/{unit_settings['StateDirectory']}"
    assert unit_settings["Restart"] == "on-failure"
    assert int(unit_settings["TimeoutStopSec"]) > IN_FLIGHT_SECONDS
    assert not any("TOKEN" in one or "SECRET" in one for one in unit()["Environment"])


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze")
    there = tmp_path / "muster.service"
    there.write_text(UNIT.read_text("utf-8").replace(unit()["ExecStart"][0], sys.executable), encoding="utf-8")

    found = subprocess.run(["systemd-analyze", "verify", str(there)], capture_output=True, text=True)

    assert (found.returncode, found.stderr) == (0, "")


def test_the_unit_has_no_section_that_systemd_ignores() -> None:
    """A misspelt section would be ignored silently."""
    read = ConfigParser(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(UNIT.read_text("utf-8"))

    assert read.sections() == ["Unit", "Service", "Install"]
