"""Two doors, and no third: every surface is a translation into a request or a capture.

One test composes Muster and lists whatever Slack and HTTP can reach. The others read the sources of what was listed, and
of everything they use: none may reach storage or Slack by itself, or change an incident by anything but
`commands.core.run.run` and `commands.core.capture.capture`. Each rule is shown to bite on a changed copy of a source.
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
from starlette.routing import Route

from bot.bootstrap.composition import compose
from bot.bootstrap.receivers import bolt_app
from bot.config.settings import Settings
from bot.web.http_app import web_app
from sandbox.server import Sandbox
from sandbox.state.entities import Person

ROOT = Path(__file__).resolve().parents[1]

# Where a payload, a request or a line comes in.
SURFACES = ("bot.slack.bolt_app", "bot.slack.listeners", "bot.web", "bot.cli.incident_command")
# What puts a surface together with its database before it is used; nothing that comes in passes through it.
COMPOSES = ("bot.cli.database_access",)
# What only stands around a listener, to see how long it took.
WRAPS = ("bot.slack.gateway.listener_deadline",)
# Who speaks to Slack on a surface's behalf, with what none of which is on the record.
SPEAKS = {
    "bot.slack.responder": "opens forms and tells one person aside",
    "bot.slack.user_directory": "asks for the list of people, when the clock says so",
    "bot.slack.client.web_api": "is the worker's line, used where nothing can be recorded",
    "bot.slack.degraded.provisional_channel": "says that the database is absent, when nothing can be recorded",
    "bot.slack.client.client_factory": "makes the clients",
}
# What may be known of storage: how it says that it is absent, and how a database address is read.
KNOWN_OF_STORAGE = ("storage.errors", "storage.database.time_limit", "storage.database.engine.read_url")
# What a transaction may be asked without changing anything.
LOOKS_UP = ("find", "peek", "entries", "message", "open_incidents", "person")
DOORS = ("commands.core.run.run", "commands.core.capture")
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
    """Give every import as the module it names and the whole name of what is taken from it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, f"{node.module}.{alias.name}") for alias in node.names)


@cache
def reachable() -> tuple[str, ...]:
    """Name every module of the bot that a surface uses, directly or not."""
    files = sorted({*(ROOT / "bot/slack/listeners").glob("*.py"), *(ROOT / "bot/web").rglob("*.py")})
    todo = [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]
    todo += ["bot.slack.bolt_app", "bot.cli.incident_command"]
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


def wants_only(call: ast.Call, tree: ast.AST) -> bool:
    """Tell whether a transaction does nothing but look things up and want jobs: a job to be done is no change."""
    work = call.args[0] if call.args else None
    if isinstance(work, ast.Name):
        named = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == work.id]
        return bool(named) and all(touches_only(node, {*LOOKS_UP, "want"}) for node in named)
    return isinstance(work, ast.Lambda) and touches_only(work, {"want"})


def touches_only(work: ast.FunctionDef | ast.Lambda, allowed: set[str]) -> bool:
    """Tell whether a work uses its transaction for nothing else, and hands it to nobody."""
    unit = work.args.args[0].arg
    inside = [node for part in (work.body if isinstance(work.body, list) else [work.body]) for node in ast.walk(part)]
    used = [node for node in inside if isinstance(node, ast.Attribute) and is_named(node.value, unit)]
    seen = [node for node in inside if is_named(node, unit)]
    return len(seen) == len(used) and all(node.attr in allowed for node in used)


def is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def violations(module: str, source: str) -> list[str]:
    """Name whatever in a source goes past the two doors."""
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
                "commands.core.incident_session",
                "commands.core.capture",
            ),
        ):
            wrong += [] if is_in(whole, DOORS) else [f"{module} goes around the doors: {whole}"]
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "transact" and not wants_only(node, tree):
                wrong.append(f"{module} changes the record by itself, in line {node.lineno}")
            if module in SURFACES or is_in(module, ("bot.slack.listeners", "bot.web")):
                spoken = node.func.attr.startswith(("chat_", "conversations_", "views_", "api_call"))
                wrong += [f"{module} calls Slack, in line {node.lineno}"] if spoken else []
    return wrong


@pytest.fixture(scope="module")
def surfaces(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Compose Muster and give its Bolt app and its web application."""
    with Sandbox([Person("ann", "Ann")]) as sandbox:
        given: dict[str, Any] = {
            "_env_file": None,
            "slack_bot_token": sandbox.bot_token,
            "slack_app_token": sandbox.app_token,
            "slack_api_url": sandbox.base_url,
            "database_url": f"sqlite:///{tmp_path_factory.mktemp('doors')}/muster.db",
            "MUSTER_POLICY": ROOT / "policy.yaml",
            "MUSTER_SPOOL": tmp_path_factory.mktemp("spool"),
        }
        settings = Settings(**given)
        muster = compose(settings)
        app = bolt_app(settings, muster.edge, AuthorizeResult(enterprise_id=None, team_id=muster.edge.team))
        yield {"app": app, "web": web_app(lambda: True, app)}
        muster.stop()


def home_of(function: Callable[..., Any]) -> str:
    """Name the module of a function, or of the one that a wrapper in WRAPS closes over."""
    inner = inspect.unwrap(function)
    inner = getattr(inner, "__func__", inner)
    if inner.__module__ not in WRAPS:
        return str(inner.__module__)
    held = [cell.cell_contents for cell in inner.__closure__ or () if inspect.isroutine(cell.cell_contents)]
    assert len(held) == 1, f"{inner.__qualname__} wraps {len(held)} functions"
    return home_of(held[0])


def listeners(app: Any) -> list[Callable[..., Any]]:
    """Give every function that Bolt calls with a payload, its middleware's too."""
    found: list[Callable[..., Any]] = []
    for one in app._listeners:
        found += [one.ack_function, *one.lazy_functions, *(m.func for m in one.middleware if hasattr(m, "func"))]
    return found


def strangers(app: Any, web: Any) -> list[str]:
    """Name every listener and route whose function is not at home in a surface."""
    functions = [*listeners(app), *(route.endpoint for route in web.routes)]
    return [f"{home_of(one)}.{one.__qualname__}" for one in functions if not is_in(home_of(one), SURFACES)]


def test_every_listener_and_every_route_is_at_home_in_a_surface(surfaces: dict[str, Any]) -> None:
    assert len(listeners(surfaces["app"])) >= 25
    assert {route.path for route in surfaces["web"].routes} >= {"/healthz", "/slack/events"}
    assert strangers(**surfaces) == []


def test_a_listener_or_route_from_elsewhere_is_found(surfaces: dict[str, Any]) -> None:
    def third_door(ack: Callable[[], None]) -> None:
        ack()

    surfaces["app"].command("/third")(third_door)
    surfaces["web"].routes.append(Route("/third", third_door))

    found = strangers(**surfaces)

    del surfaces["app"]._listeners[-1], surfaces["web"].routes[-1]
    assert len(found) == 2
    assert all(name.endswith("third_door") for name in found)


@pytest.mark.parametrize("module", reachable())
def test_nothing_a_surface_uses_goes_past_the_two_doors(module: str) -> None:
    path = path_of(module)

    assert path is not None
    assert violations(module, path.read_text("utf-8")) == []


def test_what_surfaces_use_is_found_through_all_that_lies_between() -> None:
    assert {
        "bot.slack.gateway.gateway",
        "bot.slack.gateway.typed_command",
        "bot.slack.surfaces.reply",
        "bot.slack.listeners.block_actions",
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
    "from commands.core.run import note_outcome": "goes around the doors",
    "from commands.core.run import tick": "goes around the doors",
    "from commands.core.request_handler import Attempt": "goes around the doors",
    "from commands.core.incident_session import Working": "goes around the doors",
    "def third(edge, drafts): edge.recorder.transact(lambda unit: unit.append('key', drafts, None))": "changes the record",
    "def third(edge, unknown): edge.recorder.transact(unknown)": "changes the record",
    "def third(edge): edge.recorder.transact(lambda unit: save(unit))": "changes the record",
    "def third(edge):\n    def works(unit): unit.append()\n    edge.recorder.transact(works)": "changes the record",
    "def third(edge):\n    def works(unit): unit.peek(); save(unit)\n    edge.recorder.transact(works)": "changes the record",
}


@pytest.mark.parametrize("added", MUTATIONS)
@pytest.mark.parametrize(
    "module",
    [
        "bot.slack.listeners.block_actions",
        "bot.slack.listeners.event_listeners",
        "bot.web.signed_webhook",
        "bot.cli.incident_command",
        "bot.slack.gateway.typed_command",
    ],
)
def test_a_way_past_the_doors_is_found_in_a_changed_copy(module: str, added: str) -> None:
    path = path_of(module)
    assert path is not None
    changed = path.read_text("utf-8") + f"\n\n{added}\n"

    found = violations(module, changed)

    assert [one.partition(module)[2].split(":")[0].strip().startswith(MUTATIONS[added]) for one in found] == [True]


def test_a_listener_that_calls_slack_by_a_client_it_was_given_is_found() -> None:
    path = path_of("bot.slack.listeners.block_actions")
    assert path is not None
    changed = path.read_text("utf-8") + "\n\ndef third(client): client.chat_postMessage(channel='C1', text='hello')\n"

    assert ["calls Slack" in one for one in violations("bot.slack.listeners.block_actions", changed)] == [True]


def test_a_transaction_that_only_wants_something_done_is_no_third_door() -> None:
    wanting = (
        "def third(edge):\n    def works(unit):\n        unit.want([unit.peek()])\n    edge.recorder.transact(works)\n"
    )

    assert violations("bot.slack.gateway.gateway", wanting) == []
    assert violations("bot.slack.gateway.gateway", wanting.replace("want", "project")) != []


def test_storage_may_only_be_known_for_being_absent_and_not_by_a_surface_itself() -> None:
    told = "from storage.errors import Unavailable\n"

    assert violations("bot.slack.gateway.gateway", told) == []
    assert violations("bot.slack.listeners.block_actions", told) == [
        "bot.slack.listeners.block_actions reaches storage: storage.errors.Unavailable"
    ]
