"""The webhook that Slack calls in HTTP mode: POST /slack/events, refused with 401 unless its signature is valid.

Bolt's RequestVerification checks the signature (`X-Slack-Signature`, made with the signing secret) and the age of the
request, five minutes at most. A signed body that cannot be parsed gets 400. Requests run on threads, because Bolt's own
adapter would block the event loop during a commit. Knows no verb.
"""

from __future__ import annotations

from slack_bolt import App, BoltContext, BoltRequest
from slack_bolt.adapter.starlette.handler import to_starlette_response
from slack_bolt.request.internals import build_context
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.request_body import Json, parse_body

_UNVERIFIED = 401


def signed_webhook(app: App) -> Route:
    """Return the route that hands requests to the Bolt app, which was built with the signing secret."""

    async def receive(request: Request) -> Response:
        try:
            text = (await request.body()).decode("utf-8")
        except ClientDisconnect:
            return Response(status_code=413)
        except UnicodeDecodeError:
            return Response(status_code=400)
        body = parse_body(text, request.headers.get("content-type", ""))
        bolt_request = _bolt_request(request, text, body or {})
        response = to_starlette_response(await run_in_threadpool(app.dispatch, bolt_request))
        return response if body is not None or response.status_code == _UNVERIFIED else Response(status_code=400)

    return Route("/slack/events", receive, methods=["POST"])


def _bolt_request(request: Request, text: str, body: Json) -> BoltRequest:
    """Return Bolt's request with the text that was signed and the body that was parsed here."""
    bolt_request = BoltRequest(body="", query=str(request.url.query), headers=dict(request.headers))
    bolt_request.raw_body, bolt_request.body = text, body
    bolt_request.context = build_context(BoltContext({}), body)
    return bolt_request
