"""`page test`: a person is paged by their own contact methods, to try them. No incident is open because of it, and nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass

from commands.core.verb import Choice, DecisionContext, Group, TestPages, Verb
from incident.medium import PlannedMethod
from incident.refusal import Code, Refusal
from roles.person_ids import slack_user


@dataclass(frozen=True)
class PageTestView:
    """The contact methods that are tried, in the person's order."""

    methods: tuple[PlannedMethod, ...]


class PageTest(Verb):
    """Ring me now: try each of your contact methods, without an incident."""

    name = "page_test"
    group = Group.OTHER
    needs_incident = False
    is_setting = True

    def decide(self, now: DecisionContext) -> tuple[Choice, ...]:
        """Page the person by each of their contact methods."""
        if slack_user(now.actor.id) is None:
            raise Refusal(Code.STATE, "page_test_where")
        methods = self.view(now).methods
        if not methods:
            raise Refusal(Code.STATE, "page_test_nothing", name=now.actor.id)
        return (TestPages(methods),)

    def view(self, now: DecisionContext) -> PageTestView:
        """Return what is tried."""
        return PageTestView(tuple(now.reader.page_methods(now.team, now.actor.id)))
