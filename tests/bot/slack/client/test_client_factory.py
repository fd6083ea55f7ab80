"""Clients of Slack share what is expensive to make."""

from __future__ import annotations

import ssl

from slack_bolt import App
from slack_sdk import WebClient

from bot.call_deadline import trusted_tls
from bot.slack.client.client_factory import client_for
from bot.slack.socket_mode.sdk_socket import SdkSocket


def test_clients_share_one_context_that_verifies_the_other_side() -> None:
    first, second = client_for("https://slack.com/api/"), client_for("https://slack.com/api/", "xoxb-1")

    assert first.ssl is second.ssl is trusted_tls()
    assert trusted_tls().verify_mode is ssl.CERT_REQUIRED
    assert trusted_tls().check_hostname


def test_a_client_of_plain_http_has_none() -> None:
    assert client_for("http://127.0.0.1:8790/api/").ssl is None


def test_the_socket_shares_it_too() -> None:
    app = App(name="a", client=WebClient("xoxb-1"), token_verification_enabled=False)

    SdkSocket.of(app, "xapp-1", threads=1, ping_seconds=10).close()

    assert app.client.ssl is trusted_tls()


def test_the_app_of_a_workspace_has_a_name_of_its_own(place) -> None:
    """Bolt would look for one through the source of every loaded module."""
    assert place.app.name == "muster"
