"""The kinds of accounts: which of them may act, and who cannot be asked. Knows no directory: others say of which kind one is."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Account(StrEnum):
    """The kind of an account, as seen from one workspace."""

    MEMBER = "member"
    GUEST = "guest"  # Slack's single-channel and multi-channel guests
    EXTERNAL = "external"  # an account of another workspace: Slack Connect, or a stranger
    DEACTIVATED = "deactivated"
    BOT = "bot"
    UNKNOWN = "unknown"  # Slack gave no answer yet


class Unavailability(StrEnum):
    """Why a person cannot be asked for anything. The slugs are stored."""

    DEACTIVATED = "deactivated"
    GUEST = "guest"
    BOT = "bot"
    UNREACHABLE = "unreachable"  # not in the channel, and no direct message reaches them


_MAY_ACT: Final = frozenset({Account.MEMBER, Account.GUEST})


def refusal_to_act(account: Account) -> str | None:
    """Return why an account may do nothing at all, or None. Guests may act where their rule allows it."""
    return None if account in _MAY_ACT else f"account_{account}"
