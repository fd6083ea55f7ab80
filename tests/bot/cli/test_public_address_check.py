"""`muster doctor` on the public address: whether it reaches a Muster, and what is missing where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from bot.cli.checks.check_result import CheckResult, Severity
from bot.cli.checks.public_address_check import check_public_address
from bot.clock import SetClock
from bot.web.http_app import web_app
from bot.web.http_server import WebServer
from tests.support.clock import T0
from tests.support.http_double import BROKEN, Called, HttpDouble
from tests.support.replica_env import free_port


@dataclass
class Proxy(HttpDouble):
    """Another program at the address."""

    status: int = 200

    def play(self, call: Called) -> tuple[int, Mapping[str, Any]]:
        return self.status, {"welcome": "to nginx"}


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    double = Proxy()
    yield double
    double.close()


def checked(url: str | None, *, has_telephone: bool = True) -> list[CheckResult]:
    return list(check_public_address(url, SetClock(T0), has_telephone=has_telephone))


class NoAnswers:
    """Endpoints that are never asked."""


def test_a_muster_that_runs_is_found() -> None:
    server = WebServer(web_app(lambda: True, answers=NoAnswers()), port=0)  # type: ignore[arg-type]
    server.start()
    [result] = checked(f"http://127.0.0.1:{server.port}")
    server.stop()

    assert result.severity is Severity.GOOD
    assert result.message == "Pages are answered at the public address."


def test_without_an_address_only_a_telephone_lacks_it() -> None:
    [result] = checked(None)

    assert result.severity is Severity.NOTE
    assert "no key and no text message answers a page" in result.message
    assert checked(None, has_telephone=False) == []


@pytest.mark.parametrize("status", [200, 301, 404, 401])
def test_another_program_at_the_address_is_an_error(status: int, proxy: Proxy) -> None:
    proxy.status = status

    [result] = checked(proxy.url)

    assert result.severity is Severity.WRONG
    assert "let the reverse proxy pass /answer/ on to it" in result.message


def test_a_muster_that_does_not_run_is_a_note(proxy: Proxy) -> None:
    proxy.faults.append(BROKEN)

    results = [*checked(proxy.url), *checked(f"http://127.0.0.1:{free_port()}")]

    assert [one.severity for one in results] == [Severity.NOTE] * 2
    assert all("start it, and run `muster doctor` again" in one.message for one in results)
