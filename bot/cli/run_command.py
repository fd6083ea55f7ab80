"""`muster run`: puts Muster together, starts it, and ends it in good order when told to. Knows no rule and no payload."""

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
from bot.cli.cli_errors import EXPECTED_ERRORS, explained, slack_refused
from bot.config.settings import MissingSettings, Settings, read_settings
from bot.monitoring.logs import configure_logging, secrets_of, shown_database

IN_FLIGHT_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 0.5
# After how many new objects; Python's own 700 are a hundred messages' worth or less.
_LOOKS_FOR_GARBAGE: Final = (10_000, 20, 20)
_log = logging.getLogger(__name__)


def serve(put_together: Callable[[Settings], Application] = compose) -> int:
    """Run until SIGTERM or Ctrl-C: 0 when ended so, 1 when it could not begin, 2 when settings are missing."""
    try:
        settings = read_settings()
    except MissingSettings as missing:
        _complain(str(missing))
        return 2
    configure_logging(secrets_of(settings))
    ended = _End()
    try:
        with ended.at_once():
            muster = put_together(settings)
    except EXPECTED_ERRORS as trouble:
        _complain(explained(trouble))
        return 1
    except _ToldToEnd:
        _leave()
    _keep_what_stands()
    return _run(muster, settings, ended)


def running(muster: Application, settings: Settings) -> str:
    """Say in one line what runs: where, as what, on which database, by which policy."""
    database = shown_database(settings.database_url.get_secret_value())
    policy = muster.active.policy
    return (
        f"Muster runs in {muster.workspace} ({muster.edge.team}) as {' and '.join(settings.commands)}, "
        f"on {database}, by policy {policy.version} ({muster.active.hash[:8]})."
    )


def _run(muster: Application, settings: Settings, ended: _End) -> int:
    if muster.wrong:
        _complain(f"{settings.policy} is left aside and policy {muster.active.policy.version} stays. Mend these lines:")
        _complain("\n".join(f"  {one}" for one in muster.wrong))
    try:
        with ended.at_once():
            muster.start()
    except SlackApiError as refused:
        _complain(slack_refused(str(refused.response.get("error")), "SLACK_APP_TOKEN"))
    except EXPECTED_ERRORS as trouble:
        _complain(explained(trouble))
    except _ToldToEnd:
        _stop(muster)
        _leave()
    else:
        print(running(muster, settings), flush=True)
        while not ended.told.wait(LOOK_SECONDS):
            pass  # A signal that reaches another thread does not wake this one, and only this one may answer it.
        _stop(muster)
        _leave()
    _stop(muster)
    return 1


def _keep_what_stands() -> None:
    """Spare the search for garbage what was loaded and put together, which stays as long as we run.

    Searched again and again, it doubles the longest pause under load.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_LOOKS_FOR_GARBAGE)


class _ToldToEnd(BaseException):
    """Somebody ended Muster before it ran. Nothing may take it for a trouble that passes."""


class _End:
    """Whether we were told to end."""

    def __init__(self) -> None:
        self.told = threading.Event()
        self._at_once = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._tell)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Break off what is done inside when we are told to end, or were: it may wait for Slack for long."""
        self._at_once = True
        try:
            if self.told.is_set():
                raise _ToldToEnd
            yield
        finally:
            self._at_once = False

    def _tell(self, *_: object) -> None:
        self.told.set()
        if self._at_once:
            self._at_once = False
            raise _ToldToEnd


def _stop(muster: Application) -> None:
    """Stop in good order; what takes too long is left to the next start, which looks up what came of it."""
    _log.info("stopping: what is in flight is finished first")
    stopping = threading.Thread(target=muster.stop, name="stopping", daemon=True)
    stopping.start()
    stopping.join(IN_FLIGHT_SECONDS)
    if stopping.is_alive():
        _log.warning("not all that was in flight could be finished; the next start looks it up and finishes it")


def _leave() -> NoReturn:
    """End the process now: a thread that still waits for an answer would keep it for as long as it waits."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _complain(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
