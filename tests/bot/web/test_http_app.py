"""HTTP mode: the same listeners behind the signing secret. The pretend workspace sends signed requests."""

import contextlib
import json
import shutil
import socket
import time
import urllib.error
import urllib.request
from html import unescape

import pytest
from slack_sdk.signature import SignatureVerifier

from bot.web.http_app import web_app
from bot.web.http_server import WebServer
from incident.entries.conversation import MessagePosted, Noted
from tests.support.slack_env import SlackEnv


@pytest.fixture(scope="module")
def served(sqlite_template, tmp_path_factory):
    path = tmp_path_factory.mktemp("http") / "muster.db"
    shutil.copy(sqlite_template, path)
    place = SlackEnv(f"sqlite:///{path}", socket=False)
    server = WebServer(web_app(lambda: True, place.app), port=0, host="127.0.0.1")
    server.start()
    place.sandbox.deliver_to(f"http://127.0.0.1:{server.port}/slack/events")
    yield place, f"http://127.0.0.1:{server.port}"
    server.stop()
    place.close()


def get(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read() or b"null")


def test_commands_forms_and_events_are_received_over_http(served):
    place, _ = served
    incident = place.incident(channel="inc-http")

    place.actor.slash("ann", "inc-http", "/incident", "note typed")
    form = place.actor.slash("ann", "inc-http", "/incident", "note").view()
    place.actor.submit("ann", form.id, {"text": "filled in 🔥"})
    place.actor.post("bea", "inc-http", "said")
    place.sandbox.settle()

    assert [e.fact.text for e in place.entries(incident.key, Noted.kind)] == ["typed", "filled in 🔥"]
    assert [e.fact.text for e in place.entries(incident.key, MessagePosted.kind)] == ["said"]


def test_the_word_payload_in_a_line_or_a_channels_name_loses_no_command(served):
    place, _ = served
    incident = place.incident(channel="payload-errors")
    lines = ["payload too large", "payload=1", "&payload={}", 'payload={"type":"block_actions"} &command=x']

    for line in lines:
        place.actor.slash("ann", "payload-errors", "/incident", f"note {line}")

    assert [unescape(entry.fact.text) for entry in place.entries(incident.key, Noted.kind)] == lines


def test_a_body_that_is_no_json_is_refused_without_a_line_in_the_log(served, caplog):
    place, address = served
    unsigned = urllib.request.Request(
        f"{address}/slack/events", data=b'{"type": ', headers={"Content-Type": "application/json"}
    )

    assert [get_status(unsigned), posted(place, address, '{"type": ')] == [401, 400]
    assert [one for one in caplog.records if one.exc_info] == []


def test_an_unsigned_request_is_refused(served):
    _, address = served
    request = urllib.request.Request(f"{address}/slack/events", data=b'{"type": "event_callback"}', method="POST")

    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request, timeout=5)


def test_a_signature_older_than_five_minutes_is_refused_and_a_present_one_accepted(served):
    place, address = served
    incident = place.incident(channel="inc-late")
    late, fresh = event(place, "inc-late", "sent again by a stranger"), event(place, "inc-late", "sent by Slack")

    answers = [posted(place, address, late, age=301), posted(place, address, fresh)]

    assert answers == [401, 200]
    assert event_text(place, incident) == ["sent by Slack"]


def test_a_signature_is_invalid_for_another_body(served):
    place, address = served
    incident = place.incident(channel="inc-tampered")
    signed, tampered = event(place, "inc-tampered", "rolled back"), event(place, "inc-tampered", "rolled on")

    answers = [posted(place, address, signed, instead=tampered), posted(place, address, signed)]

    assert answers == [401, 200]
    assert event_text(place, incident) == ["rolled back"]


def test_a_body_that_is_not_utf_8_is_refused(served):
    request = urllib.request.Request(f"{served[1]}/slack/events", data=b"\xff\xfe", method="POST")

    assert get_status(request) == 400


def test_healthz_answers_200_while_the_process_is_healthy(served):
    _, address = served

    assert get(f"{address}/healthz") == (200, {"ok": True})


def test_healthz_answers_503_when_it_is_not():
    server = WebServer(web_app(lambda: False), port=0, host="127.0.0.1")
    server.start()

    response = get(f"http://127.0.0.1:{server.port}/healthz")
    server.stop()

    assert response == (503, {"ok": False})


def test_a_body_that_is_too_large_is_refused_unread(served):
    answer = sent(served[1], b"POST /slack/events HTTP/1.1\r\nHost: h\r\nContent-Length: 1000001\r\n\r\n")

    assert b" 413 " in answer.splitlines()[0]


def test_a_body_without_a_declared_size_is_cut_off_at_the_limit(served):
    head = b"POST /slack/events HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

    answer = sent(served[1], head, *[b"10000\r\n" + b"x" * 0x10000 + b"\r\n"] * 40, b"0\r\n\r\n")

    assert b" 413 " in answer.splitlines()[0]


def test_a_client_above_the_rate_limit_gets_429(served):
    _, address = served

    statuses = [get_status(f"{address}/healthz") for _ in range(60)]

    assert 429 in statuses
    assert statuses[0] == 200


def test_a_client_cannot_get_a_new_rate_by_another_forwarded_address(served):
    _, address = served
    asked = [
        urllib.request.Request(f"{address}/nothing", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(60)
    ]

    assert 429 in [get_status(one) for one in asked]


def event_text(place, incident):
    return [entry.fact.text for entry in place.entries(incident.key, MessagePosted.kind)]


def event(place, channel, text):
    """Return the body of Slack's event for a message."""
    at = f"{time.time():.6f}"
    message = {"type": "message", "channel": place.channel(channel), "user": place.user("ann"), "text": text, "ts": at}
    about = {"type": "event_callback", "team_id": place.team, "event_id": f"Ev{text}", "event_time": int(time.time())}
    return json.dumps(about | {"event": message | {"event_ts": at}})


def posted(place, address, body, *, age=0, instead=None):
    """Send a body, or another one instead, with the signature that Slack made for the first `age` seconds ago."""
    at = str(int(time.time()) - age)
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": SignatureVerifier(place.sandbox.signing_secret).generate_signature(
            timestamp=at, body=body
        ),
    }
    return get_status(urllib.request.Request(f"{address}/slack/events", (instead or body).encode(), headers))


def get_status(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def sent(address, *pieces):
    """Send raw bytes, which no client would, and return the response."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        with contextlib.suppress(OSError):
            for piece in pieces:
                connection.sendall(piece)
        return connection.recv(1000)
