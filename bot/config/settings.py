"""Settings from the environment and `.env`: tokens, addresses, file names. Read once and frozen; knows no policy.

Secrets are `SecretStr`, so that neither a log line nor a traceback shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

LogFormat = Literal["text", "json"]

SOURCES: Final = {
    "SLACK_BOT_TOKEN": "api.slack.com/apps, your app, OAuth & Permissions: the Bot User OAuth Token, which begins with xoxb-",
    "SLACK_APP_TOKEN": "api.slack.com/apps, your app, Basic Information, App-Level Tokens: one with connections:write, which begins with xapp-",
    "SLACK_SIGNING_SECRET": "api.slack.com/apps, your app, Basic Information, App Credentials: the Signing Secret",
    "SLACK_API_URL": "leave it out for Slack itself; any other address ends in /api/",
    "DATABASE_URL": "sqlite:///muster.db, or postgresql://user:password@host/name",
    "MUSTER_MODE": "socket (the default) or http",
    "MUSTER_COMMAND": "the slash command of app.yaml, /incident unless you changed it",
    "MUSTER_POLICY": "the path of your policy.yaml",
    "MUSTER_HTTP_PORT": "a free port, 3000 for example",
    "MUSTER_HTTP_HOST": "127.0.0.1 (the default) behind a proxy of this machine, 0.0.0.0 to be reached from others",
    "MUSTER_SPOOL": "a folder of its own on a disk that stays, muster-spool/ unless you say otherwise",
    "MUSTER_GAP_SECONDS": "after how many seconds without a connection the record notes a gap, 60 unless you say otherwise",
    "MUSTER_KEY_FILE": "the file that `muster keygen` wrote, outside the database",
    "MUSTER_LOG_FORMAT": "text (the default) or json",
    "MUSTER_TSA_URL": "the address of an RFC 3161 time-stamp authority, https://…; leave it out for none",
    "MUSTER_TSA_CERT": "the file with the authority's certificates in PEM, which it publishes",
}

_NEEDED_BY: Final = {"slack_app_token": "socket", "slack_signing_secret": "http"}


@dataclass(frozen=True)
class Problem:
    """One setting that is missing or wrong, and where its value comes from."""

    name: str
    fault: str
    source: str

    def __str__(self) -> str:
        return f"{self.name} {self.fault}. Where to get it: {self.source}."


class MissingSettings(Exception):  # noqa: N818 - it is an answer for a person, who reads all of it
    """Settings are missing or wrong; `problems` lists every one of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def _starts_with(prefix: str) -> AfterValidator:
    def check(secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not secret.get_secret_value().startswith(prefix):
            raise ValueError(f"does not begin with {prefix}")
        return secret

    return AfterValidator(check)


def _api_address(address: str) -> str:
    if not address.startswith(("https://", "http://")) or not address.endswith("/api/"):
        raise ValueError("is no web address that ends in /api/")
    return address


def _web_address(address: str | None) -> str | None:
    if address is not None and not address.startswith(("https://", "http://")):
        raise ValueError("is no web address")
    return address


def _ip_address(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        raise ValueError("is no IP address") from None


def _slash_command(word: str) -> str:
    if not word.startswith("/") or " " in word or len(word) < 2:
        raise ValueError("is no slash command")
    return word.lower()


class Settings(BaseSettings):
    """The settings of `muster run`. Nothing else in the project reads the environment."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    mode: Literal["socket", "http"] = Field("socket", validation_alias="MUSTER_MODE")
    slack_bot_token: Annotated[SecretStr, _starts_with("xoxb-")]
    slack_app_token: Annotated[SecretStr | None, _starts_with("xapp-")] = Field(None, validate_default=True)
    slack_signing_secret: SecretStr | None = Field(None, validate_default=True)
    slack_api_url: Annotated[str, AfterValidator(_api_address)] = "https://slack.com/api/"
    database_url: SecretStr = SecretStr("sqlite:///muster.db")
    command: Annotated[str, AfterValidator(_slash_command)] = Field("/incident", validation_alias="MUSTER_COMMAND")
    policy: Path = Field(Path("policy.yaml"), validation_alias="MUSTER_POLICY")
    http_port: int | None = Field(None, gt=0, lt=65536, validation_alias="MUSTER_HTTP_PORT")
    http_host: Annotated[str, AfterValidator(_ip_address)] = Field("127.0.0.1", validation_alias="MUSTER_HTTP_HOST")
    key_file: Path | None = Field(None, validation_alias="MUSTER_KEY_FILE")
    spool: Path = Field(Path("muster-spool"), validation_alias="MUSTER_SPOOL")
    log_format: LogFormat = Field("text", validation_alias="MUSTER_LOG_FORMAT")
    gap_seconds: int = Field(60, ge=0, validation_alias="MUSTER_GAP_SECONDS")
    tsa_url: Annotated[str | None, AfterValidator(_web_address)] = Field(None, validation_alias="MUSTER_TSA_URL")
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

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    database_url: SecretStr = SecretStr("sqlite:///muster.db")
    policy: Path = Field(Path("policy.yaml"), validation_alias="MUSTER_POLICY")
    spool: Path = Field(Path("muster-spool"), validation_alias="MUSTER_SPOOL")
    key_file: Path | None = Field(None, validation_alias="MUSTER_KEY_FILE")
    tsa_url: str | None = Field(None, validation_alias="MUSTER_TSA_URL")
    tsa_cert: Path | None = Field(None, validation_alias="MUSTER_TSA_CERT")


def read_record_settings(env_file: Path | None = Path(".env")) -> RecordSettings:
    """Read the settings of commands that need only the record, from the environment and `.env`."""
    source: dict[str, Any] = {"_env_file": env_file}
    return RecordSettings(**source)


def read_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment, then `.env` for what it leaves out. Raise MissingSettings with every problem."""
    source: dict[str, Any] = {"_env_file": env_file}
    try:
        return Settings(**source)
    except ValidationError as invalid:
        raise MissingSettings(_problems(invalid)) from None


def _problems(invalid: ValidationError) -> tuple[Problem, ...]:
    problems = []
    for error in invalid.errors(include_input=False, include_url=False):
        name = str(error["loc"][0]).upper()
        fault = "is missing" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
        problems.append(Problem(name, fault[0].lower() + fault[1:], SOURCES.get(name, "see the README")))
    return tuple(problems)
