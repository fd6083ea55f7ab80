"""`muster doctor`: says what is missing first, then what is wrong, then what to know, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bot.cli.checks.check_result import BLOCKING, CheckResult, Severity, missing, note, wrong
from bot.cli.checks.database_check import check_database
from bot.cli.checks.machine_check import check_key, check_python
from bot.cli.checks.mounts_check import check_layers
from bot.cli.checks.policy_check import read_file
from bot.cli.checks.record_protection_check import check_keeping
from bot.cli.checks.slack_check import check_slack
from bot.cli.checks.spool_check import check_spool
from bot.clock import Clock, RealClock
from bot.config.settings import MissingSettings, Settings, read_record_settings, read_settings

WAKES_NOBODY: Final = (
    "Nobody can be reached by anything but a Slack direct message, and a direct message wakes nobody: keep your pager."
)
_HTTP: Final = (
    "HTTP mode: switch Socket Mode off in the app's settings, and give https://…/slack/events as the request URL of "
    "commands, interactivity, options and events."
)


def examine() -> int:
    """Print the examination: 0 when nothing blocks, 1 otherwise."""
    found = list(examination(RealClock()))
    print(report(found))
    return 1 if any(one.weight in BLOCKING for one in found) else 0


def examination(clock: Clock, env_file: Path = Path(".env")) -> Iterator[CheckResult]:
    """Look at everything that Muster needs; what needs no Slack is looked at without a token too."""
    yield from check_python()
    settings, problems = _settings(env_file)
    yield from problems
    record = read_record_settings(env_file)
    yield from check_key(record.key_file)
    yield from check_database(record.database_url.get_secret_value())
    yield from check_spool(record.spool)
    yield from check_layers(record.database_url.get_secret_value(), record.spool)
    file, found = read_file(record.policy, clock.now().date())
    yield from found
    yield from check_keeping(record, file.policy if file else None)
    if settings is not None:
        yield from check_slack(settings, file, clock)
        if settings.mode == "http":
            yield note(_HTTP)
    yield note(WAKES_NOBODY)


def report(found: Sequence[CheckResult]) -> str:
    """Write findings in the order of their weight, and end with what they come to."""
    lines = []
    for weight in Severity:
        said = [one.said for one in found if one.weight is weight]
        lines += [f"{weight}:", *(f"  {one}" for one in said), ""] if said else []
    blocking = sum(one.weight in BLOCKING for one in found)
    things = "one thing" if blocking == 1 else f"{blocking} things"
    return "\n".join([*lines, f"Mend {things} first." if blocking else "Nothing blocks: `muster run` starts it."])


def _settings(env_file: Path) -> tuple[Settings | None, list[CheckResult]]:
    try:
        return read_settings(env_file), []
    except MissingSettings as incomplete:
        problems = [missing(str(one)) if one.wrong == "is missing" else wrong(str(one)) for one in incomplete.problems]
    if not env_file.exists():
        problems.insert(
            0, note(f"There is no {env_file} here; it holds one setting a line, as docs/reference/settings.md says.")
        )
    return None, problems
