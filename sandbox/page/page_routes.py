"""Routes of the page: the files, the snapshot, the stream of changes, and actions.

Blocking calls run on separate threads, so that a person who waits for the app never delays the app.
"""

import json
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from anyio import CapacityLimiter, sleep, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from sandbox.page.page_actions import PRESS_KEY, perform, press_key
from sandbox.phones.phones import Phones
from sandbox.state.snapshot import snapshot
from sandbox.state.workspace import Workspace
from sandbox.user_actions.actor import Actor
from sandbox.wire_log import WireLog

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES = {path.relative_to(STATIC).as_posix(): path for path in sorted(STATIC.rglob("*.*"))}
# In their order, since each may override what those before it say. They are served as one: a request costs more than a sheet.
STYLE_SHEETS = (
    "colours",
    "base",
    "frame",
    "sidebar",
    "composer",
    "message",
    "hanging",
    "text",
    "blocks",
    "fields",
    "windows",
    "popovers",
    "wire",
    "phone",
    "narrow",
)
PAGE_STYLES = "page.css"
MAX_THREADS = 64
POLL_SECONDS = 1.0
COALESCE_SECONDS = 0.05
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class PageContext(Protocol):
    """What the page needs of a sandbox."""

    @property
    def workspace(self) -> Workspace:
        """The state of the workspace."""
        ...

    @property
    def wire_log(self) -> WireLog:
        """The recent envelopes and API calls."""
        ...

    @property
    def actor(self) -> Actor:
        """The actions of people."""
        ...

    @property
    def phones(self) -> Phones:
        """The telephones of people."""
        ...

    @property
    def shared_folders(self) -> Mapping[str, Path]:
        """The folders whose files the page links to, by name."""
        ...

    @property
    def manifest(self) -> Mapping[str, Any] | None:
        """The app's manifest, for its commands and shortcuts."""
        ...


def page_routes(sandbox: PageContext) -> list[BaseRoute]:
    """Return the page's routes."""
    page = _Page(sandbox)
    return [
        Route("/", page.index),
        Route("/archives/{channel}/p{stamp:int}", page.archives),
        Route("/ui/snapshot", page.snapshot),
        Route("/ui/stream", page.stream),
        Route("/ui/act", page.act, methods=["POST"]),
        Route("/ui/static/{file:path}", page.file),
        Route("/shared/{name}/{file:path}", page.shared),
    ]


def _file(name: str) -> Response:
    """Return a static file, read in one go: nothing stays open when the server stops."""
    path = FILES.get(name)
    if path is None:
        return Response(status_code=404, headers=HEADERS)
    return Response(path.read_bytes(), media_type=MEDIA_TYPES[path.suffix], headers=HEADERS)


def _styles() -> Response:
    """Return the style sheets as one."""
    sheets = [FILES[f"css/{name}.css"].read_bytes() for name in STYLE_SHEETS]
    return Response(b"\n".join(sheets), media_type=MEDIA_TYPES[".css"], headers=HEADERS)


def is_read_only(manifest: Mapping[str, Any] | None) -> bool:
    """True if the app's Messages tab accepts no messages."""
    home = ((manifest or {}).get("features") or {}).get("app_home") or {}
    return bool(home.get("messages_tab_read_only_enabled"))


class _Page:
    def __init__(self, sandbox: PageContext) -> None:
        self._sandbox = sandbox
        self._action_threads = CapacityLimiter(MAX_THREADS)
        self._stream_threads = CapacityLimiter(MAX_THREADS)

    async def index(self, request: Request) -> Response:
        """Return the page, which loads the rest."""
        return _file("index.html")

    async def file(self, request: Request) -> Response:
        """Return a script or icon of the page, or all its style sheets as one; 404 for other names."""
        name = request.path_params["file"]
        return _styles() if name == PAGE_STYLES else _file(name)

    async def shared(self, request: Request) -> Response:
        """Return a file of a shared folder; 404 for what is not in it."""
        folder = self._sandbox.shared_folders.get(request.path_params["name"])
        path = (folder / request.path_params["file"]).resolve() if folder else None
        if folder is None or path is None or not path.is_relative_to(folder) or not path.is_file():
            return Response(status_code=404, headers=HEADERS)
        media_type = MEDIA_TYPES.get(path.suffix, "text/plain")
        headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return Response(path.read_bytes(), media_type=media_type, headers=headers)

    async def archives(self, request: Request) -> Response:
        """Redirect a message's permalink to the page that shows it."""
        timestamp = f"{request.path_params['stamp']:07d}"
        query = {"channel": request.path_params["channel"], "ts": f"{timestamp[:-6]}.{timestamp[-6:]}"}
        if thread_ts := request.query_params.get("thread_ts"):
            query["thread"] = thread_ts
        return RedirectResponse(f"/?{urlencode(query)}", headers=HEADERS)

    async def snapshot(self, request: Request) -> Response:
        """Return what one person sees, with the messages of the selected channel."""
        channel = request.query_params.get("channel")
        return JSONResponse(
            await to_thread.run_sync(
                self._snapshot_of, request.query_params.get("as", ""), channel, limiter=self._action_threads
            )
        )

    async def act(self, request: Request) -> Response:
        """Perform one action as one person. Only JSON is accepted, which other sites' pages cannot send."""
        if not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"error": "acts are sent as JSON"}, status_code=415)
        request_body = await request.json()
        return JSONResponse(await to_thread.run_sync(self._perform, request_body, limiter=self._action_threads))

    async def stream(self, request: Request) -> Response:
        """Stream the number of each change, with the wire events since the last one."""
        since = request.query_params.get("since", "0")
        changes = self._changes(int(since) if since.isdigit() else 0)
        return StreamingResponse(changes, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    def _perform(self, request_body: dict[str, Any]) -> dict[str, Any]:
        if request_body.get("do") == PRESS_KEY:
            return press_key(self._sandbox.phones, request_body)
        return perform(self._sandbox.actor, request_body)

    def _snapshot_of(self, user: str, channel: str | None) -> dict[str, Any]:
        ws = self._sandbox.workspace
        with ws.lock:
            if user not in ws.people:
                user = next((one.id for one in ws.people.values() if not one.is_bot and not one.deleted), ws.bot.id)
        visible = snapshot(ws, user, manifest=self._sandbox.manifest, messages_of=[channel] if channel else [])
        phones = self._sandbox.phones
        more = {"phone": phones.of(user), "ringing": phones.rings_at()}
        return visible | more | {"app_is_read_only": is_read_only(self._sandbox.manifest)}

    async def _changes(self, seq: int) -> AsyncIterator[str]:
        """Yield server-sent events until the page disconnects or the workspace stops."""
        wire_log = self._sandbox.wire_log
        sent_seq, seq = seq, 0
        while True:
            waited_since = time.monotonic()
            latest = await to_thread.run_sync(wire_log.wait_for_change, seq, POLL_SECONDS, limiter=self._stream_threads)
            if latest != seq:
                events = wire_log.since(sent_seq)
                sent_seq = events[-1].seq if events else sent_seq
                seq = latest
                yield f"data: {json.dumps({'seq': latest, 'wire': [one.shown() for one in events]}, default=str)}\n\n"
                await sleep(COALESCE_SECONDS)
            elif time.monotonic() - waited_since < POLL_SECONDS / 2:
                return  # The wait ended early: the workspace has stopped.
            else:
                yield ": still here\n\n"
