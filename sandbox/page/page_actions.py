"""What the page can ask the workspace to do: each word it may say, and the one method of `Actor` that word calls.

It turns the JSON of a click into arguments and what came of it into JSON. Whether something may be done it does not know;
a refusal is passed on as the sentence it is.
"""

from collections.abc import Callable
from typing import Any

from sandbox.delivery.envelope import Delivery
from sandbox.user_actions.actor import Actor
from sandbox.workspace_errors import NotPossibleError

Asked = dict[str, Any]
Deed = Callable[[Actor, str, Asked], Any]


def perform(actor: Actor, asked: Asked) -> Asked:
    """Do what was asked as the person who asked; answer with `delivery`, or with `error` when it did not happen."""
    deed = DEEDS.get(str(asked.get("do")))
    if deed is None:
        return {"error": f"nothing here is called {asked.get('do')}"}
    try:
        outcome = deed(actor, str(asked["as"]), asked)
    except NotPossibleError as refused:
        return {"error": str(refused)}
    except KeyError as missing:
        return {"error": f"{missing} is missing or unknown"}
    return _told(outcome)


def _told(outcome: Any) -> Asked:
    if not isinstance(outcome, Delivery):
        return {"value": outcome} if isinstance(outcome, str) else {}
    told: Asked = {"acked": outcome.acked, "ack_ms": outcome.ack_ms, "payload": outcome.payload}
    return {"delivery": told, "error": outcome.error} if outcome.error else {"delivery": told}


def _press_in_view(actor: Actor, me: str, asked: Asked) -> Delivery:
    """Put in what was typed so far, then press, so that the app sees the form as the person does."""
    actor.fill(me, asked["view"], asked.get("values") or {})
    return actor.press_in_view(
        me,
        asked["view"],
        asked["action_id"],
        asked.get("block_id"),
        value=asked.get("value"),
        selected=asked.get("selected"),
    )


def _press(actor: Actor, me: str, asked: Asked) -> Delivery:
    return actor.press(
        me,
        asked["channel"],
        asked["ts"],
        asked["action_id"],
        asked.get("block_id"),
        value=asked.get("value"),
        selected=asked.get("selected"),
    )


DEEDS: dict[str, Deed] = {
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
    "message_shortcut": lambda actor, me, a: actor.message_shortcut(me, a["channel"], a["ts"], a["callback_id"]),
    "global_shortcut": lambda actor, me, a: actor.global_shortcut(me, a["callback_id"]),
    "submit": lambda actor, me, a: actor.submit(me, a["view"], a.get("values")),
    "close": lambda actor, me, a: actor.close(me, a["view"]),
    "open_home": lambda actor, me, a: actor.open_home(me, a.get("tab", "home")),
}
