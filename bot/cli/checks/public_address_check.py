"""Checks that the public address reaches a Muster at which pages are answered. Answers none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.cli.checks.check_result import CheckResult, note, passed, wrong
from bot.clock import Clock
from bot.notify.provider_api import CallFailed, ProviderApi
from bot.web.public_path import PUBLIC

_SETTING: Final = "MUSTER_PUBLIC_URL"
_GUIDE: Final = "docs/how-to/connect-a-pager.md says how."
_NOT_SET: Final = (
    f"{_SETTING} is not set, so no key and no text message answers a page; people answer in Slack. {_GUIDE}"
)
_SILENT: Final = f"{_SETTING} reaches no Muster that runs: start it, and run `muster doctor` again."
_OTHER: Final = (
    f"{_SETTING} reaches something else than Muster: let the reverse proxy pass {PUBLIC}/ on to it. {_GUIDE}"
)


def check_public_address(url: str | None, clock: Clock, *, has_telephone: bool) -> Iterator[CheckResult]:
    """Yield whether a Muster answers at the public address; without one, what that means for calls and text messages."""
    if url is None:
        if has_telephone:
            yield note(_NOT_SET)
        return
    try:
        found = ProviderApi(_SETTING, url, _SETTING, clock).get(f"{PUBLIC}/")
    except CallFailed as failed:
        # A proxy answers from 500 where the program behind it does not run.
        yield wrong(_OTHER) if 0 < failed.status < 500 else note(_SILENT)
        return
    yield passed("Pages are answered at the public address.") if found.get("answers") is True else wrong(_OTHER)
