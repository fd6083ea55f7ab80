"""Whom the name of an account at a provider means here: a person by an e-mail address or a name, else no one we know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from commands.core.request import Acknowledger
from incident.frozen import clean
from roles.person_ids import PersonId

_LONGEST_NAME: Final = 80


@dataclass(frozen=True)
class ProviderAccounts:
    """Finds people by the names that providers give. `find` is that of the feeds: a name that two people have means neither."""

    find: Callable[[Sequence[str]], PersonId | None]

    def acknowledger(self, name: str) -> Acknowledger | None:
        """Return who an account is; None where the provider gives no name. Of an e-mail address the record gets no more than its name."""
        plain = " ".join(clean(name).split())
        shown = plain.partition("@")[0][:_LONGEST_NAME]
        return Acknowledger(name=shown, person=self.find((plain,))) if shown else None
