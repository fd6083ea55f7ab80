"""The webhook that Slack calls in HTTP mode: POST /slack/events, refused with 401 unless its signature is valid.

Bolt's RequestVerification checks the signature (`X-Slack-Signature`, made with the signing secret) and the age of the
request, five minutes at most. Requests run on threads, because Bolt's own adapter would block the event loop during a
commit. Knows no verb.
"""

from __future__ import annotations

from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route


def signed_webhook(app: App) -> Route:
    """Return the route that hands requests to the Bolt app, which was built with the signing secret."""

    async def receive(request: Request) -> Response:
        try:
            bolt_request = to_bolt_request(request, await request.body())
        except ClientDisconnect:
            return Response(status_code=413)
        except UnicodeDecodeError:
            return Response(status_code=400)
        return to_starlette_response(await run_in_threadpool(app.dispatch, bolt_request))

    return Route("/slack/events", receive, methods=["POST"])
