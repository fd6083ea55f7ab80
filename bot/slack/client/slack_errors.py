"""The error codes of Slack's Web API, grouped by what Muster does about them."""

from __future__ import annotations

from typing import Final

# A retry may succeed, and the call may have had its effect.
TRANSIENT: Final = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
# No call succeeds before the operator replaces the token.
TOKEN_REJECTED: Final = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
# People can open the channel to Muster again: unarchive it, or invite Muster. For a private channel Slack answers the
# attempt to go back in with `method_not_supported_for_channel_type`.
CHANNEL_CLOSED: Final = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "is_inactive",
        "method_not_supported_for_channel_type",
        "not_in_channel",
    }
)
# The channel cannot be read: it is closed, or the app was not granted the scope for channels of this type.
CHANNEL_UNREADABLE: Final = CHANNEL_CLOSED | {"missing_scope"}
# Slack has no such account any more, or does not let the app see it: no message reaches the person.
ACCOUNT_GONE: Final = frozenset({"user_disabled", "user_not_found", "user_not_visible", "cannot_dm_bot"})
