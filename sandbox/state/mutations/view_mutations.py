"""Forms and Home tabs: opened, pushed, updated, closed, published.

It keeps Slack's stack of three, its hashes and what a person has typed. Whether a view is well formed was checked before;
the caller holds the workspace's lock.
"""

import secrets

from sandbox.state.entities import Payload, View
from sandbox.state.form_values import carry_over, initial
from sandbox.state.workspace import Workspace
from sandbox.workspace_errors import SlackError

DEEPEST = 3
TAKEN = (
    "callback_id",
    "private_metadata",
    "external_id",
    "title",
    "submit",
    "close",
    "clear_on_close",
    "notify_on_close",
)


def open_modal(ws: Workspace, user: str, spec: Payload, trigger: str) -> View:
    """Show a new modal to a person, in place of whatever they had open."""
    _external_id_is_free(ws, spec)
    close_all(ws, user)
    return _put_on_top(ws, user, spec, trigger)


def push(ws: Workspace, user: str, spec: Payload, trigger: str = "") -> View:
    """Put a modal on top of the one a person has open; the stack holds three."""
    below = ws.stacks.get(user, [])
    if not below:
        raise SlackError("not_found")
    if len(below) >= DEEPEST:
        raise SlackError("push_limit_reached")
    _external_id_is_free(ws, spec)
    return _put_on_top(ws, user, spec, trigger)


def update(ws: Workspace, view: View, spec: Payload) -> View:
    """Replace what an open view shows; what was typed stays where its input stays."""
    _external_id_is_free(ws, spec, but=view)
    _take(view, spec)
    view.values = carry_over(view.values, view.blocks)
    view.hash, view.errors = new_hash(ws), {}
    return view


def publish(ws: Workspace, user: str, spec: Payload) -> View:
    """Set what a person's Home tab shows."""
    home = ws.homes.get(user)
    if home is not None:
        return update(ws, home, spec)
    home = View(ws.new_id("VH"), user, "home", spec["blocks"], new_hash(ws))
    _take(home, spec)
    home.values = initial(home.blocks)
    ws.homes[user] = ws.views[home.id] = home
    return home


def close(ws: Workspace, view: View) -> None:
    """Take one modal off its owner's stack."""
    ws.stacks[view.user] = [one for one in ws.stacks.get(view.user, []) if one != view.id]
    ws.views.pop(view.id, None)


def close_all(ws: Workspace, user: str) -> list[View]:
    """Close a person's whole stack and return what was on it."""
    gone = ws.stack(user)
    for view in gone:
        close(ws, view)
    return gone


def check_hash(view: View, given: str | None) -> None:
    """Refuse a change meant for an earlier state of the view."""
    if given and given != view.hash:
        raise SlackError("hash_conflict")


def new_hash(ws: Workspace) -> str:
    """Return a hash nobody had before."""
    return f"{ws.seconds()}.{secrets.token_hex(4)}"


def _put_on_top(ws: Workspace, user: str, spec: Payload, trigger: str) -> View:
    stack = ws.stacks.setdefault(user, [])
    view = View(ws.new_id("V"), user, "modal", spec["blocks"], new_hash(ws), trigger_id=trigger)
    view.root_view_id = stack[0] if stack else view.id
    view.previous_view_id = stack[-1] if stack else None
    _take(view, spec)
    view.values = initial(view.blocks)
    ws.views[view.id] = view
    stack.append(view.id)
    return view


def _take(view: View, spec: Payload) -> None:
    view.blocks = spec["blocks"]
    for name in TAKEN:
        default = View.__dataclass_fields__[name].default
        setattr(view, name, spec.get(name, default) if spec.get(name) is not None else default)


def _external_id_is_free(ws: Workspace, spec: Payload, but: View | None = None) -> None:
    wanted = spec.get("external_id")
    if wanted and any(view.external_id == wanted and view is not but for view in ws.views.values()):
        raise SlackError("duplicate_external_id")
