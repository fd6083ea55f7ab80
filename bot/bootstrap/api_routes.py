"""Builds the API at `/api` from the parts of an instance. Starts nothing; imported only where the API is switched on."""

from __future__ import annotations

from typing import Final

from starlette.routing import Mount

from bot.api.assistants.mcp_mount import McpMount
from bot.api.callers import Callers, service_actor
from bot.api.problem import ApiCode, Problem
from bot.api.rest.exchange import problem_response
from bot.api.rest.rest_app import BASE, rest_app
from bot.api.service import ApiService
from bot.rendering.renderer import Mode, Renderer
from bot.requests.reply import Texts
from bot.requests.request_path import RequestPath
from bot.slack.user_directory import UserDirectory
from bot.web.http_app import ApiRoutes
from commands.core.record_service import RecordService
from commands.core.request import Actor
from incident.model.api.api_token import ApiToken
from roles.person_ids import slack_user
from storage.store import Store

MCP: Final = "/api/mcp"
_NOT_FOUND, _TOO_OFTEN, _TOO_LARGE = 404, 429, 413


def callers_of(store: Store, record: RecordService, people: UserDirectory) -> Callers:
    """Build what identifies callers by their tokens."""

    def actor_of(token: ApiToken) -> Actor:
        user = slack_user(token.owner)
        return people.actor(user, record.policy) if user else service_actor(token, record.policy)

    return Callers(store.tokens, actor_of, record.clock)


def service_of(record: RecordService, people: UserDirectory, command: str) -> ApiService:
    """Build what the API asks of the record."""
    return ApiService(people.team, RequestPath(record, Texts(Renderer(Mode.TERMINAL, names=people.name), command)))


def api_routes(store: Store, record: RecordService, people: UserDirectory, command: str) -> ApiRoutes:
    """Build the routes of the API."""
    service, callers = service_of(record, people, command), callers_of(store, record, people)
    app = rest_app(service, callers)
    refusals = {
        _NOT_FOUND: Problem(ApiCode.NOT_FOUND, "api_not_found"),
        _TOO_OFTEN: Problem(ApiCode.TOO_OFTEN, "api_too_often", facts={"seconds": "1"}, headers={"Retry-After": "1"}),
        _TOO_LARGE: Problem(ApiCode.TOO_LARGE, "api_too_large"),
    }
    routes = (Mount(BASE, app=app), Mount(MCP, app=McpMount(service, callers)))
    return ApiRoutes(routes, lambda status: problem_response(refusals[status]))
