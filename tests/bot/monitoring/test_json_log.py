"""The log as JSON: one object per line, with its context, and no secret in any field."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.monitoring.logs import HIDDEN, configure_logging
from bot.slack.error_reports import log_with_id
from bot.worker.job_runner import log_context
from incident.entry import IncidentKey
from incident.jobs import Job, JobKind

SECRET = 'quoted "and\\escaped" é'


@pytest.fixture
def log() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Log into memory as JSON, and restore the root logger afterwards."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    configure_logging([SECRET], "json", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_record_is_an_object_with_time_level_logger_event_and_its_context(
    log: Callable[[], list[dict[str, Any]]],
) -> None:
    logging.getLogger("bot.worker.worker").warning(
        "job %s waits\nfor Slack", "card:T1:1", extra={"incident": "01J", "job": "card:T1:1", "error_id": "T-0", "n": 3}
    )

    (line,) = log()
    time = line.pop("time")
    assert line == {
        "level": "WARNING",
        "logger": "bot.worker.worker",
        "event": "job card:T1:1 waits\nfor Slack",
        "incident": "01J",
        "job": "card:T1:1",
        "error_id": "T-0",
        "n": 3,
    }
    assert len(time) == len("2026-01-05T09:00:00.000Z")
    assert time.endswith("Z")


def test_no_secret_is_in_any_field_even_one_that_json_escapes(log: Callable[[], list[dict[str, Any]]]) -> None:
    logger = logging.getLogger("anything")
    try:
        raise RuntimeError(f"wrong: {SECRET}")
    except RuntimeError:
        logger.exception("%s was sent", {"token": "xoxb-1-secret"}, extra={"job": SECRET, "more": {"deep": [SECRET]}})
    logger.warning(SECRET)

    whole = json.dumps(log(), ensure_ascii=False)
    assert json.dumps(SECRET, ensure_ascii=False)[1:-1] not in whole
    assert "xoxb-1-secret" not in whole
    assert whole.count(HIDDEN) == 5
    assert "RuntimeError" in log()[0]["exception"]


def test_libraries_are_logged_from_warnings_up(log: Callable[[], list[dict[str, Any]]]) -> None:
    logging.getLogger("slack_sdk.web").info("a call")
    logging.getLogger("slack_sdk.web").warning("a failed call")

    assert [line["event"] for line in log()] == ["a failed call"]


def test_an_error_in_a_listener_and_a_job_are_named_in_fields_of_their_own(
    log: Callable[[], list[dict[str, Any]]],
) -> None:
    job = Job(kind=JobKind.SAY, key="say:T1:1", incident=IncidentKey("T1", "01J"))

    error_id = log_with_id(RuntimeError("broken"))
    logging.getLogger("bot.worker.job_runner").info("waits", extra=log_context(job))

    error, waits = log()
    assert error["error_id"] == error_id
    assert (waits["job"], waits["incident"]) == ("say:T1:1", "01J")
