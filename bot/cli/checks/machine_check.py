"""Checks this machine: Python, the signing key, the clock against Slack's. Makes no network call."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

from bot.cli.checks.check_result import CheckResult, missing, note, passed, wrong
from bot.cli.cli_errors import explain
from storage.integrity.signing_keys import BadKey, read_key

CLOCK_OFF_SECONDS: Final = 5.0


def check_python() -> Iterator[CheckResult]:
    """Check that this Python keeps docstrings, which are shown as help."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.flags.optimize > 1:
        yield wrong("python -OO strips the docstrings that Muster shows as help: run it without -OO.")
    else:
        yield passed(f"Python {version}.")


def check_key(path: Path | None) -> Iterator[CheckResult]:
    """Check that checkpoints are signed, with a key that only its owner can read."""
    if path is None:
        yield note("Checkpoints are not signed. `muster keygen FILE` makes a key; name it in MUSTER_KEY_FILE.")
        return
    try:
        signer = read_key(path)
    except FileNotFoundError:
        yield missing(f"There is no key at {path}. Make one with `muster keygen {path}`, or correct MUSTER_KEY_FILE.")
    except (OSError, BadKey) as unreadable:
        yield wrong(f"The key of MUSTER_KEY_FILE cannot be used: {explain(unreadable)} `muster keygen` makes one.")
    else:
        if path.stat().st_mode & 0o077:
            yield note(f"Others on this machine can read {path}: chmod 600 {path}.")
        yield passed(f"Checkpoints are signed; the public key is {signer.public_key}.")


def check_clock(date_header: str | None, before: datetime, after: datetime) -> Iterator[CheckResult]:
    """Check the clock: `date_header` is that of a response to a request sent at `before` and received at `after`."""
    if date_header is None:
        return
    try:
        theirs = parsedate_to_datetime(date_header)
    except ValueError:
        return
    ours = before + (after - before) / 2
    off = (ours - theirs).total_seconds()
    # Slack's header has whole seconds, and the response took an unknown part of the round trip.
    if abs(off) > CLOCK_OFF_SECONDS + (after - before).total_seconds() / 2:
        ahead = "ahead of" if off > 0 else "behind"
        yield wrong(
            f"This machine's clock is {abs(off):.0f} s {ahead} Slack's, and every time on the record comes from it. "
            "Switch on time synchronisation (NTP)."
        )
    else:
        yield passed("The clock agrees with Slack's.")
