"""The doubles of Twilio and ntfy: what the app posts to them reaches the pretend telephones."""

from typing import Any
from urllib.parse import parse_qsl

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.phones.phones import Phones

ROOT = "/phones"
_ACCOUNT = f"{ROOT}/twilio/2010-04-01/Accounts/{{account}}"


def provider_routes(phones: Phones) -> list[BaseRoute]:
    """Return the routes of both providers."""
    api = _Providers(phones)
    return [
        Route(f"{_ACCOUNT}.json", api.account),
        Route(f"{_ACCOUNT}/{{resource}}.json", api.create, methods=["POST"]),
        Route(f"{_ACCOUNT}/{{resource}}/{{ring}}.json", api.ring, methods=["GET", "POST"]),
        Route(f"{ROOT}/ntfy/", api.publish, methods=["POST"]),
        Route(f"{ROOT}/ntfy/v1/{{what}}", api.account),
    ]


class _Providers:
    def __init__(self, phones: Phones) -> None:
        self._phones = phones

    async def account(self, request: Request) -> Response:
        """Say that the account is in order."""
        return JSONResponse({"status": "active", "healthy": True})

    async def create(self, request: Request) -> Response:
        """Start a call or send a text message."""
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        make = self._phones.call if request.path_params["resource"] == "Calls" else self._phones.text
        return JSONResponse({"sid": await to_thread.run_sync(make, form), "status": "queued"}, 201)

    async def ring(self, request: Request) -> Response:
        """Say what became of a call or a message, or end the call."""
        ring = request.path_params["ring"]
        status = self._phones.status(ring)
        if status is None:
            return JSONResponse({"code": 20404, "message": "The resource was not found"}, 404)
        if request.method == "POST" and not await to_thread.run_sync(self._phones.hang_up, ring):
            return JSONResponse({"code": 21220, "message": "Call is not in-progress. Cannot redirect."}, 400)
        return JSONResponse({"sid": ring, "status": self._phones.status(ring)})

    async def publish(self, request: Request) -> Response:
        """Deliver a push message."""
        message: dict[str, Any] = await request.json()
        return JSONResponse({"id": await to_thread.run_sync(self._phones.push, message), "event": "message"})
