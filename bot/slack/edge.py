"""The edge of one workspace: runs what came, opens forms, answers. What every listener needs, and no Slack payload.

An acknowledgement follows the commit: `act` returns once the request is on the record, and raises NotRecorded when it
is not, so that nothing is acknowledged that was not kept.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn, Protocol

from pydantic import JsonValue

from bot.clock import Clock
from bot.policy_file import ActivePolicy
from bot.slack.blocks import Json, button, buttons, sections
from bot.slack.desk import Aside, Desk
from bot.slack.forms.view import OCCURRED, form, notice
from bot.slack.ingress import Came
from bot.slack.people import People
from bot.slack.reply import Reply, Texts, open_places, reply_to
from bot.slack.sentences import label, say, say_reason
from bot.slack.troubles import NotRecorded, guarded
from bot.slack.where import Where
from commands.capture import Capture, capture
from commands.run import run
from commands.verb import Request, Verb
from incident.entry import IncidentKey, Surface
from incident.incident import Incident
from incident.ports import Outcome, Reader, Recorder
from incident.telling.surfaces import homes
from incident.visibility import may_see
from roles.people import PersonId

log = logging.getLogger(__name__)
Fields = dict[str, JsonValue]


class Kept(Protocol):
    """A draft that was kept."""

    @property
    def person(self) -> PersonId:
        """Whose it is."""

    @property
    def fields(self) -> Fields:
        """What they filled in."""


class Drafts(Protocol):
    """Keeps what somebody wrote until it is on the record or two days old."""

    def keep(self, key: str, person: PersonId, verb: str, fields: Fields, *, at: datetime) -> None:
        """Keep a draft."""

    def fetch(self, key: str) -> Kept | None:
        """Give a draft back, or None when it was forgotten."""


@dataclass(frozen=True)
class Edge:
    """One workspace, seen from its edge. `bot` is Muster's own user id."""

    team: str
    bot: str
    recorder: Recorder
    active: ActivePolicy
    clock: Clock
    people: People
    desk: Desk
    texts: Texts
    drafts: Drafts

    def act(self, came: Came, verb: str, fields: Fields) -> Reply:
        """Run a request and word what came of it; raise NotRecorded when it could not be committed."""
        request, outcome = guarded(lambda: self._run(came, verb, fields), lambda trouble: self._lost(came, trouble))
        policy = self.active.policy

        def worded() -> Reply:
            if outcome.is_refused and came.surface == Surface.COMMAND:
                self._keep(came, verb, fields)
            return self.recorder.read(
                lambda reader: reply_to(request, outcome, reader, policy=policy, texts=self.texts)
            )

        return guarded(worded, lambda trouble: Reply(say("trouble_after", id=trouble)))

    def ask(self, came: Came, verb: type[Verb], fields: Fields, *, banner: str | None = None) -> None:
        """Open the form of a verb, filled with a draft; it opens on the desk, after this has returned."""
        self.desk.do(
            lambda: guarded(
                lambda: self._open(came, verb, fields, banner),
                lambda trouble: self._say(came, say("trouble", id=trouble)),
            )
        )

    def tell(self, came: Came, reply: Reply) -> None:
        """Tell the one who acted, beside the acknowledgement: in their channel, or in a form where there is none."""
        if came.aside.response_url or came.aside.channel:
            self.desk.do(lambda: self._say(came, reply.text, *reply.blocks))
        elif came.trigger:
            trigger, view = came.trigger, notice(label("form", "notice"), reply.all_blocks())
            self.desk.do(lambda: None if self.desk.open(trigger, view) else log.warning("an answer was not shown"))

    def apologise(self, body: Json, trouble: str) -> None:
        """Tell whoever asked for something that it came to nothing, with the id to quote."""
        if url := body.get("response_url"):
            words, aside = say("trouble", id=trouble), Aside(user="", response_url=url)
            self.desk.do(lambda: self.desk.tell(aside, words, sections(words)))

    def show(self, view_id: str, view: Json) -> None:
        """Change a form that is open."""
        self.desk.do(lambda: self.desk.update(view_id, view))

    def capture(self, said: Capture) -> None:
        """Record what was said; raise NotRecorded when it could not be committed."""
        active, at = self.active, self.clock.now()
        guarded(lambda: capture(said, recorder=self.recorder, policy=active.policy, at=at), _unheard)

    def want_home(self, came: Came) -> None:
        """Have somebody's Home tab drawn anew."""
        wanted = homes(self.team, (came.actor,))
        guarded(lambda: self.recorder.transact(lambda unit: unit.want(wanted, came.at), first=False), _unheard)

    def draft_of(self, came: Came) -> Fields:
        """Give the fields a button was drawn with, those kept as the same person's draft included."""
        kept = self.drafts.fetch(came.where.draft) if came.where.draft else None
        mine = kept is not None and kept.person == came.actor
        return {**came.where.fields, **(kept.fields if kept and mine else {})}

    def incident_at(self, came: Came) -> Incident | None:
        """Give the incident of the channel something came from."""
        return self.recorder.read(lambda reader: _seen(reader, came))

    def _run(self, came: Came, verb: str, fields: Fields) -> tuple[Request, Outcome]:
        active, groups = self.active.loaded, self.people.groups_of(came.user, self.active.policy)
        given = {name: value for name, value in fields.items() if name != OCCURRED}
        placed = came.at_place(self._numbered(came.where))
        request = placed.request(verb, given, groups, _moment(fields.get(OCCURRED)))
        return request, run(request, recorder=self.recorder, policy=active.policy, policy_hash=active.hash)

    def _numbered(self, where: Where) -> Where:
        """Name the incident a button or form was drawn for by its number, wherever it is pressed."""
        if where.number is not None or where.incident is None:
            return where
        incident = self.recorder.read(lambda reader: _incident(reader, self.team, where))
        return where.model_copy(update={"number": incident.number if incident else where.incident})

    def _keep(self, came: Came, verb: str, fields: Fields) -> None:
        """Keep what a button cannot carry, so that a refusal or a late form can offer all of it back."""
        if Where(fields=fields, channel=came.where.channel).is_too_long:
            self.drafts.keep(came.key, came.actor, verb, fields, at=came.at)

    def _lost(self, came: Came, trouble: str) -> NoReturn:
        words = say("trouble", id=trouble)
        if came.surface != Surface.FORM:
            self.desk.do(lambda: self._say(came, words))
        raise NotRecorded(words)

    def _say(self, came: Came, text: str, *blocks: Json) -> None:
        self.desk.tell(came.aside, text, [*sections(text), *blocks])

    def _open(self, came: Came, verb: type[Verb], fields: Fields, banner: str | None) -> None:
        incident = self.recorder.read(lambda reader: _seen(reader, came))
        if verb.needs_incident and incident is None:
            self._say(came, self._nowhere(came))
            return
        where = came.where
        about = incident if verb.needs_incident else None
        view = form(verb, fields, where, self.active.policy, banner=banner, incident=about)
        if came.trigger is None or not self.desk.open(came.trigger, view, over=came.in_form):
            self._keep(came, verb.name, fields)
            again = button(
                f"form:{verb.name}",
                label("buttons", "reopen_form"),
                where.model_copy(update={"fields": fields, "draft": came.key}),
                style="primary",
            )
            self._say(came, say("form_late"), buttons(again))

    def _nowhere(self, came: Came) -> str:
        """Say that there is no incident here, and where there are some."""
        if came.where.number is not None:
            return say_reason("no_such_incident")
        places = self.recorder.read(lambda reader: open_places(reader, self.team, came.actor, self.texts.command))
        return f"{say_reason('no_incident')}\n{places}"


def _unheard(trouble: str) -> NoReturn:
    raise NotRecorded(trouble)


def _incident(reader: Reader, team: str, where: Where) -> Incident | None:
    if where.incident is not None:
        return reader.peek(IncidentKey(team, where.incident))
    if where.number is not None:
        key = reader.find(team, number=where.number)
    else:
        key = reader.find(team, channel=where.channel) if where.channel else None
    return reader.peek(key) if key else None


def _seen(reader: Reader, came: Came) -> Incident | None:
    """Give the incident something came from or named, if the one who asks may see it."""
    incident = _incident(reader, came.team, came.where)
    if incident is None or incident.places.channel == came.where.channel or may_see(incident, came.actor):
        return incident
    return None


def _moment(value: JsonValue) -> datetime | None:
    if not isinstance(value, str):
        return None
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
