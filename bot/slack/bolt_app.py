"""The Bolt app: which listener receives which payload. A payload without a listener is acknowledged and dropped.

With `process_before_response` an acknowledgement leaves only after its listener has returned, and a listener that
raises is not acknowledged. Building the app calls Slack for nothing: the authorization is passed in.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.slack.blocks.action_context import MORE
from bot.slack.capture.message_events import CHANNEL_EVENTS
from bot.slack.error_reports import NotRecorded, log_with_id
from bot.slack.forms.update_form import OWN_TEXTS, PREVIEW
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.gateway.listener_deadline import Acked, ListenerDeadline
from bot.slack.listeners.block_actions import BlockActionListeners
from bot.slack.listeners.event_listeners import EventListeners
from bot.slack.listeners.option_requests import OptionRequestListener
from bot.slack.listeners.shortcuts import ShortcutListener
from bot.slack.listeners.slash_commands import SlashCommandListener
from bot.slack.listeners.view_submissions import ViewSubmissionListener

THREADS: Final = 32
SHORTCUTS: Final = (
    "declare",
    "timeline_add",
    "evidence_keep",
    "decision_add",
    "action_add",
    "redact_message",
    "declare_from_message",
)
_ANYTHING: Final = re.compile(".*", re.DOTALL)


def build_app(
    gateway: SlackGateway,
    commands: tuple[str, ...],
    *,
    authorized: AuthorizeResult,
    client: WebClient,
    signing_secret: str | None = None,
    acked: Acked = lambda kind, seconds: None,
) -> App:
    """Build the app of one workspace. `client` needs no token; without a signing secret HTTP requests are refused.

    `acked` gets the kind of each acknowledgement and how many seconds it took.
    """
    app = App(
        # Without a name Bolt inspects the stack for one, and opens the source of every loaded module: 50 ms of each start.
        name="muster",
        client=client,
        authorize=lambda: authorized,
        signing_secret=signing_secret or "",
        request_verification_enabled=signing_secret is not None,
        # Slack sends these over HTTP only, and checking for them costs every event a tenth of its time.
        ssl_check_enabled=signing_secret is not None,
        url_verification_enabled=signing_secret is not None,
        attaching_function_token_enabled=False,
        process_before_response=True,
        listener_executor=ThreadPoolExecutor(THREADS, thread_name_prefix="listener"),
    )
    app.use(lambda ack, body, next: gateway.accounts.check(ack, body, next))
    events, deadline = EventListeners(gateway), ListenerDeadline(gateway.replies, acked)
    # Bolt tries its listeners in order, so the most frequent payload comes first.
    app.event("message")(deadline.event(events.on_message))
    slash = SlashCommandListener(gateway)
    for word in commands:
        app.command(word)(deadline.interactive("command", slash.on_command))
    _add_block_actions(app, BlockActionListeners(gateway), deadline)
    _add_forms_and_shortcuts(app, gateway, deadline)
    _add_events(app, events, deadline)
    _acknowledge_everything_else(app)
    app.error(lambda error, body: _report(gateway, error, body))
    return app


def _add_block_actions(app: App, actions: BlockActionListeners, deadline: ListenerDeadline) -> None:
    app.action(re.compile(r"^verb:"))(deadline.interactive("button", actions.on_verb))
    app.action(re.compile(r"^form:"))(deadline.interactive("button", actions.on_form))
    app.action(re.compile(r"^escalation:(accept|decline)"))(deadline.interactive("button", actions.on_answer))
    app.action(re.compile(r"^prompt:put_off"))(deadline.interactive("button", actions.on_postpone))
    app.action(re.compile(rf"^({PREVIEW}|{OWN_TEXTS}):"))(deadline.interactive("button", actions.on_redraw))
    app.action("tray")(deadline.interactive("button", actions.on_action_menu))
    app.action(MORE)(deadline.interactive("button", actions.on_more))


def _add_forms_and_shortcuts(app: App, gateway: SlackGateway, deadline: ListenerDeadline) -> None:
    submissions, shortcuts = ViewSubmissionListener(gateway), ShortcutListener(gateway)
    app.view(re.compile(r"^verb:"))(deadline.interactive("form", submissions.on_submission))
    for callback in SHORTCUTS:
        app.shortcut(callback)(deadline.interactive("shortcut", shortcuts.on_shortcut))
    app.options(_ANYTHING)(deadline.interactive("options", OptionRequestListener(gateway).on_options))


def _add_events(app: App, events: EventListeners, deadline: ListenerDeadline) -> None:
    for name in ("member_joined_channel", "member_left_channel", *CHANNEL_EVENTS):
        app.event(name)(deadline.event(events.on_message))
    for name in ("reaction_added", "reaction_removed"):
        app.event(name)(deadline.event(events.on_reaction))
    for name in ("pin_added", "pin_removed"):
        app.event(name)(deadline.event(events.on_pin))
    app.event("app_mention")(deadline.event(events.on_mention))
    app.event("app_home_opened")(deadline.event(events.on_home))
    for name in ("team_join", "user_change"):
        app.event(name)(deadline.event(events.on_member))
    app.event("subteam_members_changed")(deadline.event(events.on_group))


def _acknowledge_everything_else(app: App) -> None:
    """Acknowledge payloads without a listener: Slack would send them again, or show the person an error."""
    for method in (app.event, app.action, app.shortcut):
        method(_ANYTHING)(_acknowledge)
    app.view(_ANYTHING)(_acknowledge)
    app.command(_ANYTHING)(_acknowledge)
    app.view_closed(_ANYTHING)(_acknowledge)


def _acknowledge(ack: Ack) -> None:
    ack()


def _report(gateway: SlackGateway, error: Exception, body: dict[str, Any]) -> None:
    """Report an error of a listener to the person, with its id. The payload stays unacknowledged."""
    if not isinstance(error, NotRecorded):
        gateway.replies.report_error(body, log_with_id(error))
