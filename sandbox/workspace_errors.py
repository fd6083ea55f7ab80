"""The two ways the workspace says no: to an app by Slack's error name, to a person as their client would."""

from typing import Any


class SlackError(Exception):
    """An API call answered with ok false and an error name."""

    def __init__(self, name: str, **more: Any) -> None:
        super().__init__(name)
        self.name = name
        self.more = more


class NotPossibleError(Exception):
    """Something Slack's client does not let a person do; the words say what."""
