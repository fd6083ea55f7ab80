"""Files: files.getUploadURLExternal, completeUploadExternal, info, list, delete. The upload has its own endpoint."""

from typing import Any

from sandbox.api.api_call import ApiCall
from sandbox.api.tiers import T3, T4
from sandbox.methods.chat import destination
from sandbox.methods.method import Method
from sandbox.state.entities import Channel, Payload
from sandbox.state.mutations import message_mutations
from sandbox.workspace_errors import SlackError

READ, WRITE = ("files:read",), ("files:write",)
PAGE_OF_FILES = 100
MAX_CHANNELS = 100


def get_upload_url(call: ApiCall) -> Payload:
    """Return an upload URL."""
    name = call.required("filename", "unknown_filename")
    length = call.number("length", 0, maximum=10**10, error="invalid_arguments")
    if not length:
        raise SlackError("file_upload_size_restricted")
    file_id = call.ws.add_file(name, call.bot, size=length, uploaded=False)["id"]
    return {"upload_url": f"{call.services.page_url()}upload/{file_id}", "file_id": file_id}


def complete_upload(call: ApiCall) -> Payload:
    """Share files that were uploaded, in one channel or several, or in none."""
    requested = call.json("files")
    if not isinstance(requested, list) or not requested or not all(isinstance(one, dict) for one in requested):
        raise SlackError("invalid_arguments")
    channels = _destinations(call)
    thread = call.text("thread_ts") or None
    if thread is not None and any(thread not in channel.messages for channel in channels):
        raise SlackError("invalid_thread_ts")
    files = [_uploaded(call, one) for one in requested]
    for channel in channels:
        text = call.text("initial_comment")
        message_mutations.post(call.ws, channel, call.bot, text, subtype="file_share", files=files, thread_ts=thread)
    return {"files": files}


def info(call: ApiCall) -> Payload:
    """Return one file."""
    return {"file": _find(call), "comments": [], "response_metadata": {"next_cursor": ""}}


def list_files(call: ApiCall) -> Payload:
    """Return the files that the bot sees, newest first, of a channel or a user if one is given."""
    shared = {
        file["id"]
        for channel in call.ws.channels.values()
        if call.bot in channel.members and call.text("channel") in ("", channel.id)
        for message in channel.messages.values()
        for file in message.files
    }
    present = [one for one in reversed(call.ws.files.values()) if _is_present(one)]
    found = [
        one
        for one in present
        if (one["id"] in shared or (one["user"] == call.bot and not call.text("channel")))
        and call.text("user") in ("", one["user"])
    ]
    count = call.number("count", PAGE_OF_FILES, maximum=1000)
    page = call.number("page", 1, maximum=10**6)
    pages = max(1, -(-len(found) // count))
    paging = {"count": count, "total": len(found), "page": page, "pages": pages}
    return {"files": found[(page - 1) * count : page * count], "paging": paging}


def delete(call: ApiCall) -> Payload:
    """Delete one of the bot's files. The messages that shared it keep a tombstone."""
    file = _find(call)
    if file["user"] != call.bot:
        raise SlackError("cant_delete_file")
    message_mutations.delete_file(call.ws, file["id"])
    return {}


def _destinations(call: ApiCall) -> list[Channel]:
    """Return the channels of `channel_id` or `channels`; none leaves the files unshared."""
    requested = call.ids("channel_id") or call.ids("channels")
    if len(requested) > MAX_CHANNELS:
        raise SlackError("channels_limit_exceeded")
    return [destination(ApiCall(call.ws, call.services, {**call.args, "channel": one})) for one in requested]


def _uploaded(call: ApiCall, requested: Payload) -> Payload:
    file = call.ws.files.get(str(requested.get("id")))
    if file is None or not file.get("uploaded"):
        raise SlackError("file_not_found")
    file["title"] = requested.get("title") or file["title"]
    return file


def _find(call: ApiCall) -> Payload:
    file: Any = call.ws.files.get(call.required("file"))
    if file is None:
        raise SlackError("file_not_found")
    if file["mode"] == "tombstone":
        raise SlackError("file_deleted")
    return file  # type: ignore[no-any-return]


def _is_present(file: Payload) -> bool:
    return bool(file.get("uploaded")) and file["mode"] != "tombstone"


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, T4, WRITE),
    "files.completeUploadExternal": Method(complete_upload, T4, WRITE),
    "files.info": Method(info, T4, READ),
    "files.list": Method(list_files, T3, READ),
    "files.delete": Method(delete, T3, WRITE),
}
