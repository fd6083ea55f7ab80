"""What the edge does while the database is absent: keeps on disk what it can, and says plainly that nothing is recorded.

A declaration opens a channel at once; what is said is recorded later; any other verb is kept for the person who typed
it. Knows no database: everything here works without one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from bot.clock import Clock
from bot.config.policy_loader import ActivePolicy
from bot.rendering.message_catalog import say
from bot.slack.degraded.dry_run import EmptyReader, Preview, dry_run
from bot.slack.degraded.provisional_channel import ProvisionalChannel
from bot.slack.degraded.spool_records import capture_line, draft_line, request_line
from bot.slack.error_reports import NotRecorded
from bot.slack.interaction import Interaction
from bot.slack.surfaces.reply import Reply, Texts, reply_to
from bot.spool.spool import Spool, SpoolFull
from commands.core import verb_registry
from commands.core.capture import Capture
from commands.core.request import Request
from incident.ports import Outcome
from incident.refusal import Refusal

_DETECTED: Final = "detected_at"


@dataclass(frozen=True)
class DegradedFallback:
    """One workspace's way of going on. `do` does something soon, on a thread of the desk."""

    spool: Spool
    unrecorded: ProvisionalChannel
    active: ActivePolicy
    texts: Texts
    clock: Clock
    do: Callable[[Callable[[], None]], None]

    def hear(self, said: Capture) -> None:
        """Keep what was said."""
        self._keep(lambda: self.spool.append(capture_line(said, self.clock.now())))

    def hear_behind(self, said: Capture) -> bool:
        """Keep what was said behind what waits already; False when nothing does."""
        if not self.spool.is_ahead():
            return False
        return self._keep(lambda: self.spool.append_behind(capture_line(said, self.clock.now())))

    def mark(self, request: Request) -> None:
        """Keep that a message was marked, or no longer is."""
        self._keep(lambda: self.spool.append(request_line(request, is_mark=True)))

    def declare(self, request: Request) -> Reply:
        """Keep a declaration and open its channel, unless the rules refuse it."""
        request = request.model_copy(update={"fields": {_DETECTED: request.at.isoformat(), **request.fields}})
        try:
            foreseen = dry_run(request, self.active.policy)
        except Refusal as refusal:
            return self._refused(request, refusal)
        self._keep(lambda: self.spool.append(request_line(request)))
        self.do(lambda: self.unrecorded.open(request.key))
        return Reply(self._declared(foreseen), opens_incident=True)

    def keep(self, came: Interaction, verb: str, fields: dict[str, JsonValue]) -> Reply:
        """Keep what somebody typed for them, and say that it is not recorded; a question has nothing to keep."""
        kind = verb_registry.find(verb)
        if kind is None or kind.is_query:
            return Reply(say("absent_asked", command=self.texts.command), refused=True)
        if self.unrecorded.is_here(came.where.channel):
            words = say("absent_here")
        else:
            words = say("absent_kept", command=self.texts.command)
        self._keep(lambda: self.spool.append(draft_line(came, kind.name, fields)))
        return Reply(words, plain=words, refused=True)

    def is_waiting(self, came: Interaction) -> bool:
        """Tell whether somebody acts where an incident waits for the record."""
        return self.spool.count("request") > 0 and self.unrecorded.is_here(came.where.channel)

    def asked(self) -> Reply:
        """Say that nothing can be looked up."""
        return Reply(say("absent_asked", command=self.texts.command), refused=True)

    def _declared(self, foreseen: Preview) -> str:
        return say("absent_declared", title=foreseen.fact.title, calls=foreseen.calls)

    def _refused(self, request: Request, refusal: Refusal) -> Reply:
        outcome = Outcome(
            verb=request.verb,
            code=refusal.code,
            reason=refusal.reason,
            fields=refusal.fields,
            missing=refusal.missing,
            facts=tuple(refusal.facts.items()),
            at=request.at,
        )
        return reply_to(request, outcome, EmptyReader(), policy=self.active.policy, texts=self.texts)

    def _keep(self, append: Callable[[], bool]) -> bool:
        """Keep it, or have it not acknowledged: what is neither recorded nor kept is sent again by Slack."""
        try:
            return append()
        except (OSError, SpoolFull) as trouble:
            raise NotRecorded(f"neither the database nor the spool takes it: {trouble}") from trouble
