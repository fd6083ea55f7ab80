"""Files: files.getUploadURLExternal, completeUploadExternal, info. The upload itself has its own endpoint."""

from sandbox.api.api_call import ApiCall
from sandbox.api.tiers import T4
from sandbox.methods.chat import destination
from sandbox.methods.method import Method
from sandbox.state.entities import Payload
from sandbox.state.mutations import message_mutations
from sandbox.workspace_errors import SlackError

WRITE = ("files:write",)


def get_upload_url(call: ApiCall) -> Payload:
    """Return an upload URL."""
    name = call.required("filename", "unknown_filename")
    length = call.number("length", 0, maximum=10**10, error="invalid_arguments")
    if not length:
        raise SlackError("file_upload_size_restricted")
    file_id = call.ws.new_id("F")
    call.ws.files[file_id] = {
        "id": file_id,
        "name": name,
        "title": name,
        "size": length,
        "user": call.bot,
        "created": call.ws.seconds(),
        "uploaded": False,
    }
    return {"upload_url": f"{call.services.page_url()}upload/{file_id}", "file_id": file_id}


def complete_upload(call: ApiCall) -> Payload:
    """Share files that were uploaded."""
    requested = call.json("files")
    if not isinstance(requested, list) or not requested:
        raise SlackError("invalid_arguments")
    files = []
    for one in requested:
        file = call.ws.files.get(str(one.get("id")))
        if file is None or not file.get("uploaded"):
            raise SlackError("file_not_found")
        file["title"] = one.get("title") or file["title"]
        files.append(file)
    if call.text("channel_id"):
        args = {**call.args, "channel": call.text("channel_id")}
        channel = destination(ApiCall(call.ws, call.services, args))
        thread = call.text("thread_ts") or None
        if thread is not None and thread not in channel.messages:
            raise SlackError("invalid_thread_ts")
        text = call.text("initial_comment")
        message_mutations.post(call.ws, channel, call.bot, text, subtype="file_share", files=files, thread_ts=thread)
    return {"files": files}


def info(call: ApiCall) -> Payload:
    """Return one file."""
    file = call.ws.files.get(call.required("file"))
    if file is None:
        raise SlackError("file_not_found")
    return {"file": file, "comments": [], "response_metadata": {"next_cursor": ""}}


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, T4, WRITE),
    "files.completeUploadExternal": Method(complete_upload, T4, WRITE),
    "files.info": Method(info, T4, ("files:read",)),
}
