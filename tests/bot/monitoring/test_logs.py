"""The log: no token or password is written, whatever a record contains, and one record is one line."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.config.settings import Settings
from bot.monitoring.logs import HIDDEN, configure_logging, redact, secrets_of, shown_database

BOT, APP, PASSWORD = "xoxb-12-34-secretBOT", "xapp-1-A0-99-secretAPP", "correct-horse"
SIGNING = "8f742231b10e8888abcd99yyyzzz85a5"
GIVEN: dict[str, Any] = {
    "_env_file": None,
    "slack_bot_token": BOT,
    "slack_app_token": APP,
    "slack_signing_secret": SIGNING,
    "database_url": f"postgresql://muster:{PASSWORD}@db.example/muster?sslmode=require",
}


@pytest.fixture
def log() -> Iterator[Callable[[], str]]:
    """Log into memory as `muster run` does, and restore the loggers afterwards."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure_logging(secrets_of(Settings(**GIVEN)), stream=stream)
    yield stream.getvalue
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def fails_with(words: str) -> None:
    raise RuntimeError(words)


@pytest.mark.parametrize("secret", [BOT, APP, PASSWORD, SIGNING, "xoxp-9-someone-elses", "xoxe.xoxb-1-rotated"])
def test_no_secret_is_in_a_message_in_an_argument_or_in_a_traceback(secret: str, log: Callable[[], str]) -> None:
    logger = logging.getLogger("anything")
    logger.warning("it said " + secret)
    logger.warning("%r was sent", {"token": secret})
    try:
        fails_with(f"wrong: {secret}")
    except RuntimeError:
        logger.exception("it failed")

    assert secret not in log()
    assert log().count(HIDDEN) >= 3
    assert "fails_with" in log()


def test_one_record_is_one_line_with_its_time_and_logger(log: Callable[[], str]) -> None:
    try:
        fails_with("first\nsecond")
    except RuntimeError:
        logging.getLogger("bot.worker.worker").exception("a job\nfailed")

    lines = log().splitlines()
    assert len(lines) == 1
    assert "Z ERROR bot.worker.worker: a job | failed | Traceback" in lines[0]


def test_libraries_are_logged_only_from_warnings_up(log: Callable[[], str]) -> None:
    bolts = logging.getLogger("slack_bolt.App")
    bolts.setLevel(logging.INFO)
    bolts.info("A new session has been established")
    bolts.warning("As you gave `client` as well, `token` will be unused.")
    bolts.warning("The session is stale")
    logging.getLogger("bot.worker.worker").info("a job waits")

    assert [line.split(": ", 1)[1] for line in log().splitlines()] == ["The session is stale", "a job waits"]


def test_a_password_in_any_address_is_masked_and_the_rest_can_be_read() -> None:
    text = redact("could not reach postgresql://ann:s3cret@db.example:5432/muster")

    assert text == f"could not reach postgresql://ann:{HIDDEN}@db.example:5432/muster"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("POST https://hooks.slack.com/commands/T1/2/abcDEF", "abcDEF"),
        ("wss://wss.slack.com/link/?ticket=6d7f-11&app_id=A1", "6d7f-11"),
    ],
)
def test_an_address_that_is_itself_a_secret_is_masked(text: str, secret: str) -> None:
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "job card:T1:01J is given up: channel_not_found, xapping at 10:05, see inc-2026-0042-payments",
        "OAuth & Permissions: the Bot User OAuth Token, which starts with xoxb-.",
    ],
)
def test_ordinary_text_is_not_masked(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///muster.db", "sqlite:///muster.db"),
        (GIVEN["database_url"], "postgresql://muster:***@db.example/muster"),
        ("nonsense", HIDDEN),
    ],
)
def test_a_database_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert shown_database(url) == shown
