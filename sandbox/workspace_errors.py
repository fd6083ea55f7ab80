"""The workspace's refusals: to an app by Slack's error name, to a person by a sentence."""

from typing import Any


class SlackError(Exception):
    """An API call fails with ok false and this error name."""

    def __init__(self, name: str, **more: Any) -> None:
        super().__init__(name)
        self.name = name
        self.more = more


class NotPossibleError(Exception):
    """Slack's client does not offer this action. The message says why."""
