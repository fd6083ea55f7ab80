"""Forms and Home tabs: views.open, push, update, publish."""

from sandbox.api.api_call import ApiCall
from sandbox.api.tiers import T4
from sandbox.blocks import check_view, with_ids
from sandbox.methods.method import Method
from sandbox.state.entities import Payload, View
from sandbox.state.mutations import view_mutations as changes
from sandbox.state.serializers import serialize_view
from sandbox.workspace_errors import SlackError


def open_modal(call: ApiCall) -> Payload:
    """Open a modal for the trigger's person."""
    user = call.services.triggers.exchange(call.required("trigger_id"))
    trigger = call.text("trigger_id")
    conversation = call.services.triggers.conversation_of(trigger)
    view = changes.open_modal(call.ws, user, _spec(call, "modal"), trigger, conversation)
    return {"view": serialize_view(call.ws, view)}


def push(call: ApiCall) -> Payload:
    """Push a modal onto the open one."""
    user = call.services.triggers.exchange(call.required("trigger_id"))
    view = changes.push(call.ws, user, _spec(call, "modal"), call.text("trigger_id"))
    return {"view": serialize_view(call.ws, view)}


def update(call: ApiCall) -> Payload:
    """Replace an open view, unless its hash has changed."""
    view = _find_view(call)
    spec = _spec(call, view.type)
    changes.check_hash(view, call.text("hash"))
    return {"view": serialize_view(call.ws, changes.update(call.ws, view, spec))}


def publish(call: ApiCall) -> Payload:
    """Set a user's Home tab."""
    user = call.required("user_id")
    if user not in call.ws.people or call.ws.people[user].is_bot:
        raise SlackError("user_not_found")
    spec = _spec(call, "home")
    if user in call.ws.homes:
        changes.check_hash(call.ws.homes[user], call.text("hash"))
    return {"view": serialize_view(call.ws, changes.publish(call.ws, user, spec))}


def _spec(call: ApiCall, surface: str) -> Payload:
    spec = check_view(call.json("view"), surface)
    spec["blocks"] = with_ids(call.ws, spec["blocks"])
    return spec


def _find_view(call: ApiCall) -> View:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    for view in call.ws.views.values():
        if view.id == view_id or (external_id and view.external_id == external_id):
            return view
    raise SlackError("not_found")


METHODS = {
    "views.open": Method(open_modal, T4),
    "views.push": Method(push, T4),
    "views.update": Method(update, T4),
    "views.publish": Method(publish, T4),
}
