"""`muster run`: composes Muster, starts it, and shuts it down on SIGTERM or Ctrl-C. Knows no rule and no payload."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Final, NoReturn, TypeVar

from slack_sdk.errors import SlackApiError

from bot.bootstrap.application import Application
from bot.bootstrap.composition import compose
from bot.bootstrap.heap_limit import limit_heaps
from bot.bootstrap.startup import Startup
from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail, slack_refused
from bot.config.settings import Settings, read_settings
from bot.monitoring.logs import configure_logging, secrets_of, shown_database

IN_FLIGHT_SECONDS: Final = 10.0
_SIGNAL_POLL_SECONDS: Final = 0.5
_log = logging.getLogger(__name__)
T = TypeVar("T")


def serve(
    compose_application: Callable[..., Application] = compose, in_flight_seconds: float = IN_FLIGHT_SECONDS
) -> int:
    """Run until SIGTERM or Ctrl-C. Exit status: 0 after a signal, 1 when the start fails. Raise MissingSettings.

    Without an answer of Slack the start waits. On shutdown, work in flight has `in_flight_seconds` to finish.
    """
    limit_heaps()
    settings = read_settings()
    configure_logging(secrets_of(settings), settings.log_format)
    shutdown = _ShutdownSignal()
    try:
        startup = Startup(settings)
        startup.listen()
        muster = shutdown.unless_requested(lambda: compose_application(settings, startup=startup))
    except EXPECTED_ERRORS as error:
        return fail(explain(error, settings))
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
        shutdown.unless_requested(muster.start)
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


class _ShutdownRequested(Exception):  # noqa: N818 - it is no error
    """A shutdown signal during start-up."""


class _ShutdownSignal:
    """Whether SIGTERM or SIGINT has arrived."""

    def __init__(self) -> None:
        self.requested = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.requested.set())

    def unless_requested(self, work: Callable[[], T]) -> T:
        """Return the result of a part of the start. Raise _ShutdownRequested when a signal arrives first.

        The work runs on a thread of its own: a wait for a name server cannot be interrupted, but abandoned.
        """
        pool = ThreadPoolExecutor(1, thread_name_prefix="start")
        future = pool.submit(work)
        pool.shutdown(wait=False)
        while not self.requested.is_set():
            if wait([future], _SIGNAL_POLL_SECONDS).done:
                return future.result()
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
