"""The key of a page, by which a provider names the call when its webhook says that it was acknowledged. Pure."""

from __future__ import annotations

import re
from typing import Final

from bot.notify.answers.answer_address import CallReference

_KEY: Final = re.compile(
    r"muster-(?P<team>\w{1,40})-(?P<number>INC-\d{4}-\d{4,9})-(?P<n>[1-9]\d{0,8})(?:-\d{1,3})?", re.ASCII
)


def page_key(team: str, call: CallReference) -> str:
    """Return the key of the page of a call."""
    return f"muster-{team}-{call.number}-{call.n}"


def call_of_key(key: str, team: str) -> CallReference | None:
    """Return the call of a page's key; None for the key of another workspace, and for one that we did not make.

    A number may follow, where a person has several contact methods of one kind.
    """
    found = _KEY.fullmatch(key)
    return CallReference(found["number"], int(found["n"])) if found and found["team"] == team else None
