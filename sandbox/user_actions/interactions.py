"""A person's interactions with the app: commands, buttons, forms, shortcuts, the Home tab.

Each one sends an envelope and waits for the acknowledgement or the timeout; its result is a Delivery. Not callable from
the server's thread. Forms are validated before they are sent, as in Slack's client.
"""

import copy
from collections.abc import Callable
from typing import Any

from sandbox.delivery import payloads
from sandbox.delivery.dispatcher import Dispatcher
from sandbox.delivery.envelope import Delivery
from sandbox.delivery.response_urls import ResponseTarget, ResponseUrls
from sandbox.delivery.trigger_ids import TriggerIds
from sandbox.state.entities import Block, Channel, Ephemeral, Message, Payload, Person, View
from sandbox.state.form_values import (
    INPUT_ELEMENTS,
    element_state,
    elements_of,
    fill,
    nested_blocks,
    options_of,
    refuse_unknown_ids,
    stateful_elements,
    validate,
)
from sandbox.state.mutations import view_mutations
from sandbox.state.workspace import Workspace
from sandbox.user_actions.ack_responses import AckResponses
from sandbox.user_actions.client_manifest import ClientManifest
from sandbox.user_actions.conversation_actions import ConversationActions
from sandbox.user_actions.message_forms import MessageForms
from sandbox.wire_log import WireLog
from sandbox.workspace_errors import NotPossibleError

ACCEPT_RESPONSE = ("block_actions", "view_submission", "block_suggestion")
OnAck = Callable[[Payload | None], str | None]


class Interactions(ConversationActions):
    """A person's use of the app."""

    def __init__(
        self,
        workspace: Workspace,
        wire_log: WireLog,
        *,
        dispatcher: Dispatcher,
        triggers: TriggerIds,
        responses: ResponseUrls,
        client_manifest: ClientManifest,
    ) -> None:
        super().__init__(workspace, wire_log)
        self._client_manifest = client_manifest
        self._dispatcher = dispatcher
        self._triggers = triggers
        self._responses = responses
        self._ack_responses = AckResponses(workspace, wire_log)
        self._message_forms = MessageForms()

    def slash(self, user: str, channel: str, command: str, text: str = "") -> Delivery:
        """Send a slash command from a channel's composer."""
        with self._ws.lock:
            person, conversation = self._member(user, channel)
            text = self._client_manifest.command_text(self._ws, command, text)
            url = self._responses.issue("commands", ResponseTarget(person.id, conversation.id))
            payload = payloads.slash_command(self._ws, person, conversation, command, text) | {"response_url": url}
        return self._send("slash_commands", person, payload, self._ack_responses.to_command(person.id, conversation.id))

    def press(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        block_id: str | None = None,
        *,
        value: str | None = None,
        selected: Any = None,
    ) -> Delivery:
        """Press a button or choose in a select of a message, ephemeral or not.

        `block_id` and `value` distinguish buttons with one action_id; `selected` is the choice in other elements.
        """
        with self._ws.lock:
            person, conversation, message, form = self._shown_message(user, channel, ts)
            block, element = _find_element(form.blocks, action_id, block_id, value)
            action = self._action_payload(form, block, element, selected)
            if element["type"] in INPUT_ELEMENTS:
                form.values[block["block_id"]][action_id] = element_state(form, element, selected)
                self._refuse_unknown_ids(form)
            url = self._responses.issue("actions", _response_target(person, conversation, message))
            payload = payloads.interaction(self._ws, person, "block_actions")
            payload |= payloads.message_context(self._ws, conversation, message) | {
                "state": {"values": copy.deepcopy(form.values)},
                "response_url": url,
                "actions": [action],
            }
        return self._send("interactive", person, payload)

    def fill_message(self, user: str, channel: str, ts: str, values: dict[str, Any]) -> None:
        """Fill simple values into the inputs of a message by block_id, which sends nothing."""
        with self._ws.lock:
            fill(self._shown_message(user, channel, ts)[3], values)

    def press_in_view(
        self,
        user: str,
        view_id: str,
        action_id: str,
        block_id: str | None = None,
        *,
        value: str | None = None,
        selected: Any = None,
    ) -> Delivery:
        """Press a button or choose in a select of an open form or the Home tab."""
        with self._ws.lock:
            person, view = self._own_view(user, view_id)
            block, element = _find_element(view.blocks, action_id, block_id, value)
            action = self._action_payload(view, block, element, selected)
            if element["type"] in INPUT_ELEMENTS:
                view.values[block["block_id"]][action_id] = element_state(view, element, selected)
                self._refuse_unknown_ids(view)
            payload = payloads.interaction(self._ws, person, "block_actions")
            payload |= payloads.view_context(self._ws, view) | {"actions": [action]}
        return self._send("interactive", person, payload)

    def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Delivery:
        """Choose a shortcut in a message's menu."""
        self._client_manifest.check_shortcut("message", callback_id)
        with self._ws.lock:
            person, conversation, message = self._message(user, channel, ts)
            url = self._responses.issue("app-actions", _response_target(person, conversation, message))
            payload = payloads.interaction(self._ws, person, "message_action")
            context = payloads.message_context(self._ws, conversation, message)
            payload |= {"channel": context["channel"], "message": context["message"], "message_ts": ts}
            payload |= {"callback_id": callback_id, "action_ts": self._ws.timestamps.next(), "response_url": url}
        return self._send("interactive", person, payload)

    def global_shortcut(self, user: str, callback_id: str) -> Delivery:
        """Choose a global shortcut."""
        self._client_manifest.check_shortcut("global", callback_id)
        with self._ws.lock:
            person = self._ws.find_person(user)
            payload = payloads.interaction(self._ws, person, "shortcut")
            payload |= {"callback_id": callback_id, "action_ts": self._ws.timestamps.next()}
        return self._send("interactive", person, payload)

    def fill(self, user: str, view_id: str, values: dict[str, Any]) -> None:
        """Fill simple values into a form by block_id, without submitting it."""
        with self._ws.lock:
            fill(self._own_view(user, view_id)[1], values)

    def submit(self, user: str, view_id: str, values: dict[str, Any] | None = None) -> Delivery:
        """Fill simple values into a form by block_id and submit it. Raises NotPossibleError when it is invalid."""
        with self._ws.lock:
            person, view = self._own_view(user, view_id)
            fill(view, values or {})
            self._refuse_unknown_ids(view)
            validate(view)
            payload = payloads.interaction(self._ws, person, "view_submission")
            payload |= {"view": payloads.view_context(self._ws, view)["view"]}
            payload |= {"response_urls": self._response_urls(person, view)}
        return self._send("interactive", person, payload, self._ack_responses.to_submission(view))

    def close(self, user: str, view_id: str) -> Delivery | None:
        """Close a form without submitting it. Sends view_closed only if the app asked for it."""
        with self._ws.lock:
            person, view = self._own_view(user, view_id)
            payload = payloads.interaction(self._ws, person, "view_closed")
            payload |= {"view": payloads.view_context(self._ws, view)["view"], "is_cleared": view.clear_on_close}
            closed = view_mutations.close_all(self._ws, person.id) if view.clear_on_close else [view]
            view_mutations.close(self._ws, view)
        self._wire_log.mark_changed()
        return (
            self._send("interactive", person, payload, has_trigger=False)
            if any(v.notify_on_close for v in closed)
            else None
        )

    def options(self, user: str, view_id: str, action_id: str, query: str) -> Delivery:
        """Type into an external select of a form. The delivery's payload holds the suggested options."""
        with self._ws.lock:
            person, view = self._own_view(user, view_id)
            context = payloads.view_context(self._ws, view)
        return self._suggest(person, view, action_id, query, context)

    def options_in_message(self, user: str, channel: str, ts: str, action_id: str, query: str) -> Delivery:
        """Type into an external select of a message. The delivery's payload holds the suggested options."""
        with self._ws.lock:
            person, conversation, message, form = self._shown_message(user, channel, ts)
            context = payloads.message_context(self._ws, conversation, message)
        return self._suggest(person, form, action_id, query, context)

    def _suggest(self, person: Person, view: View, action_id: str, query: str, context: Payload) -> Delivery:
        block, element = _find_element(view.blocks, action_id, None, None)
        if len(query) < element.get("min_query_length", 3):
            raise NotPossibleError("type a little more")
        payload = payloads.interaction(self._ws, person, "block_suggestion") | context
        payload |= {"action_id": action_id, "block_id": block["block_id"], "value": query}
        return self._send(
            "interactive", person, payload, self._ack_responses.to_suggestion(view, action_id), has_trigger=False
        )

    def open_home(self, user: str, tab: str = "home") -> None:
        """Open the app's Home tab, or its Messages tab."""
        with self._ws.lock:
            person = self._ws.find_person(user)
            dm = self._ws.dm(person.id)
            event: Payload = {"type": "app_home_opened", "user": person.id, "channel": dm.id, "tab": tab}
            home = self._ws.homes.get(person.id)
            if home is not None and tab == "home":
                event["view"] = payloads.view_context(self._ws, home)["view"]
            self._ws.publish_event(event | {"event_ts": self._ws.timestamps.next()}, dm)
        self._wire_log.mark_changed()

    def _send(
        self, kind: Any, person: Person, payload: Payload, on_ack: OnAck | None = None, *, has_trigger: bool = True
    ) -> Delivery:
        delivery = Delivery(self._ws)
        if has_trigger:
            delivery.trigger_id = payload["trigger_id"] = self._triggers.issue(person.id, _place_of(payload))
        accepts = kind == "slash_commands" or payload.get("type") in ACCEPT_RESPONSE
        self._dispatcher.send(kind, payload, accepts_response=accepts, on_ack=on_ack, delivery=delivery)
        return delivery.wait()

    def _shown_message(self, user: str, channel: str, ts: str) -> tuple[Person, Channel, Message | Ephemeral, View]:
        """Return a message, ephemeral or not, with what the person has filled into it."""
        person, conversation = self._visible(user, channel)
        message = conversation.messages.get(ts) or self._ws.find_ephemeral(person.id, ts)
        if message is None:
            raise NotPossibleError("that message is gone")
        return person, conversation, message, self._message_forms.form_of(person.id, message)

    def _own_view(self, user: str, view_id: str) -> tuple[Person, View]:
        person = self._ws.find_person(user)
        view = self._ws.views.get(view_id)
        if view is None or view.user != person.id:
            raise NotPossibleError("that form is no longer open")
        return person, view

    def _refuse_unknown_ids(self, view: View) -> None:
        refuse_unknown_ids(view.values, self._ws.people.keys() | self._ws.channels.keys())

    def _response_urls(self, person: Person, view: View) -> list[Payload]:
        """Return a response URL for each conversation selected in an input that asks for one."""
        urls = []
        for block, element in stateful_elements(view.blocks):
            if block["type"] != "input" or not element.get("response_url_enabled"):
                continue
            state = view.values[block["block_id"]][element["action_id"]]
            selected = state[INPUT_ELEMENTS[element["type"]].state_field]
            if selected is None:
                continue
            channel = self._ws.dm(selected).id if selected in self._ws.people else selected
            url = self._responses.issue("app", ResponseTarget(person.id, channel))
            ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
            urls.append(ids | {"channel_id": channel, "response_url": url})
        return urls

    def _action_payload(self, view: View, block: Block, element: Payload, selected: Any) -> Payload:
        action: Payload = {
            key: element[key] for key in ("type", "action_id", "text", "value", "style") if key in element
        }
        action |= {"block_id": block["block_id"], "action_ts": self._ws.timestamps.next()}
        if element["type"] in INPUT_ELEMENTS:
            action |= element_state(view, element, selected)
        elif element["type"] == "overflow":
            options = [option for option in options_of(view, element) if option["value"] == selected]
            action["selected_option"] = options[0] if options else None
        return action


def _find_element(
    blocks: list[Block], action_id: str, block_id: str | None, value: str | None
) -> tuple[Block, Payload]:
    """Return the block and element of an action. Raises NotPossibleError when there is none."""
    for block in nested_blocks(blocks):
        for element in elements_of(block) if block_id in (None, block["block_id"]) else []:
            if element.get("action_id") == action_id and value in (None, element.get("value")):
                return block, element
    raise NotPossibleError(f"there is no {action_id} here")


def _response_target(person: Person, conversation: Channel, message: Message | Ephemeral) -> ResponseTarget:
    is_ephemeral = isinstance(message, Ephemeral)
    return ResponseTarget(person.id, conversation.id, message.ts, is_ephemeral, message.thread_ts)


def _place_of(payload: Payload) -> str:
    """Return the conversation of a command or of an action on a message, "" for any other interaction."""
    return str(payload.get("channel_id") or (payload.get("channel") or {}).get("id") or "")
