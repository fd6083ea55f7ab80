"""`similar`: earlier incidents with the same words, of those that the actor may see."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.after_incident.similar_incidents import (
    MOST_READ,
    SimilarIncident,
    similar,
    without,
    words_of,
    words_of_incident,
)
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.model.incident_search import IncidentSearch
from incident.refusal import Code, Refusal


class Similar(Verb):
    """Find incidents like this one, or with some words: `similar replica lag`."""

    name = "similar"
    aliases = ("similar incidents", "search")
    group = Group.OTHER
    is_query = True
    needs_incident = False

    text: Annotated[str | None, FormField("Words", Control.LINE, "Default: those of this incident", rest=True)] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Refuse a question without words and without an incident that the actor may see."""
        if not self._words(now):
            raise Refusal(Code.MISSING_FIELDS, "similar_words", "text")
        return ()

    def view(self, now: DecisionContext) -> tuple[SimilarIncident, ...]:
        """Return the incidents that are most alike."""
        known = now.reader.newest(now.team, IncidentSearch(), limit=MOST_READ)
        return similar(self._words(now), without(None if self.text else now.incident, known), now.actor)

    def _words(self, now: DecisionContext) -> frozenset[str]:
        if self.text:
            return words_of(self.text)
        here = now.incident
        return words_of_incident(here) if here is not None and now.actor.may_see(here) else frozenset()
