"""`show`: one incident by its number, to those who may see it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from commands.status import StatusView, standing
from incident.entry import Fact
from incident.model.incident import Incident
from incident.refusal import Code, Refusal
from incident.rules import visibility


class Show(Verb):
    """Show how one incident stands, by its number."""

    name = "show"
    group = Group.OTHER
    asks = True
    needs_incident = False

    number: Annotated[str | None, FormField("Number", Control.WORD, "INC-2026-0042, or just 42", leading=True)] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Answer, or refuse alike what does not exist and what the one who asks may not see."""
        find_shown(self.number, now)
        return ()

    def view(self, now: DecisionContext) -> tuple[Incident, StatusView]:
        """Gather what stands and what is open in it."""
        shown = find_shown(self.number, now)
        return shown, standing(replace(now, incident=shown))


def find_shown(number: str | None, now: DecisionContext) -> Incident:
    """Find the incident of that number, or the one of this channel; what may not be seen is not found."""
    if number is None:
        shown = now.incident
    else:
        key = now.reader.find(now.team, number=whole_number(number, now.at.year))
        shown = now.reader.peek(key) if key else None
    if shown is None or not visibility.may_see(shown, now.actor.id):
        raise Refusal(Code.NO_INCIDENT, "show_unknown", "number", number=number or "")
    return shown


def whole_number(typed: str, year: int) -> str:
    """Make a whole number of what people type: `42` is the 42nd of this year, `2025-7` the 7th of that one."""
    bare = typed.strip().strip("#").upper().removeprefix("INC-")
    of_year, _, number = bare.rpartition("-")
    return f"INC-{of_year or year}-{number:0>4}"
