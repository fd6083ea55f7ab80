"""The Web API's methods by family; each module holds a table of its own and this joins them."""

from sandbox.methods import (
    auth,
    bookmarks,
    canvases,
    chat,
    conversations,
    files,
    people,
    pins,
    reactions,
    schedule,
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
    **people.METHODS,
    **pins.METHODS,
    **reactions.METHODS,
    **schedule.METHODS,
    **views.METHODS,
}
