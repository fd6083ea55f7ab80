"""Actions of the page: each name in a request and the method of `Actor` that it calls.

Translates a request's JSON into arguments, and the result into JSON. Checks no permission; a refusal is passed on as
its sentence.
"""

from collections.abc import Callable
from typing import Any

from sandbox.delivery.envelope import Delivery
from sandbox.phones.phones import Phones
from sandbox.user_actions.actor import Actor
from sandbox.workspace_errors import NotPossibleError

Json = dict[str, Any]
PRESS_KEY = "press_key"
Action = Callable[[Actor, str, Json], Any]


def perform(actor: Actor, request: Json) -> Json:
    """Perform a request as its person. Return the `delivery`, or an `error` with its sentence."""
    action = ACTIONS.get(str(request.get("do")))
    if action is None:
        return {"error": f"nothing here is called {request.get('do')}"}
    try:
        result = action(actor, str(request["as"]), request)
    except NotPossibleError as error:
        return {"error": str(error)}
    except KeyError as error:
        return {"error": f"{error} is missing or unknown"}
    return _result(result)


def press_key(phones: Phones, request: Json) -> Json:
    """Press a key of the person's telephone. Return an `error` with its sentence if that is not possible."""
    try:
        phones.press(str(request["as"]), str(request["ring"]), str(request["key"]))
    except NotPossibleError as error:
        return {"error": str(error)}
    except KeyError as error:
        return {"error": f"{error} is missing or unknown"}
    return {}


def _result(result: Any) -> Json:
    if not isinstance(result, Delivery):
        return {"value": result} if isinstance(result, str) else {}
    delivery: Json = {"acked": result.acked, "ack_ms": result.ack_ms, "payload": result.payload}
    return {"delivery": delivery, "error": result.error} if result.error else {"delivery": delivery}


def _press_in_view(actor: Actor, me: str, request: Json) -> Delivery:
    """Fill in the typed values first, so that the app receives the form as the person sees it."""
    actor.fill(me, request["view"], request.get("values") or {})
    return actor.press_in_view(
        me,
        request["view"],
        request["action_id"],
        request.get("block_id"),
        value=request.get("value"),
        selected=request.get("selected"),
    )


def _press(actor: Actor, me: str, request: Json) -> Delivery:
    """Fill in the typed values first, so that the app receives the message's inputs as the person sees them."""
    actor.fill_message(me, request["channel"], request["ts"], request.get("values") or {})
    return actor.press(
        me,
        request["channel"],
        request["ts"],
        request["action_id"],
        request.get("block_id"),
        value=request.get("value"),
        selected=request.get("selected"),
    )


ACTIONS: dict[str, Action] = {
    "post": lambda actor, me, a: actor.post(me, a["channel"], a["text"], a.get("thread_ts")),
    "edit": lambda actor, me, a: actor.edit(me, a["channel"], a["ts"], a["text"]),
    "delete": lambda actor, me, a: actor.delete(me, a["channel"], a["ts"]),
    "react": lambda actor, me, a: actor.react(me, a["channel"], a["ts"], a["name"]),
    "unreact": lambda actor, me, a: actor.unreact(me, a["channel"], a["ts"], a["name"]),
    "pin": lambda actor, me, a: actor.pin(me, a["channel"], a["ts"]),
    "unpin": lambda actor, me, a: actor.unpin(me, a["channel"], a["ts"]),
    "join": lambda actor, me, a: actor.join(me, a["channel"]),
    "leave": lambda actor, me, a: actor.leave(me, a["channel"]),
    "read": lambda actor, me, a: actor.mark_read(me, a["channel"]),
    "slash": lambda actor, me, a: actor.slash(me, a["channel"], a["command"], a.get("text", "")),
    "press": _press,
    "press_in_view": _press_in_view,
    "suggest": lambda actor, me, a: actor.options(me, a["view"], a["action_id"], a["query"]),
    "suggest_in_message": lambda actor, me, a: actor.options_in_message(
        me, a["channel"], a["ts"], a["action_id"], a["query"]
    ),
    "message_shortcut": lambda actor, me, a: actor.message_shortcut(me, a["channel"], a["ts"], a["callback_id"]),
    "global_shortcut": lambda actor, me, a: actor.global_shortcut(me, a["callback_id"]),
    "submit": lambda actor, me, a: actor.submit(me, a["view"], a.get("values")),
    "close": lambda actor, me, a: actor.close(me, a["view"]),
    "open_home": lambda actor, me, a: actor.open_home(me, a.get("tab", "home")),
}
