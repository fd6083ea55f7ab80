"""The pretend workspace: state, Web API, Socket Mode and page, served from one thread of this process.

The only place where its parts are put together. The server binds to loopback and rejects other host names.
"""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sandbox.api.api_call import Services
from sandbox.api.tiers import Tiers
from sandbox.delivery.dispatcher import Dispatcher, Timing
from sandbox.delivery.event_pump import EventPump
from sandbox.delivery.http_delivery import HttpDelivery, is_loopback
from sandbox.delivery.response_urls import ResponseUrls
from sandbox.delivery.socket_mode_server import SocketModeServer
from sandbox.delivery.trigger_ids import TriggerIds
from sandbox.faults import Faults
from sandbox.http.file_endpoint import FileEndpoint
from sandbox.http.response_endpoint import ResponseEndpoint
from sandbox.http.routes import application
from sandbox.http.server_thread import ServerThread
from sandbox.http.web_api_endpoint import Tokens, WebApiEndpoint
from sandbox.methods.scheduled_messages import post_due
from sandbox.page.page_routes import page_routes
from sandbox.phones.phones import Phones
from sandbox.phones.provider_routes import provider_routes
from sandbox.scopes import Scopes
from sandbox.state.entities import Notice, Payload, Person
from sandbox.state.snapshot import snapshot
from sandbox.state.workspace import Workspace
from sandbox.state.workspace_clock import Clock, RealClock
from sandbox.user_actions.actor import Actor
from sandbox.user_actions.client_manifest import ClientManifest
from sandbox.wire_log import WireLog


class Sandbox:
    """A pretend Slack workspace. `start` it, point an app at `base_url` with the tokens, act as people by `actor`."""

    def __init__(  # noqa: PLR0913 - the composition names every option
        self,
        people: Iterable[Person] = (),
        *,
        manifest: Mapping[str, Any] | None = None,
        channels: Iterable[str] = ("general",),
        clock: Clock | None = None,
        faults: Faults | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        strict_tiers: bool = True,
        timing: Timing | None = None,
        sends_events: bool = True,
    ) -> None:
        if not is_loopback(host):
            raise ValueError(f"the pretend workspace stays on this machine and does not bind to {host}")
        self.manifest, self.clock = manifest, clock or RealClock()
        self.faults, self.wire_log = faults or Faults(), WireLog()
        self.shared_folders: dict[str, Path] = {}
        self.bot_token = "xoxb-sandbox-bot"  # noqa: S105 - opens this pretend workspace only
        self.app_token = "xapp-1-sandbox-app"  # noqa: S105 - opens this pretend workspace only
        self.signing_secret = "sandbox-signing-secret"  # noqa: S105 - opens this pretend workspace only
        self.workspace = Workspace(self.clock, bot_name=bot_name(manifest))
        self._populate(people, channels)
        timing = timing or Timing()
        self.triggers = TriggerIds(self.workspace, timing.trigger_seconds)
        self._response_urls = ResponseUrls(self.workspace)
        self.dispatcher = Dispatcher(self.workspace, self.wire_log, timing, self.faults)
        self.sockets = SocketModeServer(self.workspace.app_id, self.dispatcher.acknowledge, self._record_socket_event)
        self.actor = Actor(
            self.workspace,
            self.wire_log,
            dispatcher=self.dispatcher,
            triggers=self.triggers,
            responses=self._response_urls,
            client_manifest=ClientManifest(manifest),
        )
        scopes = Scopes(manifest)
        self.phones = Phones(self.clock, self.wire_log.mark_changed)
        self._event_pump = EventPump(
            self.workspace, self.dispatcher, manifest=manifest, scopes=scopes, faults=self.faults
        )
        if sends_events:
            self.workspace.subscribe(self._event_pump.on_event)
        self._web_api = self._build_web_api(scopes, Tiers(self.clock, strict=strict_tiers))
        self._response_endpoint = ResponseEndpoint(self.workspace, self._response_urls, self.wire_log)
        self.faults.on_socket_command(self._command_sockets)
        self._host, self._port = host, port
        self._http_delivery: HttpDelivery | None = None
        self._server_thread: ServerThread | None = None

    def start(self) -> "Sandbox":
        """Serve from a thread; return when requests are answered."""
        page = [*page_routes(self), *provider_routes(self.phones)]
        scopes = Scopes(self.manifest)
        files = FileEndpoint(self.workspace, scopes, bot_token=self.bot_token, faults=self.faults)
        app = application(self._web_api, self._response_endpoint, files, self.sockets, page)
        self._server_thread = ServerThread(app, self._host, self._port, every_tick=self._tick)
        self._server_thread.start()
        self._response_urls.root = f"{self.page_url}respond/"
        self.workspace.file_root = self.page_url
        self.dispatcher.start(self._server_thread.loop, self.sockets)
        return self

    def stop(self) -> None:
        """Stop at once. Open sockets and waiting requests are cut."""
        self.wire_log.close()
        self.dispatcher.stop()
        if self._http_delivery is not None:
            self._http_delivery.close()
        if self._server_thread is not None:
            self._server_thread.stop()
            self._server_thread = None

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def page_url(self) -> str:
        """The URL of the workspace's page, with a trailing slash. RuntimeError when the workspace is not running."""
        if self._server_thread is None:
            raise RuntimeError("the workspace is not running")
        return f"http://{self._host}:{self._server_thread.port}/"

    @property
    def base_url(self) -> str:
        """The base URL of the Web API, ending in /api/."""
        return f"{self.page_url}api/"

    def deliver_to(self, *urls: str, copies: int = 1) -> None:
        """Deliver by signed HTTP requests from now on.

        Each envelope goes to `copies` of these loopback URLs, chosen at random, as a load balancer does.
        """
        if self._server_thread is None:
            raise RuntimeError("the workspace is not running")
        self._http_delivery = HttpDelivery(
            urls,
            self.signing_secret,
            loop=self._server_thread.loop,
            acknowledge=self.dispatcher.acknowledge,
            report_failure=self.dispatcher.report_failure,
            copies=copies,
        )
        self.dispatcher.use_transport(self._http_delivery)

    def outstanding(self) -> int:
        """Count the envelopes that are neither acknowledged nor given up."""
        return self.dispatcher.outstanding() + self._event_pump.held_count()

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until no envelope is outstanding. False on timeout."""
        deadline = time.monotonic() + timeout
        while self.outstanding():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.002)
        return True

    def redeliver(self, timeout: float = 10.0) -> bool:
        """Redeliver the undelivered events one by one in their order. True if all were acknowledged."""
        while deliveries := self.dispatcher.retry_now():
            if not deliveries[0].wait(timeout).acked:
                return False
        return True

    def wait_for_socket(self, timeout: float = 10.0, count: int = 1) -> bool:
        """Wait for this many open connections. False on timeout."""
        deadline = time.monotonic() + timeout
        while self.sockets.count() < count:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def snapshot(self, user: str, messages_of: Iterable[str] | None = None) -> Payload:
        """Return what one person sees, with the number of the latest change as `seq`."""
        seq = self.wire_log.seq
        channel_ids = None if messages_of is None else set(messages_of)
        return {"seq": seq, **snapshot(self.workspace, user, manifest=self.manifest, messages_of=channel_ids)}

    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice over the page in place of the last one, or none."""
        with self.workspace.lock:
            self.workspace.notice = notice
        self.wire_log.mark_changed()

    def share_folder(self, name: str, folder: Path) -> None:
        """Serve the files of a folder at `shared/name/` of the page, to whoever has the page open."""
        self.shared_folders[name] = folder.resolve()

    def wait_for_change(self, seq: int, timeout: float = 15.0) -> int:
        """Block until a change is newer than `seq` or the timeout is over. Return the latest number."""
        return self.wire_log.wait_for_change(seq, timeout)

    def _build_web_api(self, scopes: Scopes, tiers: Tiers) -> WebApiEndpoint:
        """Build the endpoint that the app calls."""
        services = Services(
            scopes, self.triggers, self.sockets.new_ticket, tiers.take_channel_slot, page_url=lambda: self.page_url
        )
        tokens = Tokens(self.bot_token, self.app_token)
        return WebApiEndpoint(
            self.workspace, services, tokens=tokens, tiers=tiers, faults=self.faults, wire_log=self.wire_log
        )

    def _populate(self, people: Iterable[Person], channels: Iterable[str]) -> None:
        for person in people:
            self.workspace.add_person(person)
        members = [one.id for one in self.workspace.people.values() if not (one.is_bot or one.is_restricted)]
        for name in channels:
            channel = self.workspace.add_channel(name, members[0] if members else self.workspace.bot.id)
            channel.members = list(members)

    def _tick(self) -> None:
        self.dispatcher.retry_due()
        self._event_pump.release_overdue()
        if post_due(self.workspace):
            self.wire_log.mark_changed()

    def _command_sockets(self, command: str) -> None:
        server_thread = self._server_thread
        if server_thread is not None:
            with suppress(RuntimeError):  # The loop is closed: the workspace has stopped.
                server_thread.loop.call_soon_threadsafe(self.sockets.run_command, command)

    def _record_socket_event(self, kind: str, name: str) -> None:
        self.wire_log.record(at=self.clock.now().isoformat(), kind=kind, name=name, detail={})


def bot_name(manifest: Mapping[str, Any] | None) -> str:
    """Return the bot user's name in the manifest, `muster` by default."""
    user = ((manifest or {}).get("features") or {}).get("bot_user") or {}
    return str(user.get("display_name") or "muster").lower()
