"""Runs the requests that Slack interactions make. A reply means that the request is on the record, or in the spool.

An acknowledgement follows the commit: NotRecorded is raised when nothing was committed, so nothing is acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final, NoReturn

from pydantic import JsonValue

from bot.rendering.message_catalog import refusal_text, sentence
from bot.rendering.user_text import from_line
from bot.requests.request_pace import RequestPace
from bot.requests.request_path import RequestPath, retry_once
from bot.slack.degraded.dry_run import opens_now
from bot.slack.degraded.fallback import DegradedFallback
from bot.slack.error_reports import NotRecorded, log_with_id, not_recorded, report_unexpected
from bot.slack.forms.modal import OCCURRED
from bot.slack.gateway.form_drafts import FormDrafts
from bot.slack.gateway.incident_lookup import IncidentLookup
from bot.slack.gateway.replies import Replies
from bot.slack.interaction import Interaction
from bot.slack.surfaces.slack_reply import SlackReply, slack_reply
from bot.slack.user_directory import UserDirectory
from commands.core import verb_registry
from commands.core.fields.form_field import Control, field_of, form_fields
from commands.core.request import Fields, Request
from commands.core.verb import Verb
from incident.entry import EntryPoint
from incident.ports import Outcome
from incident.refusal import Code
from roles.accounts import Account
from roles.person_ids import PersonId, slack_user
from storage.errors import Unavailable

# The payloads in which Slack itself names a message and its author.
_OF_A_MESSAGE: Final = frozenset({EntryPoint.SHORTCUT, EntryPoint.EVENT})
# A doubtful request comes back to the person in a form.
_ANSWERED_IN_A_FORM: Final = frozenset({EntryPoint.COMMAND, EntryPoint.FORM, EntryPoint.BUTTON})


@dataclass(frozen=True)
class RequestExecutor:
    """Runs requests of one workspace. `fallback` takes them over while the database is absent."""

    path: RequestPath
    users: UserDirectory
    lookup: IncidentLookup
    drafts: FormDrafts
    replies: Replies
    fallback: DegradedFallback | None = None
    pace: RequestPace = field(default_factory=RequestPace)

    def execute(self, interaction: Interaction, verb: str, fields: Fields) -> SlackReply:
        """Run a request and return its reply. Raises NotRecorded when it could not be committed."""
        wait = self.pace.wait(interaction.person, interaction.at, declares=_opens_incident(verb))
        if wait is not None:
            return self._too_often(interaction, verb, fields, wait)
        if self.fallback is not None and not opens_now(verb) and self.fallback.is_unrecorded(interaction):
            return self.fallback.keep_draft(interaction, verb, fields)
        try:
            request, outcome = report_unexpected(
                lambda: retry_once(lambda: self._run(interaction, verb, fields)),
                lambda error_id: self._not_recorded(interaction, error_id),
            )
        except Unavailable as unavailable:
            return self._fall_back(interaction, verb, fields, unavailable)
        try:
            return report_unexpected(
                lambda: self._reply(interaction, verb, fields, request, outcome),
                lambda error_id: SlackReply(sentence("trouble_after", id=error_id)),
            )
        except Unavailable:
            return SlackReply(sentence("recorded_unread"))

    def execute_reaction(self, interaction: Interaction, verb: str, fields: Fields) -> SlackReply | None:
        """Run the request of a reaction to a message in an incident channel. A repeated or spooled one gets no reply.

        While Slack does not say who reacted, the event is not acknowledged, so that Slack sends it again.
        """
        if self.lookup.actor(interaction).account is Account.UNKNOWN:
            not_recorded(f"it is not known who {interaction.user} is")
        if self.fallback is not None and self.fallback.spool.has_backlog():
            self.fallback.spool_reaction(self._request(interaction, verb, fields))
            return None
        try:
            if self.lookup.incident_at(interaction) is None:
                return None
            request, outcome = report_unexpected(lambda: self._run(interaction, verb, fields), not_recorded)
            return None if outcome.repeated else self._reply(interaction, verb, fields, request, outcome)
        except Unavailable as unavailable:
            if self.fallback is None:
                not_recorded(log_with_id(unavailable))
            self.fallback.spool_reaction(self._request(interaction, verb, fields))
            return None

    def _too_often(self, interaction: Interaction, verb: str, fields: Fields, wait: timedelta) -> SlackReply:
        """Return the refusal of a person who sends too much. The form or a button has the fields."""
        facts = (("seconds", str(ceil(wait.total_seconds()))),)
        outcome = Outcome(verb=verb, code=Code.TOO_OFTEN, reason="too_often", facts=facts, at=interaction.at)
        try:
            self.drafts.store_if_long(interaction, verb, fields)
            return slack_reply(self.path.reply(self._request(interaction, verb, fields), outcome))
        except Unavailable:
            return SlackReply(refusal_text(outcome), plain=refusal_text(outcome), refused=True)

    def _run(self, interaction: Interaction, verb: str, fields: Fields) -> tuple[Request, Outcome]:
        context = self.lookup.numbered(interaction.context)
        can_ask = interaction.surface in _ANSWERED_IN_A_FORM
        request = self._request(interaction.in_context(context), verb, fields)
        request = request.model_copy(update={"can_ask": can_ask})
        return request, self.path.run(request)

    def _request(self, interaction: Interaction, verb: str, fields: Fields) -> Request:
        given = {name: value for name, value in fields.items() if name != OCCURRED}
        if interaction.surface in (EntryPoint.BUTTON, EntryPoint.FORM):
            given = {name: _untrusted(value) for name, value in given.items()}
        occurred_at = _datetime(fields.get(OCCURRED))
        if occurred_at is None and fields.get(OCCURRED):
            given[OCCURRED] = fields[OCCURRED]  # No time: the verb refuses it by name.
        kind = verb_registry.find(verb)
        if kind is not None:
            given = self._attested(interaction, kind, self._with_accounts(kind, given))
        request = interaction.request(verb, given, self.lookup.actor(interaction), occurred_at)
        gives_way = _opens_incident(verb) and self.pace.gives_way(interaction.person, interaction.at)
        return request.model_copy(update={"gives_way": gives_way})

    def _with_accounts(self, verb: type[Verb], fields: Fields) -> Fields:
        """Return the fields with each Slack user as the account that the directory knows."""
        people = [name for name, one in form_fields(verb).items() if one.control is Control.PERSON and name in fields]
        users = {name: slack_user(PersonId(str(fields[name]))) for name in people}
        return {**fields, **{name: self.users.named(user) for name, user in users.items() if user}}

    def _attested(self, interaction: Interaction, verb: type[Verb], fields: Fields) -> Fields:
        """Leave out what only Slack's own payload of a message may give: who wrote it, and its words."""
        if interaction.surface in _OF_A_MESSAGE:
            return fields
        marks = {name: field_of(info) for name, info in verb.model_fields.items()}
        return {name: value for name, value in fields.items() if name not in marks or not marks[name].attested}

    def _reply(
        self, interaction: Interaction, verb: str, fields: Fields, request: Request, outcome: Outcome
    ) -> SlackReply:
        if outcome.is_refused and interaction.surface == EntryPoint.COMMAND:
            self.drafts.store_if_long(interaction, verb, fields)
        return slack_reply(self.path.reply(request, outcome))

    def _fall_back(self, interaction: Interaction, verb: str, fields: Fields, unavailable: Unavailable) -> SlackReply:
        """Open a provisional channel for a declaration; keep any other request as a draft for the person."""
        if self.fallback is None:
            self._not_recorded(interaction, log_with_id(unavailable))
        if opens_now(verb):
            return self.fallback.declare(self._request(interaction, verb, fields))
        return self.fallback.keep_draft(interaction, verb, fields)

    def _not_recorded(self, interaction: Interaction, error_id: str) -> NoReturn:
        text = sentence("trouble", id=error_id)
        if interaction.surface != EntryPoint.FORM:
            self.replies.responder.submit(lambda: self.replies.send_now(interaction, text))
        raise NotRecorded(text)


def _opens_incident(verb: str) -> bool:
    kind = verb_registry.find(verb)
    return kind is not None and kind.opens_incident


def _untrusted(value: JsonValue) -> JsonValue:
    """Return a value of a button or a form with its texts as a line would give them; stored text stays as it is."""
    if isinstance(value, str):
        return from_line(value)
    if isinstance(value, list):
        return [_untrusted(one) for one in value]
    return value


def _datetime(value: JsonValue) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at if at is None else at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
