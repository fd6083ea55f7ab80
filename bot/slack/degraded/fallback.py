"""What the gateway does while the database is absent: it spools what it can, and says that nothing is recorded.

A declaration opens a provisional channel at once, captures are recorded later, and any other request becomes a draft
for the person who made it. Knows no database: everything here works without one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.clock import Clock
from bot.config.policy_loader import ActivePolicy
from bot.rendering.message_catalog import sentence
from bot.requests.reply import Texts, reply_to
from bot.slack.degraded.dry_run import EmptyReader, Preview, dry_run
from bot.slack.degraded.provisional_channel import ProvisionalChannels
from bot.slack.degraded.spool_records import capture_line, draft_line, request_line
from bot.slack.error_reports import NotRecorded
from bot.slack.interaction import Interaction
from bot.slack.surfaces.slack_reply import SlackReply, slack_reply
from bot.spool.spool import Spool, SpoolFull
from commands.core import verb_registry
from commands.core.capture import Capture
from commands.core.request import Fields, Request
from incident.ports import Outcome
from incident.refusal import Refusal

_DETECTED: Final = "detected_at"


@dataclass(frozen=True)
class DegradedFallback:
    """The fallback of one workspace. `submit` does work soon, on a thread of the responder."""

    spool: Spool
    channels: ProvisionalChannels
    policy: ActivePolicy
    texts: Texts
    clock: Clock
    submit: Callable[[Callable[[], None]], None]

    def spool_capture(self, one: Capture) -> None:
        """Spool a capture."""
        self._spool(lambda: self.spool.append(capture_line(one, self.clock.now())))

    def spool_if_backlogged(self, one: Capture) -> bool:
        """Spool a capture behind a backlog, so that it does not overtake it; False when there is no backlog."""
        if not self.spool.has_backlog():
            return False
        return self._spool(lambda: self.spool.append_to_backlog(capture_line(one, self.clock.now())))

    def spool_reaction(self, request: Request) -> None:
        """Spool the request of a reaction to a message."""
        self._spool(lambda: self.spool.append(request_line(request, is_reaction=True)))

    def declare(self, request: Request) -> SlackReply:
        """Spool a declaration and open its provisional channel, unless the rules refuse it."""
        request = request.model_copy(update={"fields": {_DETECTED: request.at.isoformat(), **request.fields}})
        try:
            preview = dry_run(request, self.policy.policy)
        except Refusal as refusal:
            return self._refused(request, refusal)
        self._spool(lambda: self.spool.append(request_line(request)))
        self.submit(lambda: self.channels.open(request.key))
        return SlackReply(_declared(preview), opens_incident=True)

    def keep_draft(self, interaction: Interaction, verb: str, fields: Fields) -> SlackReply:
        """Spool a request as a draft for the person, and say that it is not recorded; a question leaves no draft."""
        kind = verb_registry.find(verb)
        if kind is None or kind.is_query:
            return SlackReply(sentence("absent_asked", command=self.texts.command), refused=True)
        if self.channels.is_here(interaction.context.channel):
            text = sentence("absent_here")
        else:
            text = sentence("absent_kept", command=self.texts.command)
        self._spool(lambda: self.spool.append(draft_line(interaction, kind.name, fields)))
        return SlackReply(text, plain=text, refused=True, is_draft=True)

    def is_unrecorded(self, interaction: Interaction) -> bool:
        """True if the incident of this channel is still in the spool."""
        return self.spool.count("request") > 0 and self.channels.is_here(interaction.context.channel)

    def _refused(self, request: Request, refusal: Refusal) -> SlackReply:
        outcome = Outcome(
            verb=request.verb,
            code=refusal.code,
            reason=refusal.reason,
            fields=refusal.fields,
            missing=refusal.missing,
            facts=tuple(refusal.facts.items()),
            at=request.at,
        )
        return slack_reply(reply_to(request, outcome, EmptyReader(), policy=self.policy.policy, texts=self.texts))

    def _spool(self, append: Callable[[], bool]) -> bool:
        """Append a line. Raises NotRecorded when the spool cannot take it, so that Slack sends the payload again."""
        try:
            return append()
        except (OSError, SpoolFull) as failed:
            raise NotRecorded(f"neither the database nor the spool takes it: {failed}") from failed


def _declared(preview: Preview) -> str:
    return sentence("absent_declared", title=preview.fact.title, calls=preview.calls)
