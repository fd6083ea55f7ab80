"""The check that every command and interaction passes before its listener: may the account act at all?

Slack names the person and their workspace in each payload, and both decide. What an account asks that may not act reaches
no listener: nothing is recorded or shown, and the person reads why. Events are checked where they become requests, since
the words of any account are recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from slack_bolt import Ack, BoltResponse

from bot.rendering.message_catalog import label, line_again, reason_text
from bot.rendering.user_text import from_line
from bot.slack.forms.form_submission import input_ids
from bot.slack.forms.modal import notice_view
from bot.slack.gateway.replies import Replies
from bot.slack.interaction import Interaction, from_action, from_shortcut, teams_named
from bot.slack.payload import Json
from bot.slack.surfaces.slack_reply import SlackReply
from bot.slack.user_directory import UserDirectory
from commands.core.record_service import Clock
from roles.accounts import Account, refusal_to_act

_SHORTCUTS = ("shortcut", "message_action")


@dataclass(frozen=True)
class AccountCheck:
    """The check of one workspace."""

    users: UserDirectory
    replies: Replies
    clock: Clock

    def check(self, ack: Ack, body: Json, proceed: Callable[[], BoltResponse]) -> BoltResponse:
        """Hand a payload on, or answer the person whose account may not act."""
        user = _user_of(body)
        account = self.users.account(user, teams_named(body)) if user else Account.MEMBER
        reason = refusal_to_act(account)
        return proceed() if reason is None else self._refuse(ack, body, reason_text(reason))

    def _refuse(self, ack: Ack, body: Json, text: str) -> BoltResponse:
        kind = body.get("type")
        if "command" in body:
            return ack(f"{text}{line_again(self.replies.command, from_line(body.get('text') or ''))}")
        if kind == "block_suggestion":
            return ack(options=[])
        if kind == "view_submission":
            return self._refuse_form(ack, body["view"], text)
        interaction = self._interaction(body)
        if interaction is not None:
            self._reply(interaction, body, text)
        return ack()

    def _refuse_form(self, ack: Ack, view: Json, text: str) -> BoltResponse:
        """Answer in the form, which stays open with what was filled in, or in its place when it has no input."""
        inputs = sorted(input_ids(view))
        if inputs:
            return ack(response_action="errors", errors={inputs[0]: text})
        return ack(response_action="update", view=_notice(SlackReply(text)))

    def _interaction(self, body: Json) -> Interaction | None:
        if body.get("type") == "block_actions":
            return from_action(body, self.clock.now())
        return from_shortcut(body, self.clock.now()) if body.get("type") in _SHORTCUTS else None

    def _reply(self, interaction: Interaction, body: Json, text: str) -> None:
        reply = SlackReply(text, refused=True)
        if interaction.in_form:
            self.replies.replace_form(body["view"]["id"], _notice(reply))
        else:
            target = replace(interaction.reply_target, replaces=False)
            self.replies.send(replace(interaction, reply_target=target), reply)


def _notice(reply: SlackReply) -> Json:
    return notice_view(label("form", "notice"), reply.all_blocks())


def _user_of(body: Json) -> str | None:
    """Return the user of a command or an interaction; None for an event, and for a form that was only closed."""
    if body.get("type") in ("event_callback", "view_closed"):
        return None
    user = body.get("user")
    return user.get("id") if isinstance(user, dict) else body.get("user_id")
