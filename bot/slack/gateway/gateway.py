"""Everything that the listeners of one workspace work with, built together."""

from __future__ import annotations

from dataclasses import dataclass

from bot.requests.draft_store import DraftStore
from bot.requests.request_path import RequestPath
from bot.slack.capture.batcher import Batcher
from bot.slack.capture.recent_messages import RecentMessages
from bot.slack.degraded.fallback import DegradedFallback
from bot.slack.forms.update_form import CONFIRMED
from bot.slack.gateway.account_check import AccountCheck
from bot.slack.gateway.capture_inbox import CaptureInbox
from bot.slack.gateway.form_drafts import FormDrafts
from bot.slack.gateway.form_opener import FormOpener
from bot.slack.gateway.incident_lookup import IncidentLookup
from bot.slack.gateway.job_requests import JobRequests
from bot.slack.gateway.replies import Replies
from bot.slack.gateway.request_executor import RequestExecutor
from bot.slack.interaction import Interaction
from bot.slack.responder import Responder
from bot.slack.surfaces.action_menu import action_menu
from bot.slack.surfaces.slack_reply import SlackReply
from bot.slack.user_directory import UserDirectory
from commands.core import verb_registry
from commands.core.record_service import RecordService
from commands.core.request import Fields
from incident.model.incident import Incident


@dataclass(frozen=True)
class SlackGateway:
    """The collaborators of the listeners. `bot` is Muster's own Slack id, `command` the word that people type."""

    team: str
    bot: str
    command: str
    record: RecordService
    users: UserDirectory
    executor: RequestExecutor
    forms: FormOpener
    drafts: FormDrafts
    inbox: CaptureInbox
    jobs: JobRequests
    lookup: IncidentLookup
    replies: Replies
    accounts: AccountCheck

    def menu_of(self, interaction: Interaction, incident: Incident) -> SlackReply:
        """Return the action menu of the person who acts."""
        actor = self.lookup.actor(interaction)
        return action_menu(incident, actor.id, self.command, self.record.policy, is_guest=actor.is_guest)

    def execute_or_ask(self, interaction: Interaction, verb: str, fields: Fields) -> SlackReply | None:
        """Run a request and return its reply; None when its form opens instead, to ask whether it is meant."""
        reply, kind = self.executor.execute(interaction, verb, fields), verb_registry.find(verb)
        if kind is None or not reply.unconfirmed:
            return reply
        self.forms.open(interaction, kind, {CONFIRMED: False, **fields}, banner=reply.text)
        return None


def build_gateway(
    path: RequestPath,
    *,
    bot: str,
    users: UserDirectory,
    responder: Responder,
    drafts: DraftStore,
    fallback: DegradedFallback | None = None,
    recent: RecentMessages | None = None,
) -> SlackGateway:
    """Build the gateway of a workspace. Without a fallback nothing is acknowledged while the database is absent."""
    record, command, team = path.record, path.texts.command, users.team
    lookup, replies, form_drafts = IncidentLookup(record, team, users), Replies(responder, command), FormDrafts(drafts)
    return SlackGateway(
        team=team,
        bot=bot,
        command=command,
        record=record,
        users=users,
        executor=RequestExecutor(path, users, lookup, form_drafts, replies, fallback),
        forms=FormOpener(lookup, form_drafts, replies, fallback),
        drafts=form_drafts,
        inbox=CaptureInbox(record, recent or RecentMessages(), Batcher(), fallback),
        jobs=JobRequests(record, team),
        lookup=lookup,
        replies=replies,
        accounts=AccountCheck(users, replies, record.clock),
    )
