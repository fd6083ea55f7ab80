"""OAuth scopes that each method and event requires, by channel type."""

from collections.abc import Collection, Mapping
from typing import Any

from sandbox.state.entities import Channel
from sandbox.workspace_errors import SlackError

CHANNEL_SCOPES: dict[str, dict[str, tuple[str, ...]]] = {
    "read": {"channel": ("channels:read",), "group": ("groups:read",), "im": ("im:read",)},
    "history": {"channel": ("channels:history",), "group": ("groups:history",), "im": ("im:history",)},
    "manage": {"channel": ("channels:manage",), "group": ("groups:write",), "im": ("im:write",)},
    "topic": {
        "channel": ("channels:manage", "channels:write.topic"),
        "group": ("groups:write", "groups:write.topic"),
        "im": ("im:write",),
    },
    "invite": {
        "channel": ("channels:manage", "channels:write.invites"),
        "group": ("groups:write", "groups:write.invites"),
        "im": ("im:write",),
    },
    "join": {"channel": ("channels:join",), "group": ("groups:write",), "im": ("im:write",)},
}
EVENT_SCOPES: dict[str, str] = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "subteam_members_changed": "usergroups:read",
    "link_shared": "links:read",
    "file_deleted": "files:read",
}


class Scopes:
    """The scopes granted to an app: the bot scopes of its manifest, or all without a manifest."""

    def __init__(self, manifest: Mapping[str, Any] | None) -> None:
        scopes = ((manifest or {}).get("oauth_config") or {}).get("scopes") or {}
        self.all = manifest is None
        self.granted: tuple[str, ...] = (*(scopes.get("bot") or ()), *(scopes.get("bot_optional") or ()))

    def has(self, scope: str) -> bool:
        """True if a scope was granted."""
        return self.all or scope in self.granted

    def require(self, alternatives: Collection[str]) -> None:
        """Raise `missing_scope` unless one of the alternatives was granted. No alternatives, no requirement."""
        if alternatives and not any(self.has(scope) for scope in alternatives):
            raise SlackError("missing_scope", needed=",".join(alternatives), provided=",".join(self.granted))

    def require_for(self, action: str, channel: Channel) -> None:
        """Raise `missing_scope` unless the scope of an action on this channel's type was granted."""
        self.require(CHANNEL_SCOPES[action][channel.kind])

    def may_receive(self, subscription: str, channel: Channel | None) -> bool:
        """True if the app has the scope that an event of this subscription requires."""
        if subscription in EVENT_SCOPES:
            return self.has(EVENT_SCOPES[subscription])
        if channel is not None and subscription != "app_home_opened":
            return self.has(CHANNEL_SCOPES["read"][channel.kind][0])
        return True
