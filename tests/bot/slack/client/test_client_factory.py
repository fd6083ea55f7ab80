"""The socket's end: what was taken is answered before the line goes down."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult

from bot.slack.client.client_factory import SocketConnection, client_for
from sandbox.server import Sandbox
from sandbox.state.entities import Person

PATIENCE = 5


def test_what_is_being_done_when_the_socket_stops_is_still_answered() -> None:
    taken, go_on = threading.Event(), threading.Event()

    def slow(ack: Ack) -> None:
        taken.set()
        go_on.wait(PATIENCE)
        ack("done")

    with Sandbox([Person("ilse", "Ilse")]) as sandbox, ThreadPoolExecutor(2) as pool:
        app = App(
            client=client_for(sandbox.base_url),
            authorize=lambda: AuthorizeResult(enterprise_id=None, team_id=None, bot_token=sandbox.bot_token),
            signing_secret="",
            request_verification_enabled=False,
            process_before_response=True,
        )
        app.command("/slow")(slow)
        socket = SocketConnection(app, sandbox.app_token)
        socket.start()
        assert sandbox.wait_for_socket()
        typed = pool.submit(sandbox.acting.slash, "ilse", "general", "/slow", "")
        assert taken.wait(PATIENCE)
        stopping = pool.submit(socket.stop)
        go_on.set()
        delivery = typed.result(PATIENCE)
        stopping.result(PATIENCE)

        assert delivery.acked
        assert delivery.payload == {"text": "done"}
        assert not socket.is_healthy()
