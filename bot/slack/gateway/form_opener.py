"""Opens the form of a verb, after the listener has acknowledged: a form that opens is never waited for."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from bot.rendering.message_catalog import label, line_again, reason_text, sentence
from bot.requests.reply import open_incidents
from bot.slack.blocks.block_elements import button, buttons
from bot.slack.degraded.dry_run import opens_now
from bot.slack.degraded.fallback import DegradedFallback
from bot.slack.error_reports import log_with_id, not_recorded, report_unexpected
from bot.slack.forms.entry_choices import entry_choices
from bot.slack.forms.modal import Beside, verb_form
from bot.slack.forms.select_options import Choices
from bot.slack.forms.update_form import CONFIRMED, UPDATE, first_values
from bot.slack.gateway.form_drafts import FormDrafts
from bot.slack.gateway.form_preview import PreviewMoment, preview
from bot.slack.gateway.incident_lookup import IncidentLookup
from bot.slack.gateway.replies import Replies
from bot.slack.interaction import Interaction
from bot.slack.payload import Json
from commands.core.fields.form_field import Control, form_fields
from commands.core.pre_declaration_scope import is_direct
from commands.core.preconditions import refusal_of_account
from commands.core.request import Actor, Fields
from commands.core.rules.adoption import refusal_to_adopt
from commands.core.verb import Verb
from incident.model.incident import Incident
from incident.ports import Reader
from roles.person_ids import PersonId
from storage.database.time_limit import time_limit
from storage.errors import Unavailable

LOOKUP_SECONDS: Final = 2.0


def _line_of(verb: type[Verb], fields: Fields) -> str:
    """Return the line that fills a form as a button does: its texts; '' if there is none."""
    texts = [
        str(fields[name]) for name, one in form_fields(verb).items() if (one.rest or one.because) and fields.get(name)
    ]
    return " ".join([verb.name, *texts]) if texts else ""


@dataclass(frozen=True)
class FormOpener:
    """Opens forms in one workspace, on the responder's threads. Slack's trigger expires after three seconds."""

    lookup: IncidentLookup
    drafts: FormDrafts
    replies: Replies
    fallback: DegradedFallback | None = None

    def open(self, interaction: Interaction, verb: type[Verb], fields: Fields, *, banner: str | None = None) -> None:
        """Open the form of a verb, filled with fields; it opens after this has returned."""
        self.replies.responder.submit(
            lambda: report_unexpected(
                lambda: self._try_open(interaction, verb, fields, banner),
                lambda error_id: self.replies.send_now(interaction, sentence("trouble", id=error_id)),
            )
        )

    def _try_open(self, interaction: Interaction, verb: type[Verb], fields: Fields, banner: str | None) -> None:
        """Open a form; while the database is absent only that of a declaration, which can be spooled."""
        try:
            with time_limit(LOOKUP_SECONDS):
                incident = self.lookup.incident_at(interaction)
        except Unavailable as unavailable:
            if not opens_now(verb.name):
                self._keep_draft(interaction, verb, fields, unavailable)
                return
            incident, banner = None, sentence("absent_form")
        actor = self.lookup.actor(interaction)
        refusal = self._refusal(interaction, actor, verb, incident)
        warning = None
        if refusal is None and verb.is_confirmed and verb.opens_incident:
            refusal, warning = self._adoption(interaction)
        if refusal is not None:
            line = interaction.line or _line_of(verb, fields)
            self.replies.send_now(interaction, f"{refusal}{line_again(self.replies.command, line)}")
        else:
            self._open(interaction, verb, fields, "\n".join(filter(None, (warning, banner))) or None, incident)

    def _adoption(self, interaction: Interaction) -> tuple[str | None, str | None]:
        """Return why the channel may not become a record, or else what happens to it, as the form says."""
        channel = interaction.context.channel
        if channel is None or is_direct(channel):
            return reason_text("backfill_where"), None
        found = self.replies.responder.channel(channel) or {}
        policy, is_general = self.lookup.record.policy, found.get("is_general") is True
        reason = refusal_to_adopt(policy, channel, found.get("name"), is_general=is_general)
        if reason is not None:
            return reason_text(reason), None
        place = f"{channel}|{found['name']}" if found.get("name") else channel
        return None, sentence("adopts", channel=place, members=found.get("num_members"))

    def _refusal(
        self, interaction: Interaction, actor: Actor, verb: type[Verb], incident: Incident | None
    ) -> str | None:
        """Return why the verb would be refused here, so that no form is filled in for nothing."""
        reason = refusal_of_account(actor, verb)
        if reason is not None:
            return reason_text(reason)
        if verb.needs_incident and incident is None:
            return self._no_incident(interaction, actor)
        if incident is not None and (reason := verb.refusal_to_open(incident)):
            return reason_text(reason)
        # A declaration from a message is another incident, also in the channel of one.
        if verb.opens_incident and incident is not None and interaction.context.message is None:
            return reason_text("already_declared", number=incident.number)
        return None

    def _open(
        self, interaction: Interaction, verb: type[Verb], fields: Fields, banner: str | None, incident: Incident | None
    ) -> None:
        responder, about = self.replies.responder, incident if verb.needs_incident else None
        if about is not None:
            fields = {**self.lookup.record.read(partial(verb.proposal, fields, about)), **fields}
        if verb.is_setting and not fields:
            fields = self.lookup.record.read(partial(verb.present_choice, interaction.team, interaction.person))
        fields, wrong = self._without_unoffered(verb, fields, about)
        banner = "\n".join(filter(None, (wrong, banner))) or None
        with responder.form_lock:
            view = self.form(interaction, verb, fields, about, banner=banner)
        trigger_id = interaction.trigger_id
        if trigger_id is None or not responder.open_form(trigger_id, view, over=interaction.in_form):
            self._offer_again(interaction, verb, fields)

    def _without_unoffered(
        self, verb: type[Verb], fields: Fields, incident: Incident | None
    ) -> tuple[Fields, str | None]:
        """Leave out an entry that a form which opens before each act does not offer, and say so: it would be refused."""
        named = [name for name, one in form_fields(verb).items() if one.control is Control.ENTRY and fields.get(name)]
        if incident is None or not (verb.is_confirmed and named):
            return fields, None
        offered = {one.n for one in self.lookup.record.read(partial(verb.entries_offered, incident))}
        if not offered or fields[named[0]] in offered:
            return fields, None
        return {**fields, named[0]: None}, sentence("not_offered", entry=str(fields[named[0]]))

    def form(
        self,
        interaction: Interaction,
        verb: type[Verb],
        fields: Fields,
        incident: Incident | None,
        *,
        banner: str | None = None,
        asked: bool = False,
    ) -> Json:
        """Return the form of a verb, that of an update with its preview once there is a text or it was `asked` for.

        A form opens with its preview in sight, above the fields; the button below them shows it there.
        """
        record, beside = self.lookup.record, Beside(entries=self._entries(interaction, verb, fields, incident))
        if incident is not None and verb.name == UPDATE:
            actor = self.lookup.actor(interaction)
            fields = {**first_values(incident, fields, actor.id), **fields}
            if asked or fields.get("text"):
                shown = preview(record, PreviewMoment(incident, actor, interaction.at), verb, fields)
                fields = {**({CONFIRMED: False} if shown.is_doubtful else {}), **fields}
                beside = Beside(below=shown.blocks) if asked else Beside(above=shown.blocks)
        context, policy = interaction.context, record.policy
        return verb_form(verb, fields, context, policy, banner=banner, incident=incident, beside=beside)

    def _entries(
        self, interaction: Interaction, verb: type[Verb], fields: Fields, incident: Incident | None
    ) -> Choices:
        """Return the entries from which a form without a number lets people choose."""
        numbered = (name for name, one in form_fields(verb).items() if one.control is Control.ENTRY)
        if incident is None or all(fields.get(name) for name in numbered):
            return ()

        def read(reader: Reader) -> Choices:
            def name(person: PersonId) -> str | None:
                known = reader.person(person)
                return known.name if known else None

            entries, zone = verb.entries_offered(incident, reader), self.lookup.users.time_zone(interaction.user)
            return entry_choices(entries, names=name, at=interaction.at, zone=zone)

        with suppress(Unavailable):
            return self.lookup.record.read(read)
        return ()

    def redraw(self, interaction: Interaction, verb: type[Verb], fields: Fields, view: Json) -> None:
        """Draw an open form again with its preview; it changes after this has returned."""
        self.replies.responder.submit(
            lambda: report_unexpected(
                lambda: self._redraw(interaction, verb, fields, view),
                lambda error_id: self.replies.send_now(interaction, sentence("trouble", id=error_id)),
            )
        )

    def _redraw(self, interaction: Interaction, verb: type[Verb], fields: Fields, view: Json) -> None:
        with suppress(Unavailable), time_limit(LOOKUP_SECONDS):
            incident = self.lookup.incident_at(interaction)
            with self.replies.responder.form_lock:
                drawn = self.form(interaction, verb, fields, incident, asked=True)
            self.replies.responder.update_form(str(view["id"]), drawn, view.get("hash"))

    def _offer_again(self, interaction: Interaction, verb: type[Verb], fields: Fields) -> None:
        """Send a button that opens the form which did not open in time."""
        with suppress(Unavailable):
            self.drafts.store_if_long(interaction, verb.name, fields)
        context = interaction.context.model_copy(update={"fields": fields, "draft": interaction.key})
        again = button(f"form:{verb.name}", label("buttons", "reopen_form"), context, style="primary")
        self.replies.send_now(interaction, sentence("form_late"), buttons(again))

    def _keep_draft(self, interaction: Interaction, verb: type[Verb], fields: Fields, unavailable: Unavailable) -> None:
        if self.fallback is None:
            not_recorded(log_with_id(unavailable))
        self.replies.send_now(interaction, self.fallback.keep_draft(interaction, verb.name, fields).text)

    def _no_incident(self, interaction: Interaction, actor: Actor) -> str:
        """Say that this place has no incident, and which channels have one."""
        if interaction.context.number is not None:
            return reason_text("no_such_incident")
        team, command = interaction.team, self.replies.command
        places = self.lookup.record.read(lambda reader: open_incidents(reader, team, actor, command))
        return f"{reason_text('no_incident')}\n{places}"
