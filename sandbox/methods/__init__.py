"""The Web API's methods. Each module has a table of its family; this table joins them."""

from sandbox.methods import (
    auth,
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
from sandbox.methods.method import Method

__all__ = ["METHODS", "Method"]

METHODS: dict[str, Method] = {
    **auth.METHODS,
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
