"""The server of the Model Context Protocol: the tools over standard input, or over HTTP behind the tokens of the API."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

from mcp.server import MCPServer
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from bot.api.assistants.tools import NOTICE, AssistantTools
from bot.api.callers import Caller, Callers
from bot.api.problem import Problem
from bot.api.rest.exchange import absent, problem_response
from bot.api.service import ApiService
from bot.requests.bounded_call import RecordAbsent

_INSTRUCTIONS: Final = f"Reads the record of incidents. {NOTICE} It changes nothing: people act in Slack."
_READS: Final = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True)


def mcp_server(tools: AssistantTools) -> MCPServer:
    """Return the server with every tool."""
    server = MCPServer("muster", instructions=_INSTRUCTIONS)
    for tool in tools.all:
        server.add_tool(tool, annotations=_READS, structured_output=False)
    return server


class McpEndpoint:
    """The server over HTTP. It holds no session: each request names its caller, and needs no other."""

    def __init__(self, service: ApiService, callers: Callers) -> None:
        self._callers = callers
        self._caller: ContextVar[Caller] = ContextVar("mcp_caller")
        self._server = mcp_server(AssistantTools(service, self._caller.get))._lowlevel_server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        authorization = Request(scope).headers.get("authorization", "")
        try:
            caller = await run_in_threadpool(self._callers.identify, authorization)
        except (Problem, RecordAbsent) as refused:
            problem = refused if isinstance(refused, Problem) else absent()
            await problem_response(problem)(scope, receive, send)
            return
        self._caller.set(caller)
        # A token opens this, and no cookie does, so a page of a stranger's in a browser cannot use it.
        safety = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        manager = StreamableHTTPSessionManager(
            self._server, json_response=True, stateless=True, security_settings=safety
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)
