"""The public routes: what is read of a request before anyone decides, and what is refused unread."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from bot.web.answer_routes import Posted, WebReply
from bot.web.http_app import web_app
from bot.web.http_server import WebServer
from bot.web.startup_page import startup_page
from tests.support.wait import until

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Echo:
    """Endpoints that repeat what reached them."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []

    def page(self, medium: str, token: str) -> WebReply:
        return WebReply(200, f"{medium} {token}", "text/html", {"X-More": "yes"})

    def answered(self, medium: str, token: str, posted: Posted) -> WebReply:
        self.posted.append(posted)
        return WebReply(409, f"{medium} {token}")

    def received(self, provider: str, posted: Posted) -> WebReply:
        self.posted.append(posted)
        return WebReply(204, provider)


@pytest.fixture(scope="module")
def echo() -> Echo:
    return Echo()


@pytest.fixture(scope="module")
def address(echo: Echo) -> Iterator[str]:
    server = WebServer(web_app(lambda: True, answers=echo), port=0)
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


def asked(address: str, body: bytes | None = None, **headers: str) -> tuple[int, str, dict[str, str]]:
    request = urllib.request.Request(address, body, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=5) as reply:
            return reply.status, reply.read().decode(), dict(reply.headers)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), dict(refused.headers)


def test_a_page_is_kept_by_no_cache_and_its_address_goes_to_no_other_site(address: str) -> None:
    status, text, headers = asked(f"{address}/answer/email/t0ken")

    assert (status, text) == (200, "email t0ken")
    assert headers["content-type"].startswith("text/html")
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-more"] == "yes"


def test_a_form_arrives_with_its_fields_and_the_target_that_was_signed(address: str, echo: Echo) -> None:
    status, text, _ = asked(f"{address}/answer/voice/t0ken?a=b%20c", b"Digits=4&Empty=", **FORM)

    assert (status, text) == (409, "voice t0ken")
    assert echo.posted[-1].form == {"Digits": "4", "Empty": ""}
    assert echo.posted[-1].target == "/answer/voice/t0ken?a=b%20c"
    assert echo.posted[-1].query == {"a": "b c"}


def test_a_webhook_arrives_to_the_letter(address: str, echo: Echo) -> None:
    status, _, _ = asked(f"{address}/answer/pagerduty", b'{"a":  1}', Content_Type="application/json; charset=utf-8")

    assert status == 204
    assert echo.posted[-1].body == b'{"a":  1}'
    assert echo.posted[-1].form == {}


def test_a_button_without_a_body_is_taken(address: str, echo: Echo) -> None:
    status, _, _ = asked(f"{address}/answer/ntfy/t0ken?answer=accepted", b"", Content_Type="text/plain")

    assert status == 409
    assert echo.posted[-1].query == {"answer": "accepted"}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"Digits=4", "text/plain", 415),
        (b"--x\r\n\r\n4", "multipart/form-data; boundary=x", 415),
        (b"\xff=4", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(101)), "application/x-www-form-urlencoded", 400),
        (b"a=" + b"x" * 256_000, "application/x-www-form-urlencoded", 413),
    ],
    ids=["another type", "several parts", "no text", "many fields", "too large"],
)
def test_what_no_provider_sends_is_refused_before_anyone_decides(
    body: bytes, kind: str, status: int, address: str, echo: Echo
) -> None:
    before = len(echo.posted)

    assert asked(f"{address}/answer/sms", body, Content_Type=kind)[0] == status
    assert len(echo.posted) == before


@pytest.mark.parametrize("path", ["/answer/email/t0ken", "/answer/sms", "/answer/"])
def test_without_a_public_address_the_routes_do_not_exist(path: str) -> None:
    server = WebServer(web_app(lambda: True), port=0)
    server.start()
    status, _, _ = asked(f"http://127.0.0.1:{server.port}{path}", b"")
    server.stop()

    assert status == 404


def test_while_muster_starts_providers_are_asked_to_come_again() -> None:
    server = WebServer(startup_page(lambda: "", has_answers=True), port=0)
    server.start()
    address = f"http://127.0.0.1:{server.port}"
    replies = [asked(f"{address}/answer/pagerduty", b"{}"), asked(f"{address}/answer/email/t0ken")]
    server.stop()

    assert [status for status, _, _ in replies] == [503, 503]
    assert all("answer in Slack" in text and headers["retry-after"] for _, text, headers in replies)


def test_an_error_of_ours_is_answered_without_words_and_logged_without_the_token(
    address: str, echo: Echo, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.delattr(Echo, "answered")

    status, text, _ = asked(f"{address}/answer/voice/t0ken-of-a-call", b"Digits=4", **FORM)

    assert (status, text) == (500, "Internal Server Error")
    assert until(lambda: "AttributeError" in caplog.text)
    assert "t0ken-of-a-call" not in caplog.text


def test_monitoring_has_a_rate_of_its_own_beside_the_public_one(address: str) -> None:
    statuses = {asked(f"{address}/answer/email/{n}")[0] for n in range(60)}

    assert statuses == {200}
    assert asked(f"{address}/healthz")[0] == 200
