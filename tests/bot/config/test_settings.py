from pathlib import Path

import pytest

from bot.config.settings import SOURCES, MissingSettings, Settings, read_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch):
    for name in SOURCES:
        monkeypatch.delenv(name, raising=False)


def set_all(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_every_missing_token_is_reported_with_where_to_get_it():
    with pytest.raises(MissingSettings) as refused:
        read_settings(env_file=None)

    assert [problem.name for problem in refused.value.problems] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
    assert "App-Level Tokens" in str(refused.value)


def test_http_mode_requires_the_signing_secret_and_no_app_token(monkeypatch):
    set_all(monkeypatch, MUSTER_MODE="http", SLACK_BOT_TOKEN="xoxb-1")

    with pytest.raises(MissingSettings) as refused:
        read_settings(env_file=None)

    assert [problem.name for problem in refused.value.problems] == ["SLACK_SIGNING_SECRET"]


def test_wrong_values_are_reported_together_and_never_shown(monkeypatch):
    set_all(
        monkeypatch,
        SLACK_BOT_TOKEN="xapp-secret-one",
        SLACK_APP_TOKEN="xoxb-secret-two",
        SLACK_API_URL="https://slack.com/",
        MUSTER_HTTP_PORT="many",
        MUSTER_HTTP_HOST="everywhere",
        MUSTER_MODE="pigeon",
        MUSTER_COMMAND="incident",
    )

    with pytest.raises(MissingSettings) as refused:
        read_settings(env_file=None)

    assert {problem.name for problem in refused.value.problems} == {
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_API_URL",
        "MUSTER_HTTP_PORT",
        "MUSTER_HTTP_HOST",
        "MUSTER_MODE",
        "MUSTER_COMMAND",
    }
    assert "secret" not in str(refused.value)


def test_settings_have_defaults_for_everything_but_the_tokens(monkeypatch):
    set_all(monkeypatch, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")

    settings = read_settings(env_file=None)

    assert settings.commands == ("/incident", "/inc")
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database_url.get_secret_value() == "sqlite:///muster.db"
    assert settings.policy == Path("policy.yaml")


def test_the_environment_wins_over_the_file(monkeypatch, tmp_path):
    file = tmp_path / ".env"
    file.write_text("SLACK_BOT_TOKEN=xoxb-file\nSLACK_APP_TOKEN=xapp-file\nUNKNOWN=kept out\n")
    set_all(monkeypatch, SLACK_BOT_TOKEN="xoxb-environment")

    settings = read_settings(env_file=file)

    assert settings.slack_bot_token.get_secret_value() == "xoxb-environment"
    assert settings.slack_app_token is not None
    assert settings.slack_app_token.get_secret_value() == "xapp-file"


def test_neither_a_secret_nor_the_database_password_is_printed(monkeypatch):
    set_all(
        monkeypatch,
        SLACK_BOT_TOKEN="xoxb-hidden",
        SLACK_APP_TOKEN="xapp-hidden",
        SLACK_SIGNING_SECRET="hidden",
        DATABASE_URL="postgresql://muster:hidden@localhost/muster",
    )

    assert "hidden" not in repr(read_settings(env_file=None))


def test_settings_never_change_once_read(monkeypatch):
    set_all(monkeypatch, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
    settings = read_settings(env_file=None)

    with pytest.raises(ValueError, match="frozen"):
        settings.command = "/other"


def test_every_setting_names_the_source_of_its_value():
    names = {str(field.validation_alias or name).upper() for name, field in Settings.model_fields.items()}

    assert names == set(SOURCES)
