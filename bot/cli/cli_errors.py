"""Errors that a command expects, as sentences that say what to do. Knows no command.

Only errors of the outside world: a file, a database, Slack, a policy. An error of our own stays a traceback.
"""

from __future__ import annotations

import errno
import sys
from http.client import HTTPException
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from bot.cli.database_access import NotFound
from bot.config.policy_loader import BrokenPolicy, NoPolicyFile
from bot.config.settings import TOKEN_SOURCES
from bot.monitoring.logs import redact
from bot.web.http_server import PortTaken
from storage.errors import StorageError, Unavailable

EXPECTED_ERRORS: Final = (
    NotFound,
    StorageError,
    SQLAlchemyError,
    BrokenPolicy,
    SlackClientError,
    OSError,
    HTTPException,
)
# SQLSTATE of a missing right.
_NOT_ALLOWED: Final = "42501"
# What SQLite says of a file that it cannot create or that is a folder.
_NO_FILE: Final = "unable to open database file"
_RIGHTS: Final = (
    "The tables belong to another role. As their owner, migrate, restore, or give this role its rights: "
    "`muster migrate --service-role NAME`."
)
_FILE_ERRORS: Final = {
    errno.ENOENT: "There is no file {file}. Name one that exists.",
    errno.EACCES: "Muster may not use {file}. Let its user read and write there, or name another file.",
    errno.EPERM: "Muster may not use {file}. Let its user read and write there, or name another file.",
    errno.EISDIR: "{file} is a folder. Name a file.",
    errno.ENOTDIR: "{file} lies in something that is no folder. Name another place.",
    errno.ENOSPC: "The disk of {file} is full. Make room, or name another place.",
    errno.EROFS: "The disk of {file} is read-only. Name another place.",
}
_BAD_TOKEN: Final = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})


def fail(message: str, status: int = 1) -> int:
    """Print a message to standard error and return the exit status."""
    print(message, file=sys.stderr, flush=True)
    return status


def explain(error: BaseException, settings: BaseSettings | None = None) -> str:
    """Return what is wrong and what to do, redacted: one sentence, or for a policy one line per fault.

    With `settings`, a file is named with the setting that names it.
    """
    named_by = _setting_of(error, settings) if settings is not None else None
    return redact(_explanation(error) + (f" {named_by} names it." if named_by else ""))


def _setting_of(error: BaseException, settings: BaseSettings) -> str | None:
    """Return the setting that names the file of an error."""
    file = getattr(error, "filename", None)
    fields = type(settings).model_fields.items()
    paths = {str(getattr(settings, name)): field for name, field in fields if isinstance(getattr(settings, name), Path)}
    return str(paths[file].validation_alias) if isinstance(file, str) and file in paths else None


def _explanation(error: BaseException) -> str:
    if isinstance(error, SlackApiError):
        return _slack(error)
    if isinstance(error, NoPolicyFile):
        return f"No policy is in force yet, and {error.errors[0].path} {error.errors[0].message}."
    if isinstance(error, BrokenPolicy):
        return "The policy is broken, and there is no earlier one. Correct these lines:\n" + "\n".join(
            f"  {one}" for one in error.errors
        )
    if isinstance(error, (SQLAlchemyError, Unavailable)):
        return _database(error)
    if isinstance(error, (NotFound, PortTaken)):
        return str(error)
    if isinstance(error, StorageError):
        return _sentence(str(error))
    if isinstance(error, OSError) and error.filename is not None:
        return file_error(error)
    return f"It does not answer: {_why(error)}. Check the network and the address."


def _why(error: object) -> str:
    """Return the reason of a connection that failed, without the number that the system gives it."""
    reason = getattr(error, "reason", None) or error
    return str(getattr(reason, "strerror", None) or reason)


def file_error(error: OSError) -> str:
    """Return what is wrong with a file and what to do, as a sentence."""
    what = _FILE_ERRORS.get(error.errno or 0, f"{{file}}: {error.strerror}. Correct that, or name another file.")
    return what.format(file=error.filename)


def _database(error: SQLAlchemyError | Unavailable) -> str:
    refused = error.__cause__ if isinstance(error, Unavailable) else error
    if refused is None:
        return f"The database accepts nothing now ({error}). Try again in a minute."
    cause = getattr(refused, "orig", None) or refused
    message = str(cause).strip().splitlines()[0]
    if getattr(cause, "sqlstate", None) == _NOT_ALLOWED:
        return f"The database refuses: {message}. {_RIGHTS}"
    if _NO_FILE in message:
        return f"The database refuses: {message}. Name a file in a folder that exists and that Muster may write in."
    return f"The database refuses: {message}. Check DATABASE_URL and the server."


def _slack(error: SlackApiError) -> str:
    status, code = getattr(error.response, "status_code", 200), str(error.response.get("error"))
    if status == 429 or code == "ratelimited":
        return "Slack limits how often Muster may call. Try again in a minute."
    if status >= 500:
        return f"Slack answers {status}: it has a fault. Try again in a minute."
    return slack_refused(code)


def _sentence(text: str) -> str:
    """Capitalize and end a text as a sentence; a file name at its start keeps its case."""
    first = text.split(" ", 1)[0]
    capitalized = text if "." in first else text[:1].upper() + text[1:]
    return capitalized.rstrip(".") + "."


def slack_refused(error: str, token: str = "SLACK_BOT_TOKEN") -> str:  # noqa: S107 - the name of a setting
    """Return what to do about an error code of Slack's, where `token` was used."""
    if error in _BAD_TOKEN:
        return f"Slack does not know the {token} ({error}). Copy it again: {TOKEN_SOURCES[token]}."
    if error == "not_allowed_token_type":
        return f"{token} is a token of another kind. Copy the right one: {TOKEN_SOURCES[token]}."
    return f"Slack refuses: {error}. `muster doctor` checks tokens, scopes and channels."
