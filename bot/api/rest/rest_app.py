"""The REST API: one route for each verb of the registry, and those that read incidents, entries and the caller."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match

from bot.api.callers import Callers
from bot.api.problem import ApiCode, Problem
from bot.api.rest import endpoints, openapi
from bot.api.rest.exchange import Endpoint, endpoint, problem_response
from bot.api.rest.readers import READERS
from bot.api.service import ApiService
from commands.core import verb_registry
from commands.core.verb import Verb

VERSION: Final = "1"
BASE: Final = "/api/v1"
_IN: Final = openapi.query(endpoints.IN, openapi.NUMBER["schema"], "The incident that it is about")
_STATUSES: Final = {404: ApiCode.NOT_FOUND, 405: ApiCode.METHOD}


def rest_app(service: ApiService, callers: Callers) -> FastAPI:
    """Build the API of one workspace, to be mounted at `BASE`."""
    app = FastAPI(
        title="Muster",
        version=VERSION,
        description=openapi.DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        servers=[{"url": BASE}],
        root_path_in_servers=False,
    )
    _add_readers(app, service, callers)
    for verb in verb_registry.verbs():
        in_path = verb.needs_incident
        run = endpoint(callers, endpoints.verb_work(service, verb, in_path=in_path), has_body=not verb.is_query)
        _add(app, path_of(verb), run, verb_operation(verb), verb)
    _add_errors(app)
    described: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not described:
            described.update(openapi.complete(app.openapi()))
        return described

    async def described_as(request: Request) -> Response:
        return JSONResponse(document())

    app.add_route("/openapi.json", described_as, methods=["GET"])
    return app


def path_of(verb: type[Verb]) -> str:
    """Return the path of a verb's route."""
    if verb.name == "declare":
        return "/incidents"
    return f"/incidents/{{number}}/{verb.name}" if verb.needs_incident else f"/verbs/{verb.name}"


def verb_operation(verb: type[Verb]) -> dict[str, Any]:
    """Return the description of a verb's operation with its path's parameters."""
    if verb.needs_incident:
        return openapi.verb_operation(verb, openapi.NUMBER)
    return openapi.verb_operation(verb) if verb.opens_incident else openapi.verb_operation(verb, _IN)


def _add(app: FastAPI, path: str, run: Endpoint, described: dict[str, Any], verb: type[Verb]) -> None:
    app.add_api_route(
        path,
        run,
        methods=["GET" if verb.is_query else "POST"],
        operation_id=verb.name,
        summary=(verb.__doc__ or "").strip().splitlines()[0],
        tags=[str(verb.group)],
        openapi_extra=described,
        response_model=None,
    )


def _add_readers(app: FastAPI, service: ApiService, callers: Callers) -> None:
    works = {
        "list_incidents": endpoints.list_incidents(service),
        "read_incident": endpoints.read_incident(service),
        "list_entries": endpoints.list_entries(service),
        "read_caller": endpoints.read_caller,
    }
    for one in READERS:
        app.add_api_route(
            one.path,
            endpoint(callers, works[one.name]),
            methods=["GET"],
            operation_id=one.name,
            summary=one.summary,
            tags=["read"],
            openapi_extra=openapi.operation(one.answer, *one.parameters),
            response_model=None,
        )


def _add_errors(app: FastAPI) -> None:
    """Answer with a problem also where no route is, and for a fault of ours, which the server logs."""

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = _STATUSES.get(status, ApiCode.BROKEN)
        headers = {"Allow": ", ".join(_allowed(app, request))} if code is ApiCode.METHOD else {}
        return problem_response(Problem(code, f"api_{code.lower().removeprefix('e_')}", headers=headers))

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, refused)


def _allowed(app: FastAPI, request: Request) -> list[str]:
    """Return the methods of an address: several routes may share one."""
    routes = [one for one in app.routes if one.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for one in routes for method in getattr(one, "methods", None) or ()})
