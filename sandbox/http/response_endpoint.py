"""HTTP endpoints beside the Web API: response URLs and file uploads."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox.blocks import attachments_with_ids, check_message, with_ids
from sandbox.delivery.response_urls import ResponseTarget, ResponseUrls
from sandbox.state.entities import Payload
from sandbox.state.mutations import message_mutations
from sandbox.state.workspace import Workspace
from sandbox.user_actions.ack_responses import show_response
from sandbox.wire_log import WireLog
from sandbox.workspace_errors import SlackError


class ResponseEndpoint:
    """The handlers of both endpoints."""

    def __init__(self, ws: Workspace, responses: ResponseUrls, wire_log: WireLog) -> None:
        self._ws = ws
        self._responses = responses
        self._wire_log = wire_log

    async def respond(self, request: Request) -> Response:
        """Post a new message, or replace or delete the original one, as the payload says."""
        try:
            payload = json.loads(await request.body())
        except ValueError:
            return PlainTextResponse("invalid_payload", 400)
        result = "ok"
        try:
            with self._ws.lock:
                self._apply(self._responses.use(request.path_params["key"]), payload)
        except SlackError as error:
            result = error.name
        at = self._ws.clock.now().isoformat()
        self._wire_log.record(at=at, kind="response", name="response_url", detail=payload, result=result)
        if result == "ok":
            return PlainTextResponse("ok")
        body = json.dumps({"ok": False, "error": result})
        return Response(body, 404 if result.endswith("_url") else 400, media_type="application/json")

    async def upload(self, request: Request) -> Response:
        """Take the bytes of a file."""
        content = await request.body()
        size = len(content)
        with self._ws.lock:
            file = self._ws.files.get(request.path_params["file"])
            if file is None or "uploaded" not in file:
                return PlainTextResponse("not found", 404)
            file["uploaded"], file["size"] = True, size
            self._ws.file_bytes[file["id"]] = content
        return PlainTextResponse(f"OK - {size}")

    def _apply(self, target: ResponseTarget, payload: Payload) -> None:
        if payload.get("delete_original"):
            self._delete_original(target)
        elif payload.get("replace_original"):
            self._replace_original(target, payload)
        elif not (payload.get("text") or payload.get("blocks") or payload.get("attachments")):
            raise SlackError("no_text")
        else:
            show_response(self._ws, target.user, target.channel, payload)

    def _replace_original(self, target: ResponseTarget, payload: Payload) -> None:
        blocks = with_ids(self._ws, check_message(payload.get("blocks") or []))
        attachments = attachments_with_ids(self._ws, payload.get("attachments"))
        text = str(payload.get("text") or "")
        if not (text or blocks or attachments):
            raise SlackError("no_text")
        source = self._source_message(target)
        if target.source_is_ephemeral:
            source.text, source.blocks, source.attachments = text, blocks, attachments
        else:
            changes = {"blocks": blocks, "attachments": attachments}
            message_mutations.edit(self._ws, source, by=self._ws.bot.id, text=text, changes=changes)

    def _delete_original(self, target: ResponseTarget) -> None:
        source = self._source_message(target)
        if target.source_is_ephemeral:
            self._ws.ephemerals[target.user].remove(source)
        else:
            message_mutations.delete(self._ws, source)

    def _source_message(self, target: ResponseTarget) -> Any:
        """Return a response URL's message. A slash command has none; only the bot's own can be changed."""
        if target.source is None:
            raise SlackError("cant_replace_original")
        if target.source_is_ephemeral:
            message: Any = self._ws.find_ephemeral(target.user, target.source)
        else:
            message = self._ws.find_message(target.channel, target.source)
        if message is None:
            raise SlackError("message_not_found")
        if not target.source_is_ephemeral and message.user != self._ws.bot.id:
            raise SlackError("cant_update_message")
        return message
