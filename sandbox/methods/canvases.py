"""Canvases, stored as markdown and never shown: canvases.*, conversations.canvases.create."""

from typing import Any

from sandbox.api.api_call import ApiCall
from sandbox.api.tiers import T2, T3
from sandbox.methods.method import Method
from sandbox.state.entities import Payload
from sandbox.workspace_errors import SlackError

WRITE = ("canvases:write",)


def create(call: ApiCall) -> Payload:
    """Create a canvas. In this workspace every canvas belongs to a channel."""
    if not call.text("channel_id"):
        raise SlackError("free_teams_cannot_create_standalone_canvases")
    return {"canvas_id": _store(call, call.writable_channel("channel_id").id)}


def create_in_channel(call: ApiCall) -> Payload:
    """Create the channel's canvas, of which there is one."""
    channel = call.writable_channel("channel_id")
    if channel.canvas:
        raise SlackError("channel_canvas_already_exists")
    channel.canvas = _store(call, channel.id)
    return {"canvas_id": channel.canvas}


def edit(call: ApiCall) -> Payload:
    """Apply one operation to a canvas."""
    canvas = _find_canvas(call)
    changes = call.json("changes")
    if not isinstance(changes, list) or len(changes) != 1:
        raise SlackError("invalid_arguments")
    text = _markdown(changes[0].get("document_content") or {})
    operation = changes[0].get("operation")
    results = {
        "replace": text,
        "insert_at_end": canvas["text"] + "\n" + text,
        "insert_at_start": text + "\n" + canvas["text"],
    }
    if operation not in results:
        raise SlackError("canvas_editing_failed")
    canvas["text"] = results[operation]
    return {}


def delete(call: ApiCall) -> Payload:
    """Delete a canvas."""
    canvas = _find_canvas(call)
    del call.ws.canvases[canvas["id"]]
    for channel in call.ws.channels.values():
        if channel.canvas == canvas["id"]:
            channel.canvas = ""
    return {}


def lookup(call: ApiCall) -> Payload:
    """Return the sections of a canvas that contain a text: one section, the whole canvas."""
    canvas = _find_canvas(call)
    text = (call.json("criteria") or {}).get("contains_text", "")
    return {"sections": [{"id": f"temp:{canvas['id']}"}] if text in canvas["text"] else []}


def set_access(call: ApiCall) -> Payload:
    """Store who may read or write a canvas."""
    canvas = _find_canvas(call)
    if call.text("access_level") not in ("read", "write", "owner"):
        raise SlackError("invalid_parameters")
    canvas["access"] = call.text("access_level")
    return {}


def _store(call: ApiCall, channel: str) -> str:
    content = call.json("document_content")
    text = _markdown(content) if content else ""
    canvas_id = call.ws.new_id("F")
    call.ws.canvases[canvas_id] = {"id": canvas_id, "channel": channel, "title": call.text("title"), "text": text}
    return canvas_id


def _markdown(content: Any) -> str:
    if (
        not isinstance(content, dict)
        or content.get("type") != "markdown"
        or not isinstance(content.get("markdown"), str)
    ):
        raise SlackError("canvas_creation_failed")
    return str(content["markdown"])


def _find_canvas(call: ApiCall) -> Payload:
    canvas = call.ws.canvases.get(call.required("canvas_id"))
    if canvas is None:
        raise SlackError("canvas_not_found")
    return canvas


METHODS = {
    "canvases.create": Method(create, T2, WRITE),
    "conversations.canvases.create": Method(create_in_channel, T2, WRITE),
    "canvases.edit": Method(edit, T3, WRITE),
    "canvases.delete": Method(delete, T3, WRITE),
    "canvases.sections.lookup": Method(lookup, T3, ("canvases:read",)),
    "canvases.access.set": Method(set_access, T3, WRITE),
}
