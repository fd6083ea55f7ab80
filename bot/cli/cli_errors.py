"""What can keep a command from working, as a sentence that says what to do. Knows no command.

Only troubles of the world outside stand here: a file, a database, Slack, a policy. An error of ours stays a traceback.
"""

from __future__ import annotations

from http.client import HTTPException
from typing import Final

from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from bot.cli.database_access import NotFound
from bot.config.policy_loader import BrokenPolicy
from bot.config.settings import WHERE
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
_TOKEN: Final = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})


def explained(trouble: BaseException) -> str:
    """Say what is wrong and what to do about it, in one sentence or, for a policy, one line for each fault."""
    return redact(_told(trouble))


def _told(trouble: BaseException) -> str:
    if isinstance(trouble, SlackApiError):
        return _slack(trouble)
    if isinstance(trouble, BrokenPolicy):
        return "The policy is broken, and there is no earlier one. Mend these lines:\n" + "\n".join(
            f"  {one}" for one in trouble.wrong
        )
    if isinstance(trouble, (SQLAlchemyError, Unavailable)):
        return _database(trouble)
    if isinstance(trouble, FileNotFoundError):
        return f"There is no file {trouble.filename}. Name one that exists."
    if isinstance(trouble, (NotFound, PortTaken)):
        return str(trouble)
    if isinstance(trouble, StorageError):
        return _sentence(str(trouble))
    if isinstance(trouble, OSError) and trouble.filename is not None:
        return f"{trouble.filename}: {trouble.strerror}."
    return f"It does not answer: {getattr(trouble, 'reason', None) or trouble}. Look at the network and the address."


def _database(trouble: SQLAlchemyError | Unavailable) -> str:
    error = trouble.__cause__ if isinstance(trouble, Unavailable) else trouble
    if error is None:
        return f"The database takes nothing now ({trouble}). Try again in a minute."
    cause = getattr(error, "orig", None) or error
    return f"The database refuses: {str(cause).strip().splitlines()[0]}. Look at DATABASE_URL and at the server."


def _slack(trouble: SlackApiError) -> str:
    status, error = getattr(trouble.response, "status_code", 200), str(trouble.response.get("error"))
    if status == 429 or error == "ratelimited":
        return "Slack asks us to call less often. Try again in a minute."
    if status >= 500:
        return f"Slack is in trouble ({status}). Try again in a minute."
    return slack_refused(error)


def _sentence(words: str) -> str:
    """Write as a sentence what begins and ends as part of one; a file's name at its beginning stays as it is."""
    first = words.split(" ", 1)[0]
    begun = words if "." in first else words[:1].upper() + words[1:]
    return begun.rstrip(".") + "."


def slack_refused(error: str, token: str = "SLACK_BOT_TOKEN") -> str:  # noqa: S107 - the name of a setting
    """Say what Slack's refusal of a token, or of anything else, asks of whoever runs Muster."""
    if error in _TOKEN:
        return f"Slack does not know the {token} ({error}). Copy it again: {WHERE[token]}."
    if error == "not_allowed_token_type":
        return f"{token} is a token of another kind. Copy the right one: {WHERE[token]}."
    return f"Slack refuses: {error}."
