"""Effects of an app's acknowledgement: a response to a command, the next step of a form, options of a select.

Each method returns the callback for the acknowledgement's payload; the callback returns the error that the person sees.
"""

from collections.abc import Callable

from sandbox.blocks import attachments_with_ids, check_message, check_view, suggestion_problems, with_ids
from sandbox.state.entities import Ephemeral, Payload, View
from sandbox.state.form_values import options_of
from sandbox.state.mutations import message_mutations, view_mutations
from sandbox.state.workspace import Workspace
from sandbox.wire_log import WireLog
from sandbox.workspace_errors import SlackError

CONNECTION_ERROR = "trouble connecting"
OnAck = Callable[[Payload | None], str | None]


class AckResponses:
    """The callbacks for acknowledgements."""

    def __init__(self, workspace: Workspace, wire_log: WireLog) -> None:
        self._ws = workspace
        self._wire_log = wire_log

    def to_command(self, user: str, channel: str) -> OnAck:
        """Show the response to a command: to its author, or in the channel if it says so."""

        def on_ack(payload: Payload | None) -> str | None:
            if not payload or not (payload.get("text") or payload.get("blocks") or payload.get("attachments")):
                return None
            with self._ws.lock:
                try:
                    show_response(self._ws, user, channel, payload)
                except SlackError as error:
                    return error.name
            self._wire_log.mark_changed()
            return None

        return on_ack

    def to_submission(self, view: View) -> OnAck:
        """Take a submitted form to its next step: closed, errors, another view, all cleared."""

        def on_ack(payload: Payload | None) -> str | None:
            with self._ws.lock:
                try:
                    return self._apply_response_action(view, payload or {})
                except SlackError:
                    return CONNECTION_ERROR
                finally:
                    self._wire_log.mark_changed()

        return on_ack

    def to_suggestion(self, view: View, action_id: str) -> OnAck:
        """Store the options suggested for an external select, unless Slack would reject them."""

        def on_ack(payload: Payload | None) -> str | None:
            if suggestion_problems(payload or {}):
                return CONNECTION_ERROR
            suggested_options = options_of(None, payload or {})
            with self._ws.lock:
                view.suggested_options[action_id] = suggested_options
            return None

        return on_ack

    def _apply_response_action(self, view: View, payload: Payload) -> str | None:
        action = payload.get("response_action")
        if action is None:
            view_mutations.close(self._ws, view)
        elif action == "clear":
            view_mutations.close_all(self._ws, view.user)
        elif action == "errors":
            inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
            errors = payload.get("errors")
            if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
                return CONNECTION_ERROR
            view.errors = errors
        elif action in ("update", "push"):
            spec = check_view(payload.get("view") or {}, "modal")
            spec["blocks"] = with_ids(self._ws, spec["blocks"])
            view_mutations.update(self._ws, view, spec) if action == "update" else view_mutations.push(
                self._ws, view.user, spec
            )
        else:
            return CONNECTION_ERROR
        return None


def show_response(ws: Workspace, user: str, channel: str, payload: Payload) -> None:
    """Show a response from an acknowledgement or a response URL; ephemeral unless `in_channel`."""
    conversation = ws.channels[channel]
    blocks = with_ids(ws, check_message(payload.get("blocks") or []))
    attachments = attachments_with_ids(ws, payload.get("attachments"))
    text, thread = str(payload.get("text") or ""), payload.get("thread_ts")
    if payload.get("response_type") == "in_channel":
        message_mutations.post(
            ws, conversation, ws.bot.id, text, blocks=blocks, attachments=attachments, thread_ts=thread
        )
        return
    message_mutations.post_ephemeral(
        ws, Ephemeral(ws.timestamps.next(), channel, user, text, ws.bot.id, blocks, thread, attachments)
    )
