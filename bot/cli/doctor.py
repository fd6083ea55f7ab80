"""`muster doctor`: runs every check and prints the results, the gravest first, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bot.cli.checks.check_result import BLOCKING, CheckResult, Severity, missing, note, wrong
from bot.cli.checks.contact_check import check_contacts, check_credentials, check_notices, check_recipients
from bot.cli.checks.database_check import check_database
from bot.cli.checks.machine_check import check_key, check_python
from bot.cli.checks.mounts_check import check_layers
from bot.cli.checks.policy_check import read_file
from bot.cli.checks.public_address_check import check_public_address
from bot.cli.checks.record_protection_check import check_record_protection
from bot.cli.checks.schedule_check import check_recorded_schedules
from bot.cli.checks.slack_check import check_slack
from bot.cli.checks.spool_check import check_spool
from bot.cli.checks.webhook_check import check_webhooks
from bot.cli.intake.intake_check import check_intake
from bot.clock import Clock, RealClock
from bot.config.setting_problems import MISSING, MissingSettings
from bot.config.settings import (
    Settings,
    read_feed_settings,
    read_intake_settings,
    read_recipient_settings,
    read_record_settings,
    read_settings,
)
from bot.notify.channel_factory import make_channels

NO_PAGER: Final = "Slack alone wakes no one: give everyone on call a contact method that does. docs/how-to/connect-a-pager.md says how."
_HTTP: Final = (
    "HTTP mode: switch Socket Mode off in the app's settings, and give https://…/slack/events as the request URL of "
    "commands, interactivity, options and events."
)


def diagnose() -> int:
    """Run every check and print the report. Return 0 when nothing blocks the start, 1 otherwise."""
    results = list(run_checks(RealClock()))
    print(report(results))
    return 1 if any(one.severity in BLOCKING for one in results) else 0


def run_checks(clock: Clock, env_file: Path = Path(".env")) -> Iterator[CheckResult]:
    """Yield the results of every check; those that need no Slack run without a token too."""
    yield from check_python()
    settings, problems = _settings(env_file)
    yield from problems
    record = read_record_settings(env_file, has_been_checked=True)
    yield from check_key(record.key_file)
    yield from check_database(record.database_url.get_secret_value())
    yield from check_spool(record.spool)
    yield from check_layers(record.database_url.get_secret_value(), record.spool)
    file, results = read_file(record.policy, clock.now().date())
    yield from results
    if file is not None:
        yield from check_recorded_schedules(record, file.policy, clock.now(), read_feed_settings(env_file))
    yield from check_record_protection(record, file.policy if file else None)
    yield from check_webhooks(record)
    if settings is not None:
        yield from check_credentials(settings, clock)
        yield from check_public_address(settings.public_url, clock, has_telephone=settings.twilio_sid is not None)
        channels, policy = make_channels(settings, clock), file.policy if file else None
        yield from check_contacts(record, policy, channels, clock.now())
        yield from check_notices(policy, channels)
        yield from check_recipients(policy, read_recipient_settings(env_file), channels)
        yield from check_intake(policy, read_intake_settings(env_file), settings.http_port)
        yield from check_slack(settings, file, clock)
        if settings.mode == "http":
            yield note(_HTTP)
    yield note(NO_PAGER)


def report(results: Sequence[CheckResult]) -> str:
    """Return the results as text, grouped by severity, with the conclusion last."""
    lines = []
    for severity in Severity:
        messages = [one.message for one in results if one.severity is severity]
        lines += [f"{severity}:", *(f"  {one}" for one in messages), ""] if messages else []
    blocking = sum(one.severity in BLOCKING for one in results)
    things = "one thing" if blocking == 1 else f"{blocking} things"
    return "\n".join([*lines, f"Fix {things} first." if blocking else "Ready: start Muster with `muster run`."])


def _settings(env_file: Path) -> tuple[Settings | None, list[CheckResult]]:
    try:
        return read_settings(env_file), []
    except MissingSettings as incomplete:
        problems = [missing(str(one)) if one.fault == MISSING else wrong(str(one)) for one in incomplete.problems]
    if not env_file.exists():
        problems.insert(
            0, note(f"There is no {env_file} here. It holds one setting on each line: docs/reference/settings.md.")
        )
    return None, problems
