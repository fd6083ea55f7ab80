"""Two entry points and no third: every listener, route and command line makes a request or a capture.

One test composes Muster and lists every function that Slack and HTTP can reach. The others read the sources of those
functions, and of all that they import: none may reach storage or Slack by itself, or change an incident by anything but
`RecordService.run` and `RecordService.capture`. A changed copy of a source shows that each rule bites.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.authorization import AuthorizeResult
from starlette.routing import Mount, Route

from bot.bootstrap.api_routes import api_routes
from bot.bootstrap.composition import compose
from bot.bootstrap.public_address import public_answers
from bot.bootstrap.receivers import bolt_app
from bot.config.settings import Settings
from bot.web.http_app import web_app
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person

ROOT = Path(__file__).resolve().parents[1]

# Modules that receive a payload, a request or a typed line.
SURFACES = (
    "bot.slack.bolt_app",
    "bot.slack.listeners",
    "bot.web",
    "bot.api.rest",
    "bot.api.assistants",
    "bot.cli.incident_command",
)
# Opens the database before the command line acts; no input passes through it.
COMPOSES = ("bot.cli.database_access",)
# Wraps listeners to limit and measure how long they take.
WRAPS = ("bot.slack.gateway.listener_deadline",)
# Modules that call Slack for a listener; nothing that they send is recorded.
SPEAKS = {
    "bot.slack.responder": "opens forms and sends replies",
    "bot.slack.user_directory": "lists the members, on a schedule",
    "bot.slack.client.account_lookup": "asks who an account is that acts for the first time",
    "bot.slack.client.web_api": "is the worker's client, used where nothing can be recorded",
    "bot.slack.degraded.provisional_channel": "says that the database is absent, when nothing can be recorded",
    "bot.slack.client.client_factory": "makes the clients",
    "bot.call_deadline": "bounds the calls of these",
    "bot.notify.provider_api": "pages people from a job; what answers a page imports the channels for their words alone",
}
# What may be imported of storage: its errors and time limit, and how a database URL is read.
KNOWN_OF_STORAGE = ("storage.errors", "storage.database.time_limit", "storage.database.engine.read_url")
# Methods of a transaction that change nothing.
LOOKS_UP = (
    "find",
    "peek",
    "entries",
    "message",
    "open_page",
    "own_incidents",
    "open_of_service",
    "in_channels",
    "newest",
    "person",
)
ENTRY_POINTS = ("commands.core.record_service", "commands.core.run.run", "commands.core.capture")
# Methods of RecordService that only the worker and the drain of the spool may call.
NO_ENTRY_POINTS = ("note", "tick", "capture_into")
CLIENTS = (
    "slack_sdk.WebClient",
    "slack_sdk.web",
    "slack_sdk.webhook",
    "slack_sdk.socket_mode",
    "urllib.request",
    "requests",
)


def path_of(module: str) -> Path | None:
    found = [ROOT / f"{module.replace('.', '/')}{end}" for end in (".py", "/__init__.py")]
    return next((path for path in found if path.exists()), None)


def is_in(module: str, names: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def imports(source: str) -> Iterator[tuple[str, str]]:
    """Yield every import as the module that it names and the whole name of what it takes from there."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def reachable() -> tuple[str, ...]:
    """Return every module of the bot that a surface imports, directly or not."""
    files = sorted(
        {
            *(ROOT / "bot/slack/listeners").glob("*.py"),
            *(ROOT / "bot/web").rglob("*.py"),
            *(ROOT / "bot/api/rest").rglob("*.py"),
            *(ROOT / "bot/api/assistants").rglob("*.py"),
        }
    )
    todo = [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]
    todo += ["bot.slack.bolt_app", "bot.cli.incident_command", "bot.notify.answers.public_answers"]
    seen: set[str] = set()
    while todo:
        module = todo.pop()
        path = path_of(module)
        if module in seen or path is None or module in COMPOSES:
            continue
        seen.add(module)
        used = [name for pair in imports(path.read_text("utf-8")) for name in pair]
        todo += [name for name in used if name.startswith("bot.")]
    return tuple(sorted(seen))


def enqueues_only(call: ast.Call, tree: ast.AST) -> bool:
    """True if a transaction only looks things up and enqueues jobs: a job changes no incident."""
    work = call.args[0] if call.args else None
    if isinstance(work, ast.Name):
        named = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == work.id]
        return bool(named) and all(touches_only(node, {*LOOKS_UP, "enqueue"}) for node in named)
    return isinstance(work, ast.Lambda) and touches_only(work, {"enqueue"})


def touches_only(work: ast.FunctionDef | ast.Lambda, allowed: set[str]) -> bool:
    """True if a function calls only these methods of its transaction, and passes it on to no other function."""
    unit = work.args.args[0].arg
    inside = [node for part in (work.body if isinstance(work.body, list) else [work.body]) for node in ast.walk(part)]
    used = [node for node in inside if isinstance(node, ast.Attribute) and is_named(node.value, unit)]
    seen = [node for node in inside if is_named(node, unit)]
    return len(seen) == len(used) and all(node.attr in allowed for node in used)


def is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def violations(module: str, source: str) -> list[str]:
    """Return everything in a source that bypasses the two entry points."""
    wrong = []
    for base, whole in imports(source):
        if is_in(base, ("storage", "sqlalchemy", "sqlmodel")) and (
            is_in(module, SURFACES) or not (is_in(whole, KNOWN_OF_STORAGE) or whole.startswith("sqlalchemy.exc."))
        ):
            wrong.append(f"{module} reaches storage: {whole}")
        if is_in(whole, CLIENTS) and module not in (*SPEAKS, "bot.slack.bolt_app"):
            wrong.append(f"{module} reaches Slack: {whole}")
        if is_in(
            base,
            (
                "commands.core.run",
                "commands.core.request_handler",
                "commands.core.sessions",
                "commands.core.capture",
            ),
        ):
            wrong += [] if is_in(whole, ENTRY_POINTS) else [f"{module} bypasses the entry points: {whole}"]
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in NO_ENTRY_POINTS:
                wrong.append(f"{module} bypasses the entry points, in line {node.lineno}")
            if node.func.attr == "transact" and not enqueues_only(node, tree):
                wrong.append(f"{module} changes the record by itself, in line {node.lineno}")
            if module in SURFACES or is_in(module, ("bot.slack.listeners", "bot.web")):
                spoken = node.func.attr.startswith(("chat_", "conversations_", "views_", "api_call"))
                wrong += [f"{module} calls Slack, in line {node.lineno}"] if spoken else []
    return wrong


@pytest.fixture(scope="module")
def surfaces(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Compose Muster and return its Bolt app and its web application."""
    with Sandbox([Person("ann", "Ann")]) as sandbox:
        given: dict[str, Any] = {
            "_env_file": None,
            "slack_bot_token": sandbox.bot_token,
            "slack_app_token": sandbox.app_token,
            "slack_api_url": sandbox.base_url,
            "database_url": f"sqlite:///{tmp_path_factory.mktemp('entry-points')}/muster.db",
            "MUSTER_POLICY": ROOT / "policy.yaml",
            "MUSTER_SPOOL": tmp_path_factory.mktemp("spool"),
            "MUSTER_PUBLIC_URL": "https://muster.internal",
        }
        settings = Settings(**given)
        muster = compose(settings)
        app = bolt_app(settings, muster.gateway, AuthorizeResult(enterprise_id=None, team_id=muster.gateway.team))
        answers = public_answers(settings, muster.store, muster.gateway.record, muster.gateway.users)
        api = api_routes(muster.store, muster.gateway.record, muster.gateway.users, settings.command)
        yield {"app": app, "web": web_app(lambda: True, app, answers=answers, api=api)}
        muster.stop()


def home_of(function: Callable[..., Any]) -> str:
    """Return the module of a function, or of the function that a wrapper in WRAPS closes over."""
    inner = inspect.unwrap(function)
    inner = getattr(inner, "__func__", inner)
    if inner.__module__ not in WRAPS:
        return str(inner.__module__)
    held = [cell.cell_contents for cell in inner.__closure__ or () if inspect.isroutine(cell.cell_contents)]
    assert len(held) == 1, f"{inner.__qualname__} wraps {len(held)} functions"
    return home_of(held[0])


def listeners(app: Any) -> list[Callable[..., Any]]:
    """Return every function that Bolt calls with a payload, those of its middleware included."""
    found: list[Callable[..., Any]] = []
    for one in app._listeners:
        found += [one.ack_function, *one.lazy_functions, *(m.func for m in one.middleware if hasattr(m, "func"))]
    return found


def server(mount: Mount) -> Route:
    """Return an application without routes of its own as the one route that it is."""
    found = Route(mount.path, mount.app)
    found.endpoint = type(mount.app).__call__
    return found


def routes(web: Any) -> list[Any]:
    """Return every route of an application, those of the applications that are mounted in it included."""
    mounts = [one for one in web.routes if isinstance(one, Mount)]
    below = [
        one for mount in mounts for one in (routes(mount.app) if hasattr(mount.app, "routes") else [server(mount)])
    ]
    return [*(one for one in web.routes if not isinstance(one, Mount)), *below]


def strangers(app: Any, web: Any) -> list[str]:
    """Return every listener and route whose function is defined outside SURFACES."""
    functions = [*listeners(app), *(route.endpoint for route in routes(web))]
    return [f"{home_of(one)}.{one.__qualname__}" for one in functions if not is_in(home_of(one), SURFACES)]


def test_every_listener_and_every_route_is_defined_in_a_surface(surfaces: dict[str, Any]) -> None:
    assert len(listeners(surfaces["app"])) >= 25
    assert {route.path for route in routes(surfaces["web"])} >= {
        "/healthz",
        "/slack/events",
        "/answer/{medium}/{token}",
        "/incidents/{number}/note",
    }
    assert strangers(**surfaces) == []


def test_a_listener_or_route_from_elsewhere_is_found(surfaces: dict[str, Any]) -> None:
    def third_entry_point(ack: Callable[[], None]) -> None:
        ack()

    surfaces["app"].command("/third")(third_entry_point)
    surfaces["web"].routes.append(Route("/third", third_entry_point))

    found = strangers(**surfaces)

    del surfaces["app"]._listeners[-1], surfaces["web"].routes[-1]
    assert len(found) == 2
    assert all(name.endswith("third_entry_point") for name in found)


@pytest.mark.parametrize("module", reachable())
def test_no_module_that_a_surface_imports_bypasses_the_entry_points(module: str) -> None:
    path = path_of(module)

    assert path is not None
    assert violations(module, path.read_text("utf-8")) == []


def test_imports_are_followed_through_every_module_between() -> None:
    assert {
        "bot.slack.gateway.request_executor",
        "bot.slack.gateway.typed_lines.typed_command",
        "bot.requests.reply",
        "bot.slack.listeners.block_actions",
        "bot.notify.answers.telephone_answers",
    } <= set(reachable())
    assert "bot.worker.worker" not in reachable()


MUTATIONS = {
    "from storage.store import open_store": "reaches storage",
    "import storage.record.recorder": "reaches storage",
    "from storage import record": "reaches storage",
    "from sqlalchemy import text": "reaches storage",
    "from slack_sdk import WebClient": "reaches Slack",
    "from slack_sdk.web import WebClient": "reaches Slack",
    "from urllib.request import urlopen": "reaches Slack",
    "from commands.core.run import note_outcome": "bypasses the entry points",
    "from commands.core.run import tick": "bypasses the entry points",
    "from commands.core.request_handler import Attempt": "bypasses the entry points",
    "from commands.core.sessions.incident_session import IncidentSession": "bypasses the entry points",
    "def third(gateway): gateway.record.note('key', [], 'job')": "bypasses the entry points",
    "def third(gateway): gateway.record.tick('key')": "bypasses the entry points",
    "def third(gateway, drafts): gateway.recorder.transact(lambda unit: unit.append('key', drafts, None))": "changes the record",
    "def third(gateway, unknown): gateway.recorder.transact(unknown)": "changes the record",
    "def third(gateway): gateway.recorder.transact(lambda unit: save(unit))": "changes the record",
    "def third(gateway):\n    def works(unit): unit.append()\n    gateway.recorder.transact(works)": "changes the record",
    "def third(gateway):\n    def works(unit): unit.peek(); save(unit)\n    gateway.recorder.transact(works)": "changes the record",
}


@pytest.mark.parametrize("added", MUTATIONS)
@pytest.mark.parametrize(
    "module",
    [
        "bot.slack.listeners.block_actions",
        "bot.slack.listeners.event_listeners",
        "bot.web.signed_webhook",
        "bot.api.service",
        "bot.cli.incident_command",
        "bot.slack.gateway.typed_lines.typed_command",
    ],
)
def test_a_bypass_of_the_entry_points_is_found_in_a_changed_copy(module: str, added: str) -> None:
    path = path_of(module)
    assert path is not None
    changed = path.read_text("utf-8") + f"\n\n{added}\n"

    found = violations(module, changed)

    assert [one.partition(module)[2].split(":")[0].strip().startswith(MUTATIONS[added]) for one in found] == [True]


def test_a_listener_that_calls_slack_through_a_client_argument_is_found() -> None:
    path = path_of("bot.slack.listeners.block_actions")
    assert path is not None
    changed = path.read_text("utf-8") + "\n\ndef third(client): client.chat_postMessage(channel='C1', text='hello')\n"

    assert ["calls Slack" in one for one in violations("bot.slack.listeners.block_actions", changed)] == [True]


def test_a_transaction_that_only_enqueues_jobs_is_no_third_entry_point() -> None:
    enqueuing = "def third(gateway):\n    def works(unit):\n        unit.enqueue([unit.peek()])\n    gateway.recorder.transact(works)\n"

    assert violations("bot.slack.gateway.job_requests", enqueuing) == []
    assert violations("bot.slack.gateway.job_requests", enqueuing.replace("enqueue", "project")) != []


def test_only_the_errors_of_storage_may_be_imported_and_not_by_a_surface_itself() -> None:
    errors = "from storage.errors import Unavailable\n"

    assert violations("bot.slack.gateway.job_requests", errors) == []
    assert violations("bot.slack.listeners.block_actions", errors) == [
        "bot.slack.listeners.block_actions reaches storage: storage.errors.Unavailable"
    ]
