"""The scopes of tokens. Imports nothing, so that the command line starts without the models."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """What a token may do beside its verbs: a verb needs the scope that is named like its group. The slugs are stored."""

    READ = "read"
    ACT = "act"  # every group of verbs
    OPEN = "open"
    CLASSIFY = "classify"
    ROLES = "roles"
    RECORD = "record"
    INFORM = "inform"
    RESTORE = "restore"
    PROVE = "prove"
    OTHER = "other"
