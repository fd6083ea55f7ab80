"""The Bolt app: which listener takes what. Everything else that Slack sends is acknowledged and forgotten.

With `process_before_response` an acknowledgement leaves only after its listener has returned, and a listener that
raises is not acknowledged. Building the app calls nobody: who we are is passed in.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.slack.blocks.action_context import MORE
from bot.slack.error_reports import NotRecorded, log_with_id
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.gateway.listener_deadline import Acked, ListenerDeadline
from bot.slack.listeners.block_actions import InteractionListeners
from bot.slack.listeners.event_listeners import EventListeners

THREADS: Final = 32
SHORTCUTS: Final = ("declare", "timeline_add", "decision_add", "action_add", "declare_from_message")
_ANYTHING: Final = re.compile(".*", re.DOTALL)


def build_app(
    edge: SlackGateway,
    commands: tuple[str, ...],
    *,
    authorized: AuthorizeResult,
    client: WebClient,
    signing_secret: str | None = None,
    acked: Acked = lambda kind, seconds: None,
) -> App:
    """Build the app of one workspace. `client` needs no token; without a signing secret nothing is taken over HTTP.

    `acked` is told of what kind each acknowledgement was and how many seconds it took.
    """
    app = App(
        client=client,
        authorize=lambda: authorized,
        signing_secret=signing_secret or "",
        request_verification_enabled=signing_secret is not None,
        # Over the socket nobody sends these, and to ask costs every event a tenth of its time.
        ssl_check_enabled=signing_secret is not None,
        url_verification_enabled=signing_secret is not None,
        attaching_function_token_enabled=False,
        process_before_response=True,
        listener_executor=ThreadPoolExecutor(THREADS, thread_name_prefix="listener"),
    )
    asking, telling, timed = InteractionListeners(edge), EventListeners(edge), ListenerDeadline(edge, acked)
    # Bolt asks one listener after the other whether it wants what came, so what comes most often stands first.
    app.event("message")(timed.told(telling.on_said))
    for word in commands:
        app.command(word)(timed.asked("command", asking.on_command))
    _take_asking(app, asking, timed)
    _take_telling(app, telling, timed)
    _take_anything(app)
    app.error(lambda error, body: _unacknowledged(edge, error, body))
    return app


def _take_asking(app: App, asking: InteractionListeners, timed: ListenerDeadline) -> None:
    app.action(re.compile(r"^verb:"))(timed.asked("button", asking.on_act))
    app.action(re.compile(r"^form:"))(timed.asked("button", asking.on_form))
    app.action(re.compile(r"^escalation:(accept|decline)"))(timed.asked("button", asking.on_answer))
    app.action(re.compile(r"^prompt:put_off"))(timed.asked("button", asking.on_put_off))
    app.action("tray")(timed.asked("button", asking.on_tray))
    app.action(MORE)(timed.asked("button", asking.on_more))
    app.view(re.compile(r"^verb:"))(timed.asked("form", asking.on_submission))
    for callback in SHORTCUTS:
        app.shortcut(callback)(timed.asked("shortcut", asking.on_shortcut))
    app.options(_ANYTHING)(timed.asked("options", asking.on_options))


def _take_telling(app: App, telling: EventListeners, timed: ListenerDeadline) -> None:
    for event in ("member_joined_channel", "member_left_channel"):
        app.event(event)(timed.told(telling.on_said))
    for event in ("reaction_added", "reaction_removed"):
        app.event(event)(timed.told(telling.on_mark))
    app.event("app_mention")(timed.told(telling.on_mention))
    app.event("app_home_opened")(timed.told(telling.on_home))
    for event in ("team_join", "user_change"):
        app.event(event)(timed.told(telling.on_member))
    app.event("subteam_members_changed")(timed.told(telling.on_group))


def _take_anything(app: App) -> None:
    """Acknowledge what no listener took: Slack would send it again, or show somebody an error."""
    for take in (app.event, app.action, app.shortcut):
        take(_ANYTHING)(_acknowledge)
    app.view(_ANYTHING)(_acknowledge)
    app.command(_ANYTHING)(_acknowledge)
    app.view_closed(_ANYTHING)(_acknowledge)


def _acknowledge(ack: Ack) -> None:
    ack()


def _unacknowledged(edge: SlackGateway, error: Exception, body: dict[str, Any]) -> None:
    """Leave what was not recorded unacknowledged; tell whoever asked for it what to quote, where Slack lets us."""
    if not isinstance(error, NotRecorded):
        edge.apologise(body, log_with_id(error))
