"""Recovery notices: provisional channels learn that they are recorded, and people get their drafts back.

Each notice is posted once, whatever crashes in between; one that fails is retried with the next drain.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import JsonValue

from bot.clock import Clock
from bot.rendering.message_catalog import label, sentence
from bot.rendering.renderer import Renderer
from bot.requests.draft_store import DraftStore
from bot.slack.blocks.block_elements import button, buttons
from bot.slack.channel_names import channel_name
from bot.slack.client.web_api import SlackError
from bot.slack.degraded.provisional_channel import RETRY_LATER, TEMPLATE, OpenedChannel, ProvisionalChannels
from bot.slack.degraded.spool_records import read_draft, spooled_request
from bot.slack.forms.modal import OCCURRED
from bot.slack.payload import Json
from bot.spool.segment import SpoolLine
from bot.spool.spool import PendingLine, Spool
from commands.core import verb_registry
from commands.core.request import Request
from commands.core.verb import Group
from incident.entry import IncidentKey
from incident.ports import Recorder
from roles.person_ids import PersonId, slack_user

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _NoticeContext:
    """The context of the templates."""

    number: str = ""
    channel: str = ""
    why: str = ""
    drafts: bool = False


@dataclass
class RecoveryNotices:
    """Sends the notices that are pending in one spool."""

    spool: Spool
    channels: ProvisionalChannels
    recorder: Recorder
    drafts: DraftStore
    renderer: Renderer
    clock: Clock

    def send_all(self) -> None:
        """Send every pending notice and draft."""
        for waiting in self.spool.pending():
            line = self.spool.read(waiting) if waiting.kind in ("tell", "draft") else None
            if line is not None:
                self._send(waiting, self._notify_channel if waiting.kind == "tell" else self._offer_draft, line)

    def _send(self, waiting: PendingLine, how: Callable[[SpoolLine], None], line: SpoolLine) -> None:
        try:
            how(line)
        except RETRY_LATER as error:
            _log.info("a notice is retried later: %s", error)
            return
        except SlackError as error:
            _log.error("a notice could not be posted: %s", error)
        self.spool.mark_done(waiting, self.clock.now())

    def _notify_channel(self, line: SpoolLine) -> None:
        """Post in a provisional channel whether its incident was recorded or refused."""
        body: dict[str, Any] = dict(line.body)
        if body["place"] is None:
            if body["why"] is not None:
                self._notify_person(line.key, spooled_request(line), body["why"])
            return
        place = OpenedChannel(**body["place"])
        if body["why"] is not None:
            self.channels.post_once(
                line.key, "told", place.channel, self._text("refused", _NoticeContext(why=body["why"]))
            )
            return
        team = spooled_request(line).team
        incident = self.recorder.read(lambda reader: reader.peek(IncidentKey(team, body["incident"])))
        if incident is None:
            return
        end = _NoticeContext(incident.number, incident.places.channel or "", drafts=self.spool.count("draft") > 0)
        if incident.places.channel == place.channel:
            self.channels.hand_over(line.key, place, channel_name(incident), self._text("recorded", end))
            self.channels.post_once(line.key, "told", place.channel, self._text("complete", end))
        else:
            self.channels.post_once(line.key, "told", place.channel, self._text("elsewhere", end))

    def _offer_draft(self, line: SpoolLine) -> None:
        """Offer a person their draft, unless the request was recorded and only its response was lost."""
        known = self.recorder.transact(lambda unit: unit.remembered(line.key), first=False)
        if known is not None:
            return
        person, verb, fields, where = read_draft(line)
        if verb in _dated():
            fields = {OCCURRED: line.at.isoformat(), **fields}
        self.drafts.keep(line.key, person, verb, fields, at=self.clock.now())
        again = where.model_copy(update={"fields": fields, "draft": line.key})
        record_now = button(f"form:{verb}", label("buttons", "record_now"), again, style="primary")
        text = sentence("absent_back", at=line.at, channel=where.channel, verb=verb, text=_longest(fields))
        self._direct(line.key, person, text, [buttons(record_now)])

    def _notify_person(self, key: str, request: Request, why: str) -> None:
        self._direct(key, request.actor.id, self._text("refused", _NoticeContext(why=why)), [])

    def _direct(self, key: str, person: PersonId, text: str, blocks: list[Json]) -> None:
        user = slack_user(person)
        if user is not None:
            opened = self.channels.slack.call("conversations.open", users=user)
            self.channels.post_once(key, "offered", str(opened["channel"]["id"]), text, blocks)

    def _text(self, part: str, context: _NoticeContext) -> str:
        return self.renderer.macro(TEMPLATE, part, context)


@cache
def _dated() -> frozenset[str]:
    """The verbs whose text is dated when it was typed. Any other request is dated when it is sent."""
    return frozenset(verb.name for verb in verb_registry.verbs() if verb.group is Group.RECORD and not verb.is_query)


def _longest(fields: dict[str, JsonValue]) -> str:
    text = [value for name, value in fields.items() if isinstance(value, str) and name != OCCURRED]
    return max(text, key=len, default="")
