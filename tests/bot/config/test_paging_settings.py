"""The settings of the paging channels: half of a provider is an error, and no value is shown."""

from __future__ import annotations

import pytest

from bot.clock import SetClock
from bot.config.setting_problems import MissingSettings
from bot.config.settings import SOURCES, read_paging_settings, read_settings
from bot.monitoring.logs import secrets_of
from bot.notify.channel_factory import NEEDED_SETTING, make_channels
from incident.medium import Medium
from tests.support.clock import T0

TWILIO = {
    "MUSTER_TWILIO_SID": "AC00000000000000000000000000000001",
    "MUSTER_TWILIO_TOKEN": "hunter22",
    "MUSTER_TWILIO_FROM": "+15005550006",
}
WHOLE = TWILIO | {
    "MUSTER_SMTP_URL": "smtps://muster:hunter22@mail.internal",
    "MUSTER_MAIL_FROM": "Muster <muster@internal.net>",
    "MUSTER_JSM_KEY": "hunter22",
    "MUSTER_PUSHOVER_TOKEN": "hunter22",
    "MUSTER_NTFY_TOKEN": "hunter22",
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SOURCES:
        monkeypatch.delenv(name, raising=False)


def put(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def problems(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> list[str]:
    put(monkeypatch, values)
    with pytest.raises(MissingSettings) as refused:
        read_paging_settings(env_file=None)
    return [str(one) for one in refused.value.problems]


def test_without_settings_only_what_needs_none_is_offered() -> None:
    channels = make_channels(read_paging_settings(env_file=None), SetClock(T0))

    assert set(channels) == {Medium.PAGERDUTY, Medium.NTFY, Medium.APPRISE}
    assert set(channels) | set(NEEDED_SETTING) == set(Medium) - {Medium.SLACK}


def test_with_every_setting_every_channel_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, WHOLE)

    settings = read_paging_settings(env_file=None)

    assert set(make_channels(settings, SetClock(T0))) == set(Medium) - {Medium.SLACK}
    assert "hunter22" not in repr(settings)
    assert "hunter22" in secrets_of(settings)


@pytest.mark.parametrize("missing", ["MUSTER_MAIL_FROM", "MUSTER_TWILIO_TOKEN", "MUSTER_TWILIO_FROM"])
def test_half_of_a_provider_names_the_other_half(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [problem] = problems(monkeypatch, {name: value for name, value in WHOLE.items() if name != missing})

    assert problem == f"{missing} is missing. {SOURCES[missing]}"


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("MUSTER_SMTP_URL", "mail.internal", "is no address that starts with smtp://"),
        ("MUSTER_SMTP_URL", "smtp://muster:hunter22@", "is no address that starts with smtp://"),
        ("MUSTER_SMTP_URL", "smtp://mail.internal:many", "is no address that starts with smtp://"),
        ("MUSTER_SMTP_URL", "smtp://user:password@host", "still holds the placeholder"),
        ("MUSTER_MAIL_FROM", "muster", "is no e-mail address"),
        ("MUSTER_JSM_KEY", "your-key", "still holds the placeholder"),
        ("MUSTER_NTFY_URL", "ntfy.internal", "is no web address"),
        ("MUSTER_TWILIO_SID", "SK1", "is no Account SID"),
        ("MUSTER_TWILIO_FROM", "0170 1234567", "is no telephone number"),
        ("MUSTER_PUBLIC_URL", "http://muster.internal", "is no address such as https://"),
        ("MUSTER_PUBLIC_URL", "https://me:hunter22@muster.internal", "is no address such as https://"),
        ("MUSTER_PUBLIC_URL", "https://muster.internal/?a=b", "is no address such as https://"),
        ("MUSTER_PUBLIC_URL", "muster.internal", "is no address such as https://"),
        ("MUSTER_JSM_WEBHOOK_SECRET", "change-me", "still holds the placeholder"),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(
    name: str, value: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [problem] = problems(monkeypatch, WHOLE | {name: value})

    assert problem.startswith(f"{name} {fault}")
    assert "hunter22" not in problem


@pytest.mark.parametrize("name", ["MUSTER_PAGERDUTY_WEBHOOK_SECRET", "MUSTER_JSM_WEBHOOK_SECRET"])
def test_a_webhook_without_a_public_address_is_half_a_setting(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [problem] = problems(monkeypatch, {name: "hunter22"})

    assert problem == f"MUSTER_PUBLIC_URL is missing. {SOURCES['MUSTER_PUBLIC_URL']}"


def test_a_slash_at_the_end_of_the_public_address_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {"MUSTER_PUBLIC_URL": "https://ops.internal/muster/"})

    assert read_paging_settings(env_file=None).public_url == "https://ops.internal/muster"


def test_a_misspelt_name_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    [problem] = problems(monkeypatch, {"MUSTER_PUSHOVER_TOKN": "a"})

    assert "Did you mean MUSTER_PUSHOVER_TOKEN?" in problem


def test_muster_does_not_start_with_half_of_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "MUSTER_SMTP_URL": "smtp://localhost"})

    with pytest.raises(MissingSettings, match="MUSTER_MAIL_FROM is missing"):
        read_settings(env_file=None)
