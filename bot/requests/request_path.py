"""The path of a request from an entry point to the record and back. Slack, the command line and the web all use it.

Knows no channel: an entry point builds the request, and shows the reply in its own way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.requests.reply import Reply, Texts, reply_to
from commands.core.record_service import RecordService
from commands.core.request import Request
from incident.ports import Outcome
from storage.errors import Unavailable

T = TypeVar("T")


@dataclass(frozen=True)
class RequestPath:
    """Runs requests against one record and replies in the texts of one entry point."""

    record: RecordService
    texts: Texts

    def run(self, request: Request) -> Outcome:
        """Run a request; when this returns, it is on the record. Raises Unavailable while the database is absent."""
        return self.record.run(request)

    def reply(self, request: Request, outcome: Outcome) -> Reply:
        """Return the reply to a request with this outcome."""
        policy = self.record.policy
        return self.record.read(lambda reader: reply_to(request, outcome, reader, policy=policy, texts=self.texts))


def retry_once(work: Callable[[], T]) -> T:
    """Do the work again where the database was absent once, as in a failover; idempotency keys make that safe."""
    try:
        return work()
    except Unavailable:
        return work()
