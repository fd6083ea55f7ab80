"""What an app's acknowledgement does: an answer to a command, the next step of a form, options for a select.

Each function returns what to call with the acknowledged payload; that returns the error the person sees, or nothing.
"""

from collections.abc import Callable

from sandbox.blocks import check_message, check_view, with_ids
from sandbox.state.entities import Ephemeral, Payload, View
from sandbox.state.form_values import options_of
from sandbox.state.mutations import message_mutations, view_mutations
from sandbox.state.workspace import Workspace
from sandbox.wire_log import WireLog
from sandbox.workspace_errors import SlackError

TROUBLE = "trouble connecting"
Answer = Callable[[Payload | None], str | None]


class AckResponses:
    """The effects of acknowledgements."""

    def __init__(self, workspace: Workspace, wire_log: WireLog) -> None:
        self._ws = workspace
        self._wire_log = wire_log

    def to_command(self, user: str, channel: str) -> Answer:
        """Show the answer to a command: to the one who typed it, or in the channel when it says so."""

        def answer(payload: Payload | None) -> str | None:
            if not payload or not (payload.get("text") or payload.get("blocks") or payload.get("attachments")):
                return None
            with self._ws.lock:
                try:
                    show_answer(self._ws, user, channel, payload)
                except SlackError as refused:
                    return refused.name
            self._wire_log.touch()
            return None

        return answer

    def to_submission(self, view: View) -> Answer:
        """Take a submitted form to its next step: closed, errors, another view, all cleared."""

        def answer(payload: Payload | None) -> str | None:
            with self._ws.lock:
                try:
                    return self._step(view, payload or {})
                except SlackError:
                    return TROUBLE
                finally:
                    self._wire_log.touch()

        return answer

    def to_suggestion(self, view: View, action_id: str) -> Answer:
        """Remember what an external select was offered."""

        def answer(payload: Payload | None) -> str | None:
            offered = options_of(None, payload or {})
            with self._ws.lock:
                view.offered[action_id] = offered
            return None

        return answer

    def _step(self, view: View, payload: Payload) -> str | None:
        action = payload.get("response_action")
        if action is None:
            view_mutations.close(self._ws, view)
        elif action == "clear":
            view_mutations.close_all(self._ws, view.user)
        elif action == "errors":
            inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
            errors = payload.get("errors")
            if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
                return TROUBLE
            view.errors = errors
        elif action in ("update", "push"):
            spec = check_view(payload.get("view") or {}, "modal")
            spec["blocks"] = with_ids(self._ws, spec["blocks"])
            view_mutations.update(self._ws, view, spec) if action == "update" else view_mutations.push(
                self._ws, view.user, spec
            )
        else:
            return TROUBLE
        return None


def show_answer(ws: Workspace, user: str, channel: str, payload: Payload) -> None:
    """Show an answer from an acknowledgement or a response address; ephemeral unless `in_channel`."""
    place = ws.channels[channel]
    blocks = with_ids(ws, check_message(payload.get("blocks") or []))
    text, thread = str(payload.get("text") or ""), payload.get("thread_ts")
    if payload.get("response_type") == "in_channel":
        message_mutations.post(ws, place, ws.bot.id, text, blocks=blocks, thread_ts=thread)
        return
    message_mutations.whisper(ws, Ephemeral(ws.stamps.next(), channel, user, text, ws.bot.id, blocks, thread))
