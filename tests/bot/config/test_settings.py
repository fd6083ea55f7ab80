from pathlib import Path

import pytest

from bot.config.setting_problems import MissingSettings
from bot.config.settings import SOURCES, Settings, read_record_settings, read_settings


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


def problems_of(env_file):
    with pytest.raises(MissingSettings) as refused:
        read_settings(env_file=env_file)
    return [str(problem) for problem in refused.value.problems]


TOKENS = "SLACK_BOT_TOKEN=xoxb-1\nSLACK_APP_TOKEN=xapp-1\n"


@pytest.mark.parametrize(
    "value",
    [
        "xoxb-…",
        "xoxb-...",
        "xoxb-",
        "xoxb-your-token",
        "<token>",
        "xoxb-xxxxxxxx",
        "change-me",
        "xoxb-EXAMPLE-1",
        "your token",
    ],
)
def test_a_placeholder_of_the_manual_is_reported_with_its_line(tmp_path, value):
    file = tmp_path / ".env"
    file.write_text(f"# ours\n\nSLACK_APP_TOKEN=xapp-1\nSLACK_BOT_TOKEN={value}\n", encoding="utf-8")

    (problem,) = problems_of(file)

    assert problem.startswith(
        f"{file} line 4: SLACK_BOT_TOKEN still holds the placeholder of an example. Where to get it"
    )


@pytest.mark.parametrize("value", ["xoxb-1 2", "xoxb-ä", "xoxb-1\u200b"])
def test_a_token_that_no_request_can_carry_is_a_wrong_setting_and_is_not_shown(tmp_path, value):
    file = tmp_path / ".env"
    file.write_text(f"SLACK_BOT_TOKEN={value}\nSLACK_APP_TOKEN=xapp-1\n", encoding="utf-8")

    (problem,) = problems_of(file)

    assert "line 1: SLACK_BOT_TOKEN has a space or another character that no token has" in problem
    assert value not in problem


def test_tokens_as_slack_issues_them_are_no_placeholders(monkeypatch):
    issued = "xoxb-123456789012-1234567890123-YourExampleXxxxTokenAbcd"
    set_all(monkeypatch, SLACK_BOT_TOKEN=issued, SLACK_APP_TOKEN=f"xapp-1-A012ABCD-1234567890-{'0123abcd' * 8}")

    assert read_settings(env_file=None).slack_bot_token.get_secret_value() == issued


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("MUSTER_POLCY=p.yaml", "MUSTER_POLICY"),
        ("muster_polcy=p.yaml", "MUSTER_POLICY"),
        ("MUSTER_PORT=3000", "MUSTER_HTTP_PORT"),
        ("MUSTER_DATABASE_URL=sqlite:///a.db", "DATABASE_URL"),
        ("DATABSE_URL=sqlite:///a.db", "DATABASE_URL"),
        ("DATABASE_URI=sqlite:///a.db", "DATABASE_URL"),
        ("DB_URL=sqlite:///a.db", "DATABASE_URL"),
        ("export DATABSE_URL=sqlite:///a.db", "DATABASE_URL"),
        ("SIGNING_SECRET=1", "SLACK_SIGNING_SECRET"),
        ("POLICY=p.yaml", "MUSTER_POLICY"),
    ],
)
def test_a_misspelt_name_in_the_file_is_named_with_its_line_and_the_nearest_setting(tmp_path, line, meant):
    file = tmp_path / ".env"
    file.write_text(f"{TOKENS}{line}\n", encoding="utf-8")

    (problem,) = problems_of(file)
    with pytest.raises(MissingSettings) as refused:
        read_record_settings(file)

    name = line.removeprefix("export ").partition("=")[0].upper()
    assert problem == f"{file} line 3: {name} is no setting of Muster. Did you mean {meant}?"
    assert str(refused.value) == problem


def test_a_name_of_muster_that_resembles_no_setting_is_reported(monkeypatch):
    set_all(monkeypatch, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1", MUSTER_ZZZ="1")

    assert problems_of(None) == [
        "In the environment: MUSTER_ZZZ is no setting of Muster. docs/reference/settings.md lists the settings."
    ]


def test_names_of_other_programs_are_no_fault(monkeypatch, tmp_path):
    file = tmp_path / ".env"
    file.write_text(f"{TOKENS}DATABASE_URL=sqlite:///a.db\nDATABASE_URLS=x\nSLACK_WEBHOOK_URL=x\nPOSTGRES_PASSWORD=x\n")
    set_all(monkeypatch, TEST_DATABASE_URL="x", SLACK_BOT_ID="x", DATABASE_URL_RO="x", PORT="1")

    assert read_settings(env_file=file).database_url.get_secret_value() == "sqlite:///a.db"


def test_what_an_orchestrator_sets_for_a_service_called_muster_is_no_fault(monkeypatch):
    address = "tcp://10.0.0.7:3000"
    set_all(
        monkeypatch,
        SLACK_BOT_TOKEN="xoxb-1",
        SLACK_APP_TOKEN="xapp-1",
        MUSTER_SERVICE_HOST="10.0.0.7",
        MUSTER_SERVICE_PORT_HTTP="3000",
        MUSTER_PORT=address,
        MUSTER_DB_PORT_5432_TCP_ADDR="10.0.0.8",
    )

    assert read_settings(env_file=None).mode == "socket"
    monkeypatch.setenv("MUSTER_PORT", "3000")
    assert problems_of(None) == [
        "In the environment: MUSTER_PORT is no setting of Muster. Did you mean MUSTER_HTTP_PORT?"
    ]


def test_a_slip_in_the_environment_is_reported_where_the_setting_has_no_value(monkeypatch):
    set_all(monkeypatch, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1", DATABSE_URL="sqlite:///a.db")

    assert problems_of(None) == ["In the environment: DATABSE_URL is no setting of Muster. Did you mean DATABASE_URL?"]


@pytest.mark.parametrize(
    "line", ["MUSTER_POLICY policy.yaml", "MUSTER_POLICY: policy.yaml", "MUSTER_POLICY", "SLACK='x"]
)
def test_a_line_that_is_no_setting_is_reported(tmp_path, line, caplog):
    file = tmp_path / ".env"
    file.write_text(f"{TOKENS}\n\n{line}\n", encoding="utf-8")

    assert problems_of(file)[0] == f"{file} line 5 is no setting. Write NAME=value, one on each line."
    assert caplog.records == []


def test_a_file_that_is_no_text_is_reported_and_one_with_a_mark_of_its_encoding_is_read(tmp_path):
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe" + TOKENS.encode("utf-16-le"))
    assert problems_of(file) == [f"{file} is no text in UTF-8: byte 0 cannot be read. Save it as UTF-8."]

    file.unlink()
    file.mkdir()
    assert problems_of(file) == [f"{file} is a folder. Put the settings into a file of that name, or remove it."]
    file.rmdir()

    file.write_bytes(b"\xef\xbb\xbf" + TOKENS.encode())
    assert read_settings(env_file=file).slack_bot_token.get_secret_value() == "xoxb-1"


def test_wrong_settings_say_what_they_must_be_in_plain_words(monkeypatch):
    set_all(
        monkeypatch,
        SLACK_BOT_TOKEN="xoxb-1",
        SLACK_APP_TOKEN="xapp-1",
        MUSTER_MODE="pigeon",
        MUSTER_HTTP_PORT="70000",
        MUSTER_GAP_SECONDS="soon",
        MUSTER_TSA_URL="https://tsa..example/",
        MUSTER_LOG_FORMAT="xml",
    )

    assert problems_of(None) == [
        f"MUSTER_MODE must be one of socket, http. {SOURCES['MUSTER_MODE']}",
        f"MUSTER_HTTP_PORT must be less than 65536. {SOURCES['MUSTER_HTTP_PORT']}",
        f"MUSTER_LOG_FORMAT must be one of text, json. {SOURCES['MUSTER_LOG_FORMAT']}",
        f"MUSTER_GAP_SECONDS must be a whole number. {SOURCES['MUSTER_GAP_SECONDS']}",
        f"MUSTER_TSA_URL is no web address. {SOURCES['MUSTER_TSA_URL']}",
    ]
