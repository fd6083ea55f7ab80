"""A webhook: an address of others that learns of new entries, what it learns, and how its messages are signed."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from pydantic import Field

from incident.frozen import Frozen, Utc
from roles.person_ids import PersonId

# An address that takes nothing for so long is switched off; an operator switches it on again.
GIVEN_UP_AFTER: Final = timedelta(days=3)


class Signature(StrEnum):
    """How messages are signed, by the names of Standard Webhooks. The slugs are stored."""

    HMAC = "v1"
    ED25519 = "v1a"


class WebhookChoice(Frozen):
    """What one webhook learns: kinds of entries, none for those of the timeline; services, none for all.

    Of restricted incidents it learns only of those whose numbers were granted to it.
    """

    id: str
    kinds: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    restricted: tuple[str, ...] = ()


class Webhook(WebhookChoice):
    """One webhook. `failing_since` is when a delivery first failed after the last good one, `retry_at` when the next may be tried."""

    name: str
    url: str = Field(repr=False)
    secret: str = Field(repr=False)
    signature: Signature
    created_at: Utc
    created_by: PersonId
    disabled_at: Utc | None = None
    failing_since: Utc | None = None
    retry_at: Utc | None = None
    problem: str = ""
