"""The log: one line per record, in UTC, in which no token and no password can be read. Decides nothing else about words.

Secrets are masked where a line is made, after everything is put into it, so that neither an argument nor a traceback
carries one out.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Iterable
from typing import Final, TextIO

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from storage.database.engine import read_url
from storage.errors import InvalidDatabaseUrl

HIDDEN: Final = "[hidden]"
_NOISY: Final = ("apscheduler", "slack_bolt", "slack_sdk", "uvicorn", "asyncio", "alembic")
_SHORTEST: Final = 6
_TOKEN: Final = re.compile(r"\bx(?:ox[a-z]|app)(?:\.[\w-]+)?-[\w.-]+")
_PASSWORD: Final = re.compile(r"(://[^\s/@:]*):[^\s/@]+@")
_ADDRESS: Final = re.compile(r"(hooks\.slack\.com/|[?&]ticket=)[^\s\"'<>]+")


class RedactingFormatter(logging.Formatter):
    """Writes a record on one line, without the secrets it is given and without anything that looks like one."""

    converter = staticmethod(time.gmtime)

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._secrets = tuple(sorted((one for one in secrets if len(one) >= _SHORTEST), key=len, reverse=True))

    def format(self, record: logging.LogRecord) -> str:
        """Write the record, traceback included, and mask what nobody may read."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return redact(text).replace("\r", "").replace("\n", " | ")


def redact(text: str) -> str:
    """Mask what looks like a token, like a password in an address, or like an address that is a secret."""
    text = _TOKEN.sub(HIDDEN, text)
    text = _PASSWORD.sub(rf"\1:{HIDDEN}@", text)
    return _ADDRESS.sub(rf"\1{HIDDEN}", text)


def secrets_of(settings: BaseSettings) -> frozenset[str]:
    """Gather every secret of the settings; of a database address, its password."""
    values = [getattr(settings, name) for name in type(settings).model_fields]
    secrets = {value.get_secret_value() for value in values if isinstance(value, SecretStr)}
    return frozenset(one for secret in secrets if (one := _secret_part(secret)))


def shown_database(url: str) -> str:
    """Show a database address without what opens it."""
    try:
        return read_url(url).set(query={}).render_as_string(hide_password=True)
    except InvalidDatabaseUrl:
        return HIDDEN


def _is_ours_or_matters(record: logging.LogRecord) -> bool:
    """Keep of others only what matters; Bolt sets its own level, and notes that it leaves a token of .env unused."""
    theirs = record.name.startswith(_NOISY)
    return not theirs or (record.levelno >= logging.WARNING and "will be unused" not in record.getMessage())


def configure_logging(secrets: Iterable[str], stream: TextIO | None = None) -> None:
    """Write what happens to standard error from now on; what others log about themselves only from warnings up."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(RedactingFormatter(secrets))
    handler.addFilter(_is_ours_or_matters)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)


def _secret_part(secret: str) -> str:
    if "://" not in secret:
        return secret
    try:
        return str(read_url(secret).password or "")
    except InvalidDatabaseUrl:
        return secret
