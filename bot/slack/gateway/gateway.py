"""The edge of one workspace: runs what came, opens forms, answers. What every listener needs, and no Slack payload.

An acknowledgement follows the commit: `act` returns once the request is on the record, and raises NotRecorded when it
is not, so that nothing is acknowledged that was not kept. While the database is absent, what can be kept on disk is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NoReturn, TypeVar

from pydantic import JsonValue

from bot.clock import Clock
from bot.config.policy_loader import ActivePolicy
from bot.rendering.message_catalog import label, say, say_reason
from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.block_elements import button, buttons, sections
from bot.slack.capture.batcher import Batcher
from bot.slack.capture.recent_messages import RecentMessages
from bot.slack.degraded.dry_run import opens_now
from bot.slack.degraded.fallback import DegradedFallback
from bot.slack.error_reports import NotRecorded, log_with_id, report_unexpected
from bot.slack.forms.modal import OCCURRED, form, notice
from bot.slack.gateway.draft_store import DraftStore, Fields
from bot.slack.gateway.incident_lookup import incident_of, visible_incident
from bot.slack.interaction import Interaction
from bot.slack.payload import Json
from bot.slack.responder import ReplyTarget, Responder
from bot.slack.surfaces.reply import Reply, Texts, open_incidents, reply_to
from bot.slack.user_directory import UserDirectory
from commands.core.capture import Capture, capture_all
from commands.core.request import Request
from commands.core.run import run
from commands.core.verb import Verb
from incident.effects.affected_surfaces import homes, reconciling
from incident.entry import Surface
from incident.model.incident import Incident
from incident.ports import Outcome, Recorder, UnitOfWork
from storage.database.time_limit import time_limit
from storage.errors import Unavailable

log = logging.getLogger(__name__)
T = TypeVar("T")
DESK_PATIENCE_S = 2.0


@dataclass(frozen=True)
class SlackGateway:
    """One workspace, seen from its edge. `bot` is Muster's own user id; `absent` goes on while the database does not."""

    team: str
    bot: str
    recorder: Recorder
    active: ActivePolicy
    clock: Clock
    people: UserDirectory
    desk: Responder
    texts: Texts
    drafts: DraftStore
    absent: DegradedFallback | None = None
    overheard: RecentMessages = field(default_factory=RecentMessages)
    gather: Batcher[Capture, Outcome | None] = field(default_factory=Batcher)

    def act(self, came: Interaction, verb: str, fields: Fields) -> Reply:
        """Run a request and word what came of it; raise NotRecorded when it could not be committed."""
        if self.absent is not None and not opens_now(verb) and self.absent.is_waiting(came):
            return self.absent.keep(came, verb, fields)
        try:
            request, outcome = report_unexpected(
                lambda: _twice(lambda: self._run(came, verb, fields)), lambda trouble: self._lost(came, trouble)
            )
        except Unavailable as gone:
            return self._unrecorded(came, verb, fields, gone)
        policy = self.active.policy

        def worded() -> Reply:
            if outcome.is_refused and came.surface == Surface.COMMAND:
                self._keep(came, verb, fields)
            return self.recorder.read(
                lambda reader: reply_to(request, outcome, reader, policy=policy, texts=self.texts)
            )

        try:
            return report_unexpected(worded, lambda trouble: Reply(say("trouble_after", id=trouble)))
        except Unavailable:
            return Reply(say("recorded_unread"))

    def ask(self, came: Interaction, verb: type[Verb], fields: Fields, *, banner: str | None = None) -> None:
        """Open the form of a verb, filled with a draft; it opens on the desk, after this has returned."""
        self.desk.do(
            lambda: report_unexpected(
                lambda: self._try_open(came, verb, fields, banner),
                lambda trouble: self._say(came, say("trouble", id=trouble)),
            )
        )

    def tell(self, came: Interaction, reply: Reply) -> None:
        """Tell the one who acted, beside the acknowledgement: in their channel, or in a form where there is none."""
        if came.aside.response_url or came.aside.channel:
            self.desk.do(lambda: self._say(came, reply.text, *reply.blocks))
        elif came.trigger:
            trigger, view = came.trigger, notice(label("form", "notice"), reply.all_blocks())
            self.desk.do(lambda: None if self.desk.open(trigger, view) else log.warning("an answer was not shown"))

    def apologise(self, body: Json, trouble: str) -> None:
        """Tell whoever asked for something that it came to nothing, with the id to quote."""
        if url := body.get("response_url"):
            words, aside = say("trouble", id=trouble), ReplyTarget(user="", response_url=url)
            self.desk.do(lambda: self.desk.tell(aside, words, sections(words)))

    def show(self, view_id: str, view: Json) -> None:
        """Change a form that is open."""
        self.desk.do(lambda: self.desk.update(view_id, view))

    def capture(self, said: Capture) -> None:
        """Record what was said, or keep it in mind; raise NotRecorded when it could not be committed."""
        if self.absent is not None and self.absent.hear_behind(said):
            return
        try:
            known = report_unexpected(lambda: _twice(lambda: self.gather.record(said, self._capture_all)), _unheard)
            if known is None:
                self.overheard.hear(said, self.clock.now())
        except Unavailable as gone:
            self._kept(gone).hear(said)

    def _capture_all(self, many: Sequence[Capture]) -> Sequence[Outcome | None]:
        return capture_all(many, recorder=self.recorder, policy=self.active.policy, at=self.clock.now())

    def mark(self, came: Interaction, verb: str, fields: Fields) -> None:
        """Do what a mark on a message asks for, where it is one in an incident channel; nobody waits for an answer."""
        if self.absent is not None and self.absent.spool.is_ahead():
            self.absent.mark(self._request(came, verb, fields))
            return
        try:
            if self.incident_at(came) is not None:
                report_unexpected(lambda: self._run(came, verb, fields), _unheard)
        except Unavailable as gone:
            self._kept(gone).mark(self._request(came, verb, fields))

    def want_home(self, came: Interaction) -> None:
        """Have somebody's Home tab drawn anew; while the database is absent it stays as it is."""
        wanted = homes(self.team, (came.person,))
        with suppress(Unavailable):
            report_unexpected(
                lambda: self.recorder.transact(lambda unit: unit.want(wanted, came.at), first=False), _unheard
            )

    def want_read_back(self, channel: str, at: datetime, after: timedelta) -> None:
        """Have an incident channel read back that we were put out of or let into again; to read it we go back in."""

        def work(unit: UnitOfWork) -> None:
            key = unit.find(self.team, channel=channel)
            incident = unit.peek(key) if key else None
            # Without a card it is our own coming in when the channel was made.
            if incident is not None and incident.places.card_ts is not None and not incident.is_over:
                unit.want([reconciling(incident, at=at + after)], at)

        with suppress(Unavailable):
            report_unexpected(lambda: self.recorder.transact(work, first=False), _unheard)

    def excuse(self, body: Json) -> None:
        """Tell whoever asked for something that the database does not answer."""
        if url := body.get("response_url"):
            words, aside = say("absent_asked", command=self.texts.command), ReplyTarget(user="", response_url=url)
            self.desk.do(lambda: self.desk.tell(aside, words, sections(words)))

    def draft_of(self, came: Interaction) -> Fields:
        """Give the fields a button was drawn with, those kept as the same person's draft included."""
        kept = None
        with suppress(Unavailable):
            kept = self.drafts.fetch(came.where.draft) if came.where.draft else None
        mine = kept is not None and kept.person == came.person
        return {**came.where.fields, **(kept.fields if kept and mine else {})}

    def incident_at(self, came: Interaction) -> Incident | None:
        """Give the incident of the channel something came from."""
        return self.recorder.read(lambda reader: visible_incident(reader, came))

    def incident_shown_at(self, came: Interaction) -> Incident | None:
        """Give the incident of the channel something came from, or none where it cannot be looked up now."""
        with suppress(Unavailable):
            return self.incident_at(came)
        return None

    def _run(self, came: Interaction, verb: str, fields: Fields) -> tuple[Request, Outcome]:
        active = self.active.loaded
        request = self._request(came.at_place(self._numbered(came.where)), verb, fields)
        return request, run(request, recorder=self.recorder, policy=active.policy, policy_hash=active.hash)

    def _request(self, came: Interaction, verb: str, fields: Fields) -> Request:
        actor = self.people.actor(came.user, self.active.policy)
        given = {name: value for name, value in fields.items() if name != OCCURRED}
        return came.request(verb, given, actor, _moment(fields.get(OCCURRED)))

    def _unrecorded(self, came: Interaction, verb: str, fields: Fields, gone: Unavailable) -> Reply:
        """Go on without the database: open a channel, or keep for them what somebody typed."""
        if self.absent is None:
            self._lost(came, log_with_id(gone))
        if opens_now(verb):
            return self.absent.declare(self._request(came, verb, fields))
        return self.absent.keep(came, verb, fields)

    def _kept(self, gone: Unavailable) -> DegradedFallback:
        if self.absent is None:
            _unheard(log_with_id(gone))
        return self.absent

    def _numbered(self, where: ActionContext) -> ActionContext:
        """Name the incident a button or form was drawn for by its number, wherever it is pressed."""
        if where.number is not None or where.incident is None:
            return where
        incident = self.recorder.read(lambda reader: incident_of(reader, self.team, where))
        return where.model_copy(update={"number": incident.number if incident else where.incident})

    def _keep(self, came: Interaction, verb: str, fields: Fields) -> None:
        """Keep what a button cannot carry, so that a refusal or a late form can offer all of it back."""
        if ActionContext(fields=fields, channel=came.where.channel).is_too_long:
            self.drafts.keep(came.key, came.person, verb, fields, at=came.at)

    def _lost(self, came: Interaction, trouble: str) -> NoReturn:
        words = say("trouble", id=trouble)
        if came.surface != Surface.FORM:
            self.desk.do(lambda: self._say(came, words))
        raise NotRecorded(words)

    def _say(self, came: Interaction, text: str, *blocks: Json) -> None:
        self.desk.tell(came.aside, text, [*sections(text), *blocks])

    def _try_open(self, came: Interaction, verb: type[Verb], fields: Fields, banner: str | None) -> None:
        """Open a form; while the database is absent only the one that declares, which can still be kept."""
        try:
            with time_limit(DESK_PATIENCE_S):
                incident = self.incident_at(came)
        except Unavailable as gone:
            if not opens_now(verb.name):
                self._say(came, self._kept(gone).keep(came, verb.name, fields).text)
                return
            incident, banner = None, say("absent_form")
        self._open(came, verb, fields, banner, incident)

    def _open(
        self, came: Interaction, verb: type[Verb], fields: Fields, banner: str | None, incident: Incident | None
    ) -> None:
        if verb.needs_incident and incident is None:
            self._say(came, self._nowhere(came))
            return
        if verb.opens_incident and incident is not None and came.where.message is None:
            # Nobody fills in a form that is refused for where it was opened. From a message it means another incident.
            self._say(came, say_reason("already_declared", number=incident.number))
            return
        where = came.where
        about = incident if verb.needs_incident else None
        with self.desk.drawing:
            view = form(verb, fields, where, self.active.policy, banner=banner, incident=about)
        if came.trigger is None or not self.desk.open(came.trigger, view, over=came.in_form):
            with suppress(Unavailable):
                self._keep(came, verb.name, fields)
            again = button(
                f"form:{verb.name}",
                label("buttons", "reopen_form"),
                where.model_copy(update={"fields": fields, "draft": came.key}),
                style="primary",
            )
            self._say(came, say("form_late"), buttons(again))

    def _nowhere(self, came: Interaction) -> str:
        """Say that there is no incident here, and where there are some."""
        if came.where.number is not None:
            return say_reason("no_such_incident")
        places = self.recorder.read(lambda reader: open_incidents(reader, self.team, came.person, self.texts.command))
        return f"{say_reason('no_incident')}\n{places}"


def _twice(work: Callable[[], T]) -> T:
    """Do it again where the database was absent for once, as after a failover; its key tells what is done already."""
    try:
        return work()
    except Unavailable:
        return work()


def _unheard(trouble: str) -> NoReturn:
    raise NotRecorded(trouble)


def _moment(value: JsonValue) -> datetime | None:
    if not isinstance(value, str):
        return None
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
