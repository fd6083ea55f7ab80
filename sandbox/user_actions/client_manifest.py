"""The manifest as Slack's client uses it: commands, shortcuts, and the escaping of typed text.

Without a manifest every command and shortcut is available.
"""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.state.workspace import Workspace
from sandbox.workspace_errors import NotPossibleError

NAME_REFERENCE = re.compile(r"(?<![\w<])([@#])([\w.-]*\w)")


class ClientManifest:
    """The commands and shortcuts in a person's client."""

    def __init__(self, manifest: Mapping[str, Any] | None) -> None:
        features = (manifest or {}).get("features") or {}
        self._allows_all = manifest is None
        self._commands = {one["command"]: one for one in features.get("slash_commands") or []}
        self._shortcuts = {(one["type"], one["callback_id"]) for one in features.get("shortcuts") or []}

    def command_text(self, ws: Workspace, command: str, text: str) -> str:
        """Return a command's text as Slack sends it. Raises NotPossibleError for an unregistered command."""
        if not self._allows_all and command not in self._commands:
            raise NotPossibleError(f"{command} is not a valid command")
        escaped = self._commands.get(command, {}).get("should_escape", False)
        return link_names(ws, text) if escaped else text

    def check_shortcut(self, kind: str, callback_id: str) -> None:
        """Raise NotPossibleError unless the manifest has this shortcut."""
        if not self._allows_all and (kind, callback_id) not in self._shortcuts:
            raise NotPossibleError(f"there is no {kind} shortcut {callback_id}")


def compose_text(ws: Workspace, text: str) -> str:
    """Return typed text as Slack sends it: special characters escaped, names turned into mentions."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return link_names(ws, escaped)


def link_names(ws: Workspace, text: str) -> str:
    """Turn each @name and #channel that exists into a mention."""

    def link(match: re.Match[str]) -> str:
        prefix, name = match.groups()
        if prefix == "@":
            user_id = next((one.id for one in ws.people.values() if one.name == name), None)
            return f"<@{user_id}>" if user_id else match.group()
        for channel in ws.channels.values():
            if channel.name == name and not channel.is_im:
                return f"<#{channel.id}|{'' if channel.is_private else name}>"
        return match.group()

    return NAME_REFERENCE.sub(link, text)
