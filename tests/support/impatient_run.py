"""`muster run` with shorter limits, for tests of shutdown: calls to Slack time out after 3 s, work in flight has 2.5 s."""

from __future__ import annotations

from functools import partial

from bot.bootstrap.composition import compose
from bot.cli.run_command import serve

CALL_SECONDS = 3
IN_FLIGHT_SECONDS = 2.5

if __name__ == "__main__":
    raise SystemExit(serve(partial(compose, call_seconds=CALL_SECONDS), IN_FLIGHT_SECONDS))
