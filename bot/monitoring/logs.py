"""The log: one line per record, in UTC, as text or JSON, with every secret redacted. Knows no event it is given.

Redaction happens in the formatter, after arguments, tracebacks and extra fields are put in, so that none of them carries
a secret out.
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

from bot.config.settings import LogFormat
from storage.database.engine import read_url
from storage.errors import InvalidDatabaseUrl

HIDDEN: Final = "[hidden]"
_LIBRARIES: Final = ("apscheduler", "slack_bolt", "slack_sdk", "uvicorn", "asyncio", "alembic")
_SHORTEST_SECRET: Final = 6
# Without a letter or digit after the dash it is the bare prefix, as in "starts with xoxb-."
_TOKEN: Final = re.compile(r"\bx(?:ox[a-z]|app)(?:\.[\w-]+)?-[.-]*\w[\w.-]*")
_API_TOKEN: Final = re.compile(r"\bmus_[0-9a-f]+_[\w-]+")
_PASSWORD: Final = re.compile(r"(://[^\s/@:]*):[^\s/@]+@")
_SECRET_ADDRESS: Final = re.compile(r"(hooks\.slack\.com/|[?&]ticket=)[^\s\"'<>]+")


class Redactor:
    """Redacts the secrets it is given, and everything that looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # A secret inside a logged dict appears as repr() writes it, with escapes.
        forms = {form for one in secrets if len(one) >= _SHORTEST_SECRET for form in (one, repr(one)[1:-1])}
        self._secrets = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text with every secret hidden."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return redact(text)


class TextFormatter(logging.Formatter):
    """Formats a record as one line of text, traceback included, redacted."""

    converter = staticmethod(time.gmtime)

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        return self._redactor(super().format(record)).replace("\r", "").replace("\n", " | ")


def redact(text: str) -> str:
    """Hide what looks like a token, a password in an address, or an address that is itself a secret."""
    text = _API_TOKEN.sub(HIDDEN, _TOKEN.sub(HIDDEN, text))
    text = _PASSWORD.sub(rf"\1:{HIDDEN}@", text)
    return _SECRET_ADDRESS.sub(rf"\1{HIDDEN}", text)


def secrets_of(settings: BaseSettings) -> frozenset[str]:
    """Return every secret of the settings; of a database address, its password."""
    values = [getattr(settings, name) for name in type(settings).model_fields]
    secrets = {value.get_secret_value() for value in values if isinstance(value, SecretStr)}
    return frozenset(part for secret in secrets if (part := _secret_part(secret)))


def shown_database(url: str) -> str:
    """Return a database address as people write it, without the driver's name, its password and its options."""
    try:
        address = read_url(url).set(query={})
        return address.set(drivername=address.get_backend_name()).render_as_string(hide_password=True)
    except InvalidDatabaseUrl:
        return HIDDEN


def configure_logging(secrets: Iterable[str], log_format: LogFormat = "text", *, stream: TextIO | None = None) -> None:
    """Log to standard error, or to `stream`: everything of ours from INFO, of libraries from WARNING."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(Redactor(secrets), log_format))
    handler.addFilter(_is_relevant)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)


def _formatter(redactor: Redactor, log_format: LogFormat) -> logging.Formatter:
    if log_format == "text":
        return TextFormatter(redactor)
    from bot.monitoring.json_log import JsonLogFormatter  # the library is imported only where JSON is wanted

    return JsonLogFormatter(redactor)


def _is_relevant(record: logging.LogRecord) -> bool:
    """True for records of ours and for warnings of libraries; Bolt's note on an unused token is no news."""
    is_library = record.name.startswith(_LIBRARIES)
    return not is_library or (record.levelno >= logging.WARNING and "will be unused" not in record.getMessage())


def _secret_part(secret: str) -> str:
    if "://" not in secret:
        return secret
    try:
        return str(read_url(secret).password or "")
    except InvalidDatabaseUrl:
        return secret
