"""blocks.validate: what Slack would refuse in blocks, a message or a view, without posting it."""

import re

from sandbox.api.api_call import ApiCall
from sandbox.api.tiers import T4
from sandbox.blocks import message_problems, view_problems
from sandbox.methods.method import Method
from sandbox.state.entities import Payload
from sandbox.workspace_errors import SlackError

PROBLEM = re.compile(r"\[ERROR\] (?P<message>.*) \[json-pointer:(?P<pointer>.*)\]", re.DOTALL)


def validate(call: ApiCall) -> Payload:
    """Check exactly one of `blocks`, `message` and `view`. SlackError `invalid_blocks`, `_message` or `_view`."""
    given = {name: value for name in ("blocks", "message", "view") if (value := call.json(name)) is not None}
    if len(given) != 1:
        raise SlackError(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] must provide one of: blocks, message, view"]}
        )
    name, value = given.popitem()
    problems = _problems(name, value)
    if problems:
        raise SlackError(f"invalid_{name}", errors=[_error(problem) for problem in problems])
    return {}


def _problems(name: str, value: object) -> list[str]:
    if name == "blocks":
        return message_problems(value, "")
    surface = value.get("type") if isinstance(value, dict) else None
    if name == "view":
        return view_problems(value, "home" if surface == "home" else "modal")
    return message_problems(value.get("blocks") if isinstance(value, dict) else None)


def _error(problem: str) -> Payload:
    found = PROBLEM.fullmatch(problem)
    assert found is not None, "every problem has a pointer"
    return {"pointer": found["pointer"], "code": "failed_constraint", "message": found["message"]}


METHODS = {"blocks.validate": Method(validate, T4)}
