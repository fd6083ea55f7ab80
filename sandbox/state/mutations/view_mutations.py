"""Changes of views: open, push, update, close, publish.

Maintains Slack's stack of three, the hashes and the typed values. Views are validated before; the caller holds the
workspace's lock.
"""

import secrets

from sandbox.state.entities import Payload, View
from sandbox.state.form_values import initial_values, keep_typed_values, select_current_conversation
from sandbox.state.workspace import Workspace
from sandbox.workspace_errors import SlackError

MAX_STACK = 3
SPEC_FIELDS = (
    "callback_id",
    "private_metadata",
    "external_id",
    "title",
    "submit",
    "close",
    "clear_on_close",
    "notify_on_close",
)


def open_modal(ws: Workspace, user: str, spec: Payload, trigger_id: str, conversation: str = "") -> View:
    """Open a modal, which replaces the person's stack."""
    _require_free_external_id(ws, spec)
    close_all(ws, user)
    return _put_on_top(ws, user, spec, trigger_id, conversation)


def push(ws: Workspace, user: str, spec: Payload, trigger_id: str = "") -> View:
    """Push a modal onto the open one. SlackError: `not_found` without a stack, `push_limit_reached` above three."""
    stack = ws.stacks.get(user, [])
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    _require_free_external_id(ws, spec)
    return _put_on_top(ws, user, spec, trigger_id, ws.views[stack[-1]].conversation)


def update(ws: Workspace, view: View, spec: Payload) -> View:
    """Replace an open view. Typed values stay where their input stays."""
    _require_free_external_id(ws, spec, except_for=view)
    _apply_spec(view, spec)
    view.values = keep_typed_values(view.values, view.blocks)
    view.hash, view.errors = new_hash(ws), {}
    return view


def publish(ws: Workspace, user: str, spec: Payload) -> View:
    """Set a person's Home tab."""
    home = ws.homes.get(user)
    if home is not None:
        return update(ws, home, spec)
    home = View(ws.new_id("VH"), user, "home", spec["blocks"], new_hash(ws))
    _apply_spec(home, spec)
    home.values = initial_values(home.blocks)
    ws.homes[user] = ws.views[home.id] = home
    return home


def close(ws: Workspace, view: View) -> None:
    """Remove one modal from its owner's stack."""
    ws.stacks[view.user] = [one for one in ws.stacks.get(view.user, []) if one != view.id]
    ws.views.pop(view.id, None)


def close_all(ws: Workspace, user: str) -> list[View]:
    """Close a person's whole stack and return it."""
    closed = ws.stack(user)
    for view in closed:
        close(ws, view)
    return closed


def check_hash(view: View, expected: str | None) -> None:
    """Raise `hash_conflict` unless the hash is absent or current."""
    if expected and expected != view.hash:
        raise SlackError("hash_conflict")


def new_hash(ws: Workspace) -> str:
    """Return a new hash."""
    return f"{ws.seconds()}.{secrets.token_hex(4)}"


def _put_on_top(ws: Workspace, user: str, spec: Payload, trigger_id: str, conversation: str) -> View:
    stack = ws.stacks.setdefault(user, [])
    view = View(ws.new_id("V"), user, "modal", spec["blocks"], new_hash(ws), trigger_id=trigger_id)
    view.conversation = conversation
    view.root_view_id = stack[0] if stack else view.id
    view.previous_view_id = stack[-1] if stack else None
    _apply_spec(view, spec)
    view.values = initial_values(view.blocks)
    ws.views[view.id] = view
    stack.append(view.id)
    return view


def _apply_spec(view: View, spec: Payload) -> None:
    view.blocks = select_current_conversation(spec["blocks"], view.conversation)
    for name in SPEC_FIELDS:
        default = View.__dataclass_fields__[name].default
        setattr(view, name, spec.get(name, default) if spec.get(name) is not None else default)


def _require_free_external_id(ws: Workspace, spec: Payload, except_for: View | None = None) -> None:
    external_id = spec.get("external_id")
    if external_id and any(view.external_id == external_id and view is not except_for for view in ws.views.values()):
        raise SlackError("duplicate_external_id")
