"""`muster doctor`: with nothing set up, with everything set up, and with each possible fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli.checks.check_result import Severity
from bot.cli.checks.machine_check import check_clock
from bot.cli.checks.policy_check import PolicyText, check_people
from bot.clock import RealClock, SetClock
from bot.config.policy_loader import read_policy
from bot.plain_yaml import load_yaml
from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person
from storage.store import open_store
from storage.triggers import record_triggers
from tests.support.clock import T0
from tests.support.muster_command import POLICY, ROOT, CommandResult, muster
from tests.support.started_record import start_record

TODAY = T0.date()


def parts(result: CommandResult) -> dict[str, list[str]]:
    """Return the lines under each heading."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in result.out.splitlines():
        if re.fullmatch(r"[A-Z][A-Za-z ]+:", line):
            heading = line.rstrip(":")
        elif line.startswith("  "):
            found.setdefault(heading, []).append(line.strip())
    return found


def write_policy(here: Path, **changes: Any) -> None:
    policy: dict[str, Any] = load_yaml(POLICY)
    (here / "policy.yaml").write_text(yaml.safe_dump({**policy, **changes}), encoding="utf-8")


def test_an_empty_environment_is_answered_with_the_tokens_first_and_where_to_get_them(tmp_path: Path) -> None:
    result = muster(tmp_path, "doctor")

    assert result.code == 1
    first = parts(result)["Missing"]
    assert first[0].startswith("SLACK_BOT_TOKEN is missing. Where to get it: api.slack.com/apps")
    assert first[1].startswith("SLACK_APP_TOKEN is missing")
    assert any("There is no policy.yaml" in line for line in first)
    assert result.out.startswith("Missing:")
    assert result.out.rstrip().endswith("Fix 3 things first.")
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_reads_dot_env(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=nonsense\n", encoding="utf-8")

    result = muster(tmp_path, "doctor")

    assert any(".env line 1: SLACK_BOT_TOKEN does not start with xoxb-" in line for line in parts(result)["Wrong"])
    assert any("SLACK_APP_TOKEN is missing" in line for line in parts(result)["Missing"])


def test_with_everything_in_place_nothing_blocks(sandbox: Sandbox, env: dict[str, str], here: Path) -> None:
    muster(here, "keygen", "muster.key")

    result = muster(here, "doctor", MUSTER_KEY_FILE="muster.key", **env)

    found = parts(result)
    assert result.code == 0, result.everything
    assert "Missing" not in found
    assert "Wrong" not in found
    in_order = " ".join(found["OK"])
    for word in ("bot token opens", "scopes", "app token", "incidents_channel", "triggers fire", "clock", "public key"):
        assert word in in_order
    assert sandbox.bot_token not in result.everything


def test_the_doctor_always_says_that_a_direct_message_does_not_wake_people(env: dict[str, str], here: Path) -> None:
    result = muster(here, "doctor", **env)

    assert any("Slack alone wakes no one" in line for line in parts(result)["Good to know"])


def test_the_doctor_joins_posts_and_creates_nothing(sandbox: Sandbox, env: dict[str, str], here: Path) -> None:
    muster(here, "doctor", **env)

    called = {one.name for one in sandbox.wire_log.since(0, 1000) if one.kind == "api"}
    assert called == {"auth.test", "apps.connections.open", "users.list", "conversations.list"}


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-of-another-app", "Slack does not know the SLACK_BOT_TOKEN"),
        ("SLACK_APP_TOKEN", "xapp-of-another-app", "Slack does not know the SLACK_APP_TOKEN"),
        ("SLACK_API_URL", "http://127.0.0.1:9/api/", "does not answer"),
        ("DATABASE_URL", "postgresql://muster:hunter22@127.0.0.1:9/muster", "The database refuses"),
        ("DATABASE_URL", "mysql://muster:hunter22@127.0.0.1/muster", "DATABASE_URL names mysql"),
        ("DATABASE_URL", "sqlite:////nowhere/muster.db", "No database can be created at /nowhere/muster.db"),
        ("MUSTER_COMMAND", "/alarm", "MUSTER_COMMAND is /alarm, and app.yaml registers /incident and /inc"),
        ("MUSTER_KEY_FILE", "policy.yaml", "MUSTER_KEY_FILE cannot be used"),
        ("MUSTER_POLICY", "app.yaml", "There is no app.yaml"),
        ("MUSTER_KEY_FILE", "no.key", "Make one with `muster keygen no.key`"),
        ("DATABASE_URL", "sqlite:///.", "Name a file in a folder that exists"),
        ("MUSTER_KEY_FILE", ".", "MUSTER_KEY_FILE cannot be used: . is a folder. Name a file."),
        ("MUSTER_POLICY", ".", ". cannot be read: Is a directory. MUSTER_POLICY names the file."),
        ("MUSTER_MODE", "pigeon", "MUSTER_MODE must be one of socket, http"),
        ("MUSTER_TSA_CERT", "no.pem", "MUSTER_TSA_CERT cannot be used: There is no file no.pem."),
        ("MUSTER_TSA_CERT", "policy.yaml", "MUSTER_TSA_CERT cannot be used: policy.yaml holds no certificate in PEM."),
        ("MUSTER_HTTP_PORT", "seventy", "MUSTER_HTTP_PORT"),
    ],
)
def test_a_fault_blocks_and_says_what_to_do(
    setting: str, value: str, says: str, env: dict[str, str], here: Path
) -> None:
    result = muster(here, "doctor", **{**env, setting: value})

    found = parts(result)
    assert result.code == 1, result.everything
    assert any(says in line for line in [*found.get("Missing", ()), *found.get("Wrong", ())]), result.everything
    assert "Traceback" not in result.err
    assert "hunter22" not in result.everything


def test_every_fault_of_the_policy_is_named_with_its_line(env: dict[str, str], here: Path) -> None:
    broken = POLICY.replace("tier: 3", "tier: three").replace("approver: Head of service operations", "approver:")
    (here / "policy.yaml").write_text(broken, encoding="utf-8")

    result = muster(here, "doctor", **env)

    wrong = " ".join(parts(result)["Wrong"])
    assert result.code == 1
    for word in ("approver", "services.internal tools.tier"):
        assert re.search(rf"policy\.yaml line \d+: {word}", wrong)


@pytest.mark.parametrize("command", ["doctor", "run"])
def test_the_placeholders_of_the_readme_are_named_with_their_lines_and_end_in_no_traceback(
    command: str, env: dict[str, str], here: Path
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"`(SLACK_\w+=\S+)`", readme)
    (here / ".env").write_text("\n".join(examples), encoding="utf-8")

    result = muster(here, command, SLACK_API_URL=env["SLACK_API_URL"], DATABASE_URL=env["DATABASE_URL"])

    assert len(examples) == 2
    assert result.code == (1 if command == "doctor" else 2)
    for line, name in enumerate(("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"), 1):
        assert f".env line {line}: {name} still holds the placeholder of an example." in result.everything
    assert "Traceback" not in result.everything
    assert not re.search(r"xoxb-…|xapp-…", result.everything)


def test_every_example_file_of_the_deployment_holds_placeholders_that_the_doctor_names(here: Path) -> None:
    (here / ".env").write_text((ROOT / "deploy/muster.env.example").read_text("utf-8"), encoding="utf-8")

    found = parts(muster(here, "doctor"))

    assert any(line.startswith("DATABASE_URL still holds the placeholder") for line in found["Wrong"])
    assert [line.split(" is")[0] for line in found["Missing"]] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]


def test_a_misspelt_setting_is_wrong_for_the_doctor_and_ends_every_command_that_would_ignore_it(
    env: dict[str, str], here: Path
) -> None:
    (here / ".env").write_text("DATABSE_URL=sqlite:///elsewhere.db\nMUSTER_POLCY=mine.yaml\n", encoding="utf-8")
    without = {name: value for name, value in env.items() if name != "DATABASE_URL"}

    doctor = muster(here, "doctor", **without)
    others = [
        muster(here, *words, **without) for words in (("run",), ("migrate",), ("verify",), ("policy",), ("list",))
    ]

    says = [
        ".env line 1: DATABSE_URL is no setting of Muster. Did you mean DATABASE_URL?",
        ".env line 2: MUSTER_POLCY is no setting of Muster. Did you mean MUSTER_POLICY?",
    ]
    assert doctor.code == 1
    assert [line for line in parts(doctor)["Wrong"] if "no setting" in line] == says
    assert [(one.code, one.out, one.err.splitlines()) for one in others] == [(2, "", says)] * len(others)
    assert not (here / "muster.db").exists()


def test_a_file_of_settings_that_is_no_text_is_reported(env: dict[str, str], here: Path) -> None:
    (here / ".env").write_bytes(b"\xff\xfeS\x00")

    result = muster(here, "doctor", **env)

    assert result.code == 1
    assert ".env is no text in UTF-8: byte 0 cannot be read. Save it as UTF-8." in parts(result)["Wrong"]


def test_an_unquoted_channel_is_wrong_and_an_audience_without_a_channel_is_noted(
    env: dict[str, str], here: Path
) -> None:
    slip = POLICY.replace('incidents_channel: "#incidents"', "incidents_channel: #incidents")
    noted = parts(muster(here, "doctor", **env))["Good to know"]
    (here / "policy.yaml").write_text(slip, encoding="utf-8")
    wrong = parts(muster(here, "doctor", **env))["Wrong"]

    line = slip[: slip.index("incidents_channel:")].count("\n") + 1
    assert [one for one in wrong if one.startswith(f"policy.yaml line {line}: incidents_channel is empty")]
    assert [one for one in noted if re.match(r"policy\.yaml line \d+: P1, P2 owe customer updates", one)]


def test_channels_of_the_policy_that_do_not_exist_are_missing(env: dict[str, str], here: Path) -> None:
    write_policy(here, incidents_channel="#alarms", audiences={"exec": "#general", "customer": "#status"})

    result = muster(here, "doctor", **env)

    found = parts(result)
    assert result.code == 1
    lines = (here / "policy.yaml").read_text(encoding="utf-8").splitlines()
    alarms, status = (
        next(i for i, text in enumerate(lines, 1) if text.strip().startswith(key))
        for key in ("incidents_channel:", "customer: '#status'")
    )
    assert [line.split(",")[0] for line in found["Missing"]] == [
        f"policy.yaml line {alarms}: incidents_channel is #alarms",
        f"policy.yaml line {status}: audiences.customer is #status",
    ]
    assert any("audiences.exec is #general" in line for line in found["OK"])


def test_people_of_the_policy_who_are_not_in_the_workspace_are_named(
    sandbox: Sandbox, env: dict[str, str], here: Path
) -> None:
    ann, bea = (sandbox.workspace.find_person(name) for name in ("ann", "bea"))
    bea.deleted = True
    rosters = {"payments": [ann.id, bea.id, "U0NOBODY"]}
    write_policy(here, rosters=rosters, groups={"closer": ["S0NOGROUP", sandbox.workspace.bot.id]})

    result = muster(here, "doctor", **env)

    wrong = parts(result)["Wrong"]
    assert result.code == 1
    assert len(wrong) == 4, wrong
    text = " ".join(wrong)
    assert "U0NOBODY, whom this workspace does not have" in text
    assert f"{bea.id}, whose account is deactivated" in text
    assert "S0NOGROUP, and there is no such user group" in text
    assert f"{sandbox.workspace.bot.id}, which is a bot" in text
    assert ann.id not in text


def test_a_fault_in_the_policy_is_located_by_its_line() -> None:
    text = POLICY.replace("#schedules:", "rosters:\n  payments: [U1, U2]")
    file = PolicyText(Path("policy.yaml"), read_policy(text, TODAY).policy, text)

    found = list(check_people(file, {"U1": {}}, ()))

    line = text[: text.index("payments: [U1")].count("\n") + 1
    assert [one.message.split(",")[0] for one in found] == [f"policy.yaml line {line}: rosters.payments.1 names U2"]


def test_a_scope_that_was_not_granted_is_named(env: dict[str, str], here: Path) -> None:
    manifest = load_yaml((ROOT / "app.yaml").read_text(encoding="utf-8"))
    manifest["oauth_config"]["scopes"]["bot"].remove("pins:write")
    with Sandbox([Person("ann", "Ann")], manifest=manifest, channels=("incidents",)) as poorer:
        result = muster(here, "doctor", **{**env, "SLACK_API_URL": poorer.base_url})

    assert result.code == 1
    assert [line.split(":")[0] for line in parts(result)["Missing"]] == ["The scope pins"]
    assert "reinstall the app" in result.out


def test_an_error_of_slack_is_reported_and_does_not_end_the_checks(
    sandbox: Sandbox, env: dict[str, str], here: Path
) -> None:
    sandbox.faults.server_error("users.list")
    sandbox.faults.too_many_requests("conversations.list")

    result = muster(here, "doctor", **env)

    assert result.code == 1
    assert [line.split("up. ")[1] for line in parts(result)["Wrong"]] == [
        "Slack answers 500: it has a fault. Try again in a minute.",
        "Slack limits how often Muster may call. Try again in a minute.",
    ]
    assert "Traceback" not in result.err


def test_database_triggers_that_do_not_fire_are_found(env: dict[str, str], here: Path) -> None:
    with open_store(env["DATABASE_URL"], team="T1") as store:
        store.transactions.write(record_triggers.drop)

    result = muster(here, "doctor", **env)

    assert result.code == 1
    assert "missing: guard_" in " ".join(parts(result)["Wrong"]).lower()


def test_a_dead_job_is_shown_with_its_cause(env: dict[str, str], here: Path) -> None:
    start_record(env["DATABASE_URL"])
    make_dead_job(env["DATABASE_URL"], "T1", "channel_not_found")
    make_dead_job(env["DATABASE_URL"], "T2", "is_archived")

    result = muster(here, "doctor", **env)

    notes = " ".join(parts(result)["Good to know"])
    assert result.code == 0
    assert "One job was given up" in notes
    assert "channel_not_found" in notes
    assert "is_archived" not in notes


def test_a_database_of_several_teams_is_reported_and_no_jobs_are_shown(env: dict[str, str], here: Path) -> None:
    start_record(env["DATABASE_URL"])
    make_dead_job(env["DATABASE_URL"], "T1", "channel_not_found")
    with open_store(env["DATABASE_URL"], team="T2") as store:
        store.directory.activate_policy(read_policy(POLICY, TODAY).policy, POLICY, T0)

    notes = " ".join(parts(muster(here, "doctor", **env))["Good to know"])

    assert "the records of 2 teams; one installation serves one" in notes
    assert "given up" not in notes


def make_dead_job(url: str, team: str, error: str) -> None:
    """Create a dead job of a team in a database."""
    job = Job(kind=JobKind.CARD, key="card:1", incident=IncidentKey(team, "01JZ0000000000000000000000"))
    with open_store(url, team=team) as store:
        store.recorder.transact(lambda unit: unit.enqueue([job], T0))
        (claimed,) = store.jobs.claim(T0, "test")
        store.jobs.dead_letter(claimed, error, T0)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


@pytest.mark.parametrize(("seconds", "way"), [(-6.0, "behind"), (6.0, "ahead of"), (3600.0, "ahead of")])
def test_a_clock_that_is_off_is_wrong_and_says_by_how_much(seconds: float, way: str) -> None:
    found = list(check_clock(format_datetime(T0), at(seconds), at(seconds)))

    assert [one.severity for one in found] == [Severity.WRONG]
    assert f"{abs(seconds):.0f} s {way} Slack's" in found[0].message


@pytest.mark.parametrize(("before", "after"), [(0.0, 0.2), (-4.0, -3.0), (0.0, 12.0)])
def test_a_clock_within_five_seconds_and_the_time_the_answer_took_is_in_order(before: float, after: float) -> None:
    found = list(check_clock(format_datetime(T0), at(before), at(after)))

    assert [one.severity for one in found] == [Severity.GOOD]


def test_a_workspace_with_another_time_shows_that_our_clock_is_off(env: dict[str, str], here: Path) -> None:
    late = SetClock(RealClock().now() - timedelta(minutes=10))
    with Sandbox([Person("ann", "Ann")], channels=("incidents",), clock=late) as elsewhere:
        result = muster(here, "doctor", **{**env, "SLACK_API_URL": elsewhere.base_url})

    assert result.code == 1
    assert any("s ahead of Slack's" in line for line in parts(result)["Wrong"])


def test_a_response_without_a_readable_date_gives_no_clock_check() -> None:
    result: Mapping[str | None, int] = {value: len(list(check_clock(value, T0, T0))) for value in (None, "yesterday")}

    assert result == {None: 0, "yesterday": 0}
