"""Routes of the page without a browser: responses, refusals, and the end of streams when the workspace stops."""

import contextlib
import http.client
import json
import re
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from sandbox.page.page_routes import STYLE_SHEETS
from sandbox.pretend_workspace import Sandbox
from tests.support.sample_app import MANIFEST

STATIC = Path(__file__).resolve().parents[3] / "sandbox" / "page" / "static"
OURS = {"http://www.w3.org/2000/svg"}


def get(sandbox: Sandbox, path: str) -> Any:
    return urllib.request.urlopen(sandbox.page_url + path, timeout=5)


def drain(stream: Any) -> None:
    """Read a stream to its end, regular or by a cut connection."""
    with contextlib.suppress(http.client.IncompleteRead):
        stream.read()


def act(sandbox: Sandbox, kind: str = "application/json", **asked: Any) -> dict[str, Any]:
    request = urllib.request.Request(sandbox.page_url + "ui/act", json.dumps(asked).encode(), {"content-type": kind})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def test_the_pages_content_security_policy_forbids_other_hosts(sandbox: Sandbox) -> None:
    with get(sandbox, "") as answer:
        policy = answer.headers["content-security-policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_no_file_of_the_page_names_another_host() -> None:
    named = {
        (path.name, found)
        for path in STATIC.rglob("*")
        if path.is_file()
        for found in re.findall(r"https?://[\w.-]+\.[a-z]{2,}[\w/.-]*", path.read_text("utf-8"))
        if found not in OURS
    }

    assert named == set()


def test_the_page_gets_every_style_sheet_in_one_request(sandbox: Sandbox) -> None:
    with get(sandbox, "") as answer:
        linked = re.findall(r'rel="stylesheet" href="/([^"]+)"', answer.read().decode())
    with get(sandbox, linked[0]) as answer:
        styles = answer.read().decode()

    assert len(linked) == 1
    assert answer.headers["content-type"].startswith("text/css")
    sheets = {path.stem: path.read_text("utf-8") for path in (STATIC / "css").iterdir()}
    assert [name for name, text in sheets.items() if text not in styles] == []
    assert sorted(sheets) == sorted(STYLE_SHEETS)
    assert styles == "\n".join(sheets[name] for name in STYLE_SHEETS)


def test_no_file_of_the_page_is_longer_than_three_hundred_lines() -> None:
    long = [p.name for p in STATIC.rglob("*") if p.is_file() and len(p.read_text("utf-8").splitlines()) > 300]

    assert long == []


def test_no_script_of_the_page_writes_markup() -> None:
    """Text enters the document only through text nodes, so no function that parses markup may be used."""
    doors = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function")

    assert [path.name for path in STATIC.rglob("*.js") if doors.search(path.read_text("utf-8"))] == []


def test_a_snapshot_holds_the_messages_of_the_selected_channel_only(sandbox: Sandbox) -> None:
    channel = sandbox.workspace.find_channel("ops").id
    with get(sandbox, f"ui/snapshot?as={sandbox.workspace.find_person('ben').id}&channel={channel}") as answer:
        seen = json.load(answer)

    assert {one["name"]: one["messages"] is not None for one in seen["channels"]} == {"general": False, "ops": True}
    assert [one["command"] for one in seen["commands"]] == ["/help-me", "/hush-all", "/hush"]


def test_an_unknown_person_gets_the_first_persons_snapshot(sandbox: Sandbox) -> None:
    with get(sandbox, "ui/snapshot?as=UNOBODY") as answer:
        assert json.load(answer)["me"] == sandbox.workspace.find_person("ann").id


def test_a_rejected_action_returns_a_sentence(sandbox: Sandbox) -> None:
    ann = sandbox.workspace.find_person("ann").id

    assert act(sandbox, **{"as": ann, "do": "post", "channel": "nowhere", "text": "hi"})["error"]
    assert act(sandbox, **{"as": ann, "do": "post", "channel": "general"})["error"] == "'text' is missing or unknown"
    assert act(sandbox, **{"as": ann, "do": "explode"})["error"] == "nothing here is called explode"


def test_a_page_of_another_site_cannot_act(sandbox: Sandbox) -> None:
    """A browser lets other sites post plain text without a preflight, so only JSON is accepted."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        act(sandbox, "text/plain", **{"as": "ann", "do": "post", "channel": "general", "text": "hi"})

    refused.value.close()
    assert refused.value.code == 415
    assert [m for m in sandbox.workspace.find_channel("general").messages.values() if m.text == "hi"] == []


def test_a_permalink_redirects_to_the_message(sandbox: Sandbox) -> None:
    with get(sandbox, "archives/C0000001/p1700000000000100?thread_ts=1700000000.000001&cid=C0000001") as answer:
        assert answer.url.endswith("/?channel=C0000001&ts=1700000000.000100&thread=1700000000.000001")


def test_the_stream_sends_changes_and_ends_with_the_workspace() -> None:
    with Sandbox(manifest=MANIFEST) as sandbox:
        stream = get(sandbox, "ui/stream")
        sandbox.wire_log.record(at="now", kind="api", name="chat.postMessage", detail={}, result="ok")
        line = stream.readline()
        ended = threading.Event()
        threading.Thread(target=lambda: (drain(stream), ended.set()), daemon=True).start()

    assert json.loads(line.removeprefix(b"data: "))["wire"][-1]["name"] == "chat.postMessage"
    assert ended.wait(5)
    stream.close()
