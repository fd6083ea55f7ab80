"""`muster run`: composes Muster, starts it, and shuts it down on SIGTERM or Ctrl-C. Knows no rule and no payload."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

from slack_sdk.errors import SlackApiError

from bot.bootstrap.application import Application
from bot.bootstrap.composition import compose
from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail, slack_refused
from bot.config.settings import MissingSettings, Settings, read_settings
from bot.monitoring.logs import configure_logging, secrets_of, shown_database

IN_FLIGHT_SECONDS: Final = 10.0
_SIGNAL_POLL_SECONDS: Final = 0.5
_log = logging.getLogger(__name__)


def serve(
    compose_application: Callable[[Settings], Application] = compose, in_flight_seconds: float = IN_FLIGHT_SECONDS
) -> int:
    """Run until SIGTERM or Ctrl-C. Exit status: 0 after a signal, 1 when the start fails, 2 when settings are missing.

    On shutdown, work in flight has `in_flight_seconds` to finish.
    """
    try:
        settings = read_settings()
    except MissingSettings as missing:
        return fail(str(missing), 2)
    configure_logging(secrets_of(settings), settings.log_format)
    shutdown = _ShutdownSignal()
    try:
        with shutdown.interrupts():
            muster = compose_application(settings)
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    except _ShutdownRequested:
        _exit()
    _exempt_from_garbage_collection()
    return _run(muster, settings, shutdown, in_flight_seconds)


def startup_line(muster: Application, settings: Settings) -> str:
    """Return one line on what runs: the workspace, the commands, the database, the policy."""
    database = shown_database(settings.database_url.get_secret_value())
    policy = muster.active.policy
    return (
        f"Muster runs in {muster.workspace} ({muster.gateway.team}) as {' and '.join(settings.commands)}, "
        f"on {database}, by policy {policy.version} ({muster.active.hash[:8]})."
    )


def _run(muster: Application, settings: Settings, shutdown: _ShutdownSignal, in_flight_seconds: float) -> int:
    if muster.policy_errors:
        fail(f"{settings.policy} is not used and policy {muster.active.policy.version} stays. Correct these lines:")
        fail("\n".join(f"  {one}" for one in muster.policy_errors))
    try:
        with shutdown.interrupts():
            muster.start()
    except SlackApiError as refused:
        fail(slack_refused(str(refused.response.get("error")), "SLACK_APP_TOKEN"))
    except EXPECTED_ERRORS as error:
        fail(explain(error))
    except _ShutdownRequested:
        _stop(muster, in_flight_seconds)
        _exit()
    else:
        print(startup_line(muster, settings), flush=True)
        while not shutdown.requested.wait(_SIGNAL_POLL_SECONDS):
            pass  # A signal delivered to another thread does not wake this one, and only this one handles it.
        _stop(muster, in_flight_seconds)
        _exit()
    _stop(muster, in_flight_seconds)
    return 1


def _exempt_from_garbage_collection() -> None:
    """Exempt everything loaded so far from garbage collection: it lives as long as the process.

    Scanning it again and again doubles the longest pause under load.
    """
    gc.collect()
    gc.freeze()


class _ShutdownRequested(BaseException):
    """A shutdown signal during start-up. A BaseException, so that no retry catches it."""


class _ShutdownSignal:
    """Whether SIGTERM or SIGINT has arrived."""

    def __init__(self) -> None:
        self.requested = threading.Event()
        self._interrupts = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    @contextmanager
    def interrupts(self) -> Iterator[None]:
        """Raise _ShutdownRequested inside the block when a signal arrives, or has arrived: waiting for Slack can be long."""
        self._interrupts = True
        try:
            if self.requested.is_set():
                raise _ShutdownRequested
            yield
        finally:
            self._interrupts = False

    def _on_signal(self, *_: object) -> None:
        self.requested.set()
        if self._interrupts:
            self._interrupts = False
            raise _ShutdownRequested


def _stop(muster: Application, in_flight_seconds: float) -> None:
    """Stop in order. Work that takes too long is left; the next start looks up its result."""
    _log.info("stopping: what is in flight is finished first")
    stopping = threading.Thread(target=muster.stop, name="stopping", daemon=True)
    stopping.start()
    stopping.join(in_flight_seconds)
    if stopping.is_alive():
        _log.warning("not all that was in flight could be finished; the next start looks it up and finishes it")


def _exit() -> NoReturn:
    """End the process now; a thread that waits for a reply would keep it alive for as long as it waits."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
