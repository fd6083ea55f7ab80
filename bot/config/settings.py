"""Settings from the environment and `.env`: tokens, addresses, file names. Read once and frozen; knows no policy.

Secrets are `SecretStr`, so that neither a log line nor a traceback shows them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings

from bot.config.paging_settings import PAGING_SOURCES, PagingSettings
from bot.config.setting_names import FEED_PREFIX, NamesInFile, name_problems, read_names
from bot.config.setting_problems import MISSING, MissingSettings, Problem
from bot.config.setting_values import (
    SETTINGS_CONFIG,
    api_address,
    known_ip_address,
    networks,
    secret,
    slash_command,
    web_address,
)
from bot.config.validation_words import in_plain_words
from incident.policy_parts.intake_rules import SOURCE_PREFIX
from incident.policy_parts.update_recipients import RECIPIENT_PREFIXES

LogFormat = Literal["text", "json"]
Kind = TypeVar("Kind", bound=BaseSettings)

# Where each secret comes from, and for the other settings what their value is.
TOKEN_SOURCES: Final = {
    "SLACK_BOT_TOKEN": "api.slack.com/apps, your app, OAuth & Permissions: the Bot User OAuth Token, which starts with xoxb-",
    "SLACK_APP_TOKEN": "api.slack.com/apps, your app, Basic Information, App-Level Tokens: one with connections:write, which starts with xapp-",
    "SLACK_SIGNING_SECRET": "api.slack.com/apps, your app, Basic Information, App Credentials: the Signing Secret",
}
SOURCES: Final = {name: f"Where to get it: {source}." for name, source in TOKEN_SOURCES.items()} | {
    "SLACK_API_URL": "Leave it out for Slack itself; any other address ends in /api/.",
    "DATABASE_URL": "Use sqlite:///muster.db, or postgresql://user:password@host/name.",
    "MUSTER_MODE": "Use socket (the default) or http.",
    "MUSTER_COMMAND": "Use the slash command of app.yaml: /incident unless you changed it.",
    "MUSTER_POLICY": "Use the path of your policy.yaml.",
    "MUSTER_HTTP_PORT": "Use a free port, such as 3000.",
    "MUSTER_HTTP_HOST": "Use 127.0.0.1 (the default) behind a proxy on this machine, or 0.0.0.0 to be reached from others.",
    "MUSTER_API": "Use on to serve the REST API at /api on MUSTER_HTTP_PORT, or off (the default).",
    "MUSTER_WEBHOOK_NETWORKS": "Use the private networks that webhooks may reach, as 10.1.0.0/16, or leave it out.",
    "MUSTER_SPOOL": "Use a folder on a disk that stays; muster-spool is the default.",
    "MUSTER_EVIDENCE": "Use a folder on a disk that stays, which every replica shares; muster-evidence is the default.",
    "MUSTER_EVIDENCE_MB": "Use the size in MB of the largest file that is stored as evidence; 250 is the default.",
    "MUSTER_GAP_SECONDS": "Use the seconds without a connection after which the record notes a gap; 60 is the default.",
    "MUSTER_KEY_FILE": "Use the file that `muster keygen` wrote, outside the database.",
    "MUSTER_LOG_FORMAT": "Use text (the default) or json.",
    "MUSTER_TSA_URL": "Use the address of an RFC 3161 time-stamp authority, https://…, or leave it out.",
    "MUSTER_TSA_CERT": "Use the file with the authority's certificates (PEM).",
    **PAGING_SOURCES,
}

_NEEDED_BY: Final = {"slack_app_token": "socket", "slack_signing_secret": "http"}


class Settings(PagingSettings):
    """The settings of `muster run`. Nothing else in the project reads the environment."""

    mode: Literal["socket", "http"] = Field("socket", validation_alias="MUSTER_MODE")
    slack_bot_token: Annotated[SecretStr, secret("xoxb-")]
    slack_app_token: Annotated[SecretStr | None, secret("xapp-")] = Field(None, validate_default=True)
    slack_signing_secret: Annotated[SecretStr | None, secret()] = Field(None, validate_default=True)
    slack_api_url: Annotated[str, AfterValidator(api_address)] = "https://slack.com/api/"
    database_url: SecretStr = SecretStr("sqlite:///muster.db")
    command: Annotated[str, AfterValidator(slash_command)] = Field("/incident", validation_alias="MUSTER_COMMAND")
    policy: Path = Field(Path("policy.yaml"), validation_alias="MUSTER_POLICY")
    http_port: int | None = Field(None, gt=0, lt=65536, validation_alias="MUSTER_HTTP_PORT")
    http_host: Annotated[str, AfterValidator(known_ip_address)] = Field(
        "127.0.0.1", validation_alias="MUSTER_HTTP_HOST"
    )
    api: Literal["off", "on"] = Field("off", validation_alias="MUSTER_API")
    webhook_networks: Annotated[str, AfterValidator(networks)] = Field("", validation_alias="MUSTER_WEBHOOK_NETWORKS")
    key_file: Path | None = Field(None, validation_alias="MUSTER_KEY_FILE")
    spool: Path = Field(Path("muster-spool"), validation_alias="MUSTER_SPOOL")
    evidence: Path = Field(Path("muster-evidence"), validation_alias="MUSTER_EVIDENCE")
    evidence_mb: int = Field(250, gt=0, le=10_000, validation_alias="MUSTER_EVIDENCE_MB")
    log_format: LogFormat = Field("text", validation_alias="MUSTER_LOG_FORMAT")
    gap_seconds: int = Field(60, ge=0, validation_alias="MUSTER_GAP_SECONDS")
    tsa_url: Annotated[str | None, AfterValidator(web_address)] = Field(None, validation_alias="MUSTER_TSA_URL")
    tsa_cert: Path | None = Field(None, validation_alias="MUSTER_TSA_CERT")

    @property
    def commands(self) -> tuple[str, ...]:
        """The slash commands of Muster: the configured one and /inc."""
        return tuple(dict.fromkeys((self.command, "/inc")))

    @field_validator("slack_app_token", "slack_signing_secret")
    @classmethod
    def _mode_has_its_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is None and info.data.get("mode") == _NEEDED_BY[str(info.field_name)]:
            raise PydanticCustomError("missing", "is missing")
        return secret


class RecordSettings(BaseSettings):
    """The settings of commands that need only the record. No token is among them."""

    model_config = SETTINGS_CONFIG

    database_url: SecretStr = SecretStr("sqlite:///muster.db")
    policy: Path = Field(Path("policy.yaml"), validation_alias="MUSTER_POLICY")
    spool: Path = Field(Path("muster-spool"), validation_alias="MUSTER_SPOOL")
    evidence: Path = Field(Path("muster-evidence"), validation_alias="MUSTER_EVIDENCE")
    key_file: Path | None = Field(None, validation_alias="MUSTER_KEY_FILE")
    tsa_url: str | None = Field(None, validation_alias="MUSTER_TSA_URL")
    tsa_cert: Path | None = Field(None, validation_alias="MUSTER_TSA_CERT")
    webhook_networks: Annotated[str, AfterValidator(networks)] = Field("", validation_alias="MUSTER_WEBHOOK_NETWORKS")


def read_record_settings(env_file: Path | None = Path(".env"), *, has_been_checked: bool = False) -> RecordSettings:
    """Read the settings of commands that need only the record, from the environment and `.env`.

    Raise MissingSettings for names that no setting has, and for a `.env` that is no text, unless `read_settings` has
    reported that already.
    """
    try:
        problems = tuple(name_problems(SOURCES, read_names(env_file), os.environ))
        if problems:
            raise MissingSettings(problems)
    except MissingSettings as missing:
        if not has_been_checked:
            raise
        env_file = None if any(one.name == str(env_file) for one in missing.problems) else env_file
    source: dict[str, Any] = {"_env_file": env_file}
    return RecordSettings(**source)


def read_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment, then `.env` for what it leaves out. Raise MissingSettings with every problem."""
    return _read(Settings, env_file)


def read_paging_settings(env_file: Path | None = Path(".env")) -> PagingSettings:
    """Read the settings of the paging channels alone. Raise MissingSettings with every problem."""
    return _read(PagingSettings, env_file)


def read_feed_settings(env_file: Path | None = Path(".env")) -> Mapping[str, SecretStr]:
    """Read the addresses and tokens of feeds, `MUSTER_FEED_…`, from the environment, then from `.env` for what it leaves out."""
    return _read_named((FEED_PREFIX,), env_file)


def read_recipient_settings(env_file: Path | None = Path(".env")) -> Mapping[str, SecretStr]:
    """Read the addresses of recipients of updates, `MUSTER_LIST_…` and `MUSTER_APPRISE_…`, from the same places."""
    return _read_named(tuple(RECIPIENT_PREFIXES), env_file)


def read_intake_settings(env_file: Path | None = Path(".env")) -> Mapping[str, SecretStr]:
    """Read the secrets of sources of alerts, `MUSTER_INTAKE_…`, from the same places."""
    return _read_named((SOURCE_PREFIX,), env_file)


def _read_named(prefixes: tuple[str, ...], env_file: Path | None) -> Mapping[str, SecretStr]:
    """Read the settings whose names the policy chooses, which start with one of these prefixes."""
    in_file: Mapping[str, str | None] = {}
    # A file that cannot be read is reported by those who read the other settings.
    with suppress(OSError, UnicodeDecodeError):
        in_file = dotenv_values(env_file, encoding="utf-8-sig") if env_file is not None and env_file.exists() else {}
    given = {name.upper(): value for name, value in {**in_file, **os.environ}.items() if value}
    return {name: SecretStr(value) for name, value in given.items() if name.startswith(prefixes)}


def _read(kind: type[Kind], env_file: Path | None) -> Kind:
    names = read_names(env_file)
    misspelt = tuple(name_problems(SOURCES, names, os.environ))
    source: dict[str, Any] = {"_env_file": env_file}
    try:
        settings = kind(**source)
    except ValidationError as invalid:
        raise MissingSettings((*_problems(invalid, names), *misspelt)) from None
    if misspelt:
        raise MissingSettings(misspelt)
    return settings


def _problems(invalid: ValidationError, names: NamesInFile) -> Iterator[Problem]:
    for error in invalid.errors(include_input=False, include_url=False):
        name = str(error["loc"][0]).upper()
        # A default is validated under the name of its field, a value under that of its setting.
        name = name if name in SOURCES else f"MUSTER_{name}"
        fault = in_plain_words(error, Settings, shows_value=False)
        place = "" if os.environ.get(name) else names.place(name)
        yield Problem(name, fault, SOURCES.get(name, ""), "" if fault == MISSING else place)
