"""The fold of the workspace chain: its entries in, the organisation out. Takes no policy and reads no text.

Most entries of that chain change nothing: checkpoints, refusals, policies. They are not counted, so that a checkpoint
saves no projection.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Final

from incident.entries.delivery import PromptDue, PromptPutOff, PromptSent
from incident.entry import Entry
from incident.fold import delivery
from incident.fold.aggregate_fold import AggregateFold, Handler, handler_in, require_chain
from organisation.entries import OWN, THEMES
from organisation.fold import task_changes
from organisation.model.organisation import Organisation

_THEMES: Final = {theme: import_module(f"organisation.fold.{theme}") for theme in THEMES}
# The prompts of both aggregates are the same facts.
_SHARED: Final[Mapping[str, Handler]] = {
    PromptDue.kind: task_changes.prompt_due,
    PromptSent.kind: delivery.prompt_sent,
    PromptPutOff.kind: delivery.prompt_put_off,
}


class OrganisationFold(AggregateFold[Organisation]):
    """The fold of the workspace chain: any entry may be the first, and only those that change something count."""

    @property
    def model(self) -> type[Organisation]:
        """The class of the folded organisation."""
        return Organisation

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of entries that change it."""
        return tuple(_handlers())

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handler of every kind of fact that changes the organisation."""
        return _handlers()

    def first(self, entry: Entry) -> Organisation:
        """Return the organisation after the first entry."""
        return self.apply_next(Organisation(key=entry.key), entry)

    def apply_next(self, state: Organisation, entry: Entry) -> Organisation:
        """Return the organisation after one more entry."""
        require_chain(entry, state.key, state.n, follows=entry.n > state.n)
        handler = _handlers().get(entry.fact.kind)
        if handler is None:
            return state
        change = handler(state, entry, entry.fact)
        return state.model_copy(update={**change, "n": entry.n, "last_entry_at": entry.recorded_at})


ORGANISATION: Final = OrganisationFold()


@cache
def _handlers() -> dict[str, Handler]:
    found = {fact.kind: handler for fact in OWN.values() if (handler := handler_in(_THEMES, fact)) is not None}
    return {**found, **_SHARED}
