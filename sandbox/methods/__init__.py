"""The Web API's methods. Each module has a table of its family; this table joins them."""

from sandbox.api.tiers import T2
from sandbox.methods import (
    auth,
    block_validation,
    bookmarks,
    canvases,
    chat,
    conversations,
    files,
    pins,
    reactions,
    scheduled_messages,
    users,
    views,
)
from sandbox.methods.method import Method, retired

__all__ = ["METHODS", "Method"]

RETIRED = (
    "files.upload",
    "rtm.start",
    "workflows.stepCompleted",
    "workflows.stepFailed",
    "workflows.updateStep",
    *(
        f"{family}.{name}"
        for family in ("channels", "groups")
        for name in ("create", "history", "info", "invite", "list")
    ),
    *(f"{family}.{name}" for family in ("im", "mpim") for name in ("close", "history", "list", "open")),
)
METHODS: dict[str, Method] = {
    **dict.fromkeys(RETIRED, Method(retired, T2)),
    **auth.METHODS,
    **block_validation.METHODS,
    **bookmarks.METHODS,
    **canvases.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **users.METHODS,
    **pins.METHODS,
    **reactions.METHODS,
    **scheduled_messages.METHODS,
    **views.METHODS,
}
