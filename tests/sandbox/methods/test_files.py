"""Files: uploaded, shared, listed and deleted by a plain client, as slack_sdk does it."""

import urllib.error
import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.pretend_workspace import Sandbox
from tests.support.sandbox_client import general, refusal


@pytest.fixture
def place(client: WebClient) -> str:
    return str(client.conversations_create(name="inc-1")["channel"]["id"])


def upload(client: WebClient, name: str = "log.txt", content: bytes = b"abc") -> str:
    given = client.files_getUploadURLExternal(filename=name, length=len(content))
    request = urllib.request.Request(given["upload_url"], content, method="POST")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as response:
        assert response.read() == f"OK - {len(content)}".encode()
    return str(given["file_id"])


def share(client: WebClient, file: str, **where: Any) -> None:
    client.files_completeUploadExternal(files=[{"id": file, "title": "Log"}], **where)


def test_a_file_is_shared_only_after_its_upload(client: WebClient, place: str) -> None:
    given = client.files_getUploadURLExternal(filename="log.txt", length=3)
    early = {"files": [{"id": given["file_id"]}], "channel_id": place}

    assert refusal(client.files_completeUploadExternal, **early) == "file_not_found"
    share(client, upload(client), channel_id=place, initial_comment="see")

    shared = client.conversations_history(channel=place)["messages"][0]
    file = shared["files"][0]
    assert (shared["subtype"], shared["text"]) == ("file_share", "see")
    assert (file["title"], file["filetype"], file["mimetype"], file["size"]) == ("Log", "txt", "text/plain", 3)


def test_files_are_shared_in_several_channels_or_in_none(sandbox: Sandbox, client: WebClient, place: str) -> None:
    share(client, upload(client), channels=[place, general(sandbox)])
    share(client, upload(client, "alone.bin"))

    shared = [
        channel.name
        for channel in sandbox.workspace.channels.values()
        if any(m.files for m in channel.messages.values())
    ]
    assert sorted(shared) == ["general", "inc-1"]
    assert [one["name"] for one in client.files_list()["files"]] == ["alone.bin", "log.txt"]
    assert [one["name"] for one in client.files_list(channel=place)["files"]] == ["log.txt"]
    assert client.files_list(count=1, page=2)["paging"] == {"count": 1, "total": 2, "page": 2, "pages": 2}


def test_a_deleted_file_leaves_a_tombstone_and_is_deleted_once(client: WebClient, place: str) -> None:
    file = upload(client)
    share(client, file, channel_id=place, initial_comment="see")

    client.files_delete(file=file)

    message = client.conversations_history(channel=place)["messages"][0]
    assert (message["text"], message["files"]) == ("see", [{"id": file, "mode": "tombstone"}])
    assert refusal(client.files_delete, file=file) == "file_deleted"
    assert refusal(client.files_info, file=file) == "file_deleted"
    assert refusal(client.files_delete, file="F404") == "file_not_found"
    assert client.files_list()["files"] == []


def test_the_bot_deletes_no_file_of_another(sandbox: Sandbox, client: WebClient) -> None:
    client.conversations_join(channel=general(sandbox))
    ts = sandbox.actor.share_file("ann", "general", "mine.png")
    file = sandbox.workspace.find_channel("general").messages[ts].files[0]["id"]

    assert refusal(client.files_delete, file=file) == "cant_delete_file"
    assert client.files_info(file=file)["file"]["mimetype"] == "image/png"


def test_the_upload_helper_of_the_client_works(client: WebClient, place: str) -> None:
    shared = client.files_upload_v2(content="hello", filename="hi.txt", title="Hi", channel=place)

    assert shared["file"]["title"] == "Hi"
    assert refusal(client.files_delete, file=shared["file"]["id"]) == ""


@pytest.mark.filterwarnings("ignore:.*is deprecated")
@pytest.mark.parametrize("method", ["files.upload", "channels.create", "im.open", "workflows.stepCompleted"])
def test_a_retired_method_is_refused(client: WebClient, method: str) -> None:
    assert refusal(client.api_call, api_method=method) == "method_deprecated"


def fetch(address: str, token: str) -> tuple[int, bytes]:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as response:
            return response.status, b"<html" if response.geturl() != address else response.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


def test_the_bytes_of_a_file_are_given_to_the_app_in_its_channel_and_to_no_one_else(
    sandbox: Sandbox, client: WebClient, place: str
) -> None:
    file = upload(client)
    address = sandbox.workspace.files[file]["url_private_download"]
    assert fetch(address, sandbox.bot_token)[0] == 404
    share(client, file, channel_id=place)

    assert fetch(address, sandbox.bot_token) == (200, b"abc")
    assert fetch(address, "xoxb-other") == (200, b"<html")
    client.files_delete(file=file)
    assert fetch(address, sandbox.bot_token)[0] == 404
