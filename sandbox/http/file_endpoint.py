"""The address of a file's bytes (`url_private`): given to the app with its token and the scope, as Slack does."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from sandbox.faults import Faults
from sandbox.http.web_api_endpoint import token_of
from sandbox.scopes import Scopes
from sandbox.state.workspace import Workspace

_SCOPE = "files:read"


class FileEndpoint:
    """The endpoint of every file. Who may not read it is sent to the sign-in page, as by Slack."""

    def __init__(self, ws: Workspace, scopes: Scopes, *, bot_token: str, faults: Faults) -> None:
        self._ws, self._scopes = ws, scopes
        self._bot_token, self._faults = bot_token, faults

    async def download(self, request: Request) -> Response:
        """Answer with the bytes."""
        status = self._faults.consume("status", "files.download")
        if status is not None:
            return PlainTextResponse("Server Error", int(status))
        file_id = request.path_params["file"].partition("-")[2]
        has_scope = self._scopes.has(_SCOPE)
        with self._ws.lock:
            file, content = self._ws.files.get(file_id), self._ws.file_bytes.get(file_id)
            sees = any(
                self._ws.bot.id in channel.members and any(one["id"] == file_id for one in message.files)
                for channel in self._ws.channels.values()
                for message in channel.messages.values()
            )
        if token_of(request, {}) != self._bot_token or not has_scope:
            return RedirectResponse(f"/?redir=%2Ffiles-pri%2F{file_id}", 302)
        if file is None or content is None or not sees:
            return PlainTextResponse("not found", 404)
        return Response(content, media_type=file["mimetype"])
