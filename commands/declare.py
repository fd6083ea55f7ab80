"""`declare`: opens an incident. Title and service are enough; impact and urgency are provisional until judged."""

from __future__ import annotations

from typing import ClassVar

from commands.core.rules.declaration import Declaration


class Declare(Declaration):
    """Declare an incident: a title and the service are enough, the rest can follow."""

    name = "declare"
    aliases: ClassVar[tuple[str, ...]] = ("new", "open", "start", "create", "report")
