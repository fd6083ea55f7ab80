"""`Actor`: everything a person can do in the workspace, for the page, the tests and the replay."""

from collections.abc import Sequence
from typing import Any

from sandbox.state.entities import Person
from sandbox.state.mutations import people_mutations
from sandbox.user_actions.client_manifest import compose_text
from sandbox.user_actions.interactions import Interactions


class Actor(Interactions):
    """The actions of people: `post`, `react`, `slash`, `press`, `submit`, …; people and channels by id or name."""

    def compose_text(self, text: str) -> str:
        """Return typed text as Slack's composer sends it: special characters escaped, @names and #channels linked."""
        with self._ws.lock:
            return compose_text(self._ws, text)

    def join_team(self, person: Person) -> str:
        """Add a person to the workspace and return the id."""
        with self._ws.lock:
            people_mutations.join_team(self._ws, person)
        self._wire_log.mark_changed()
        return person.id

    def update_person(self, user: str, **changes: Any) -> None:
        """Change fields of a person, such as title, tz, real_name, is_restricted or deleted."""
        with self._ws.lock:
            people_mutations.update_person(self._ws, self._ws.find_person(user), **changes)
        self._wire_log.mark_changed()

    def set_usergroup(self, group_id: str, users: Sequence[str]) -> None:
        """Replace a user group's members, by id or name."""
        with self._ws.lock:
            people_mutations.set_usergroup_members(
                self._ws, group_id, [self._ws.find_person(user).id for user in users]
            )
        self._wire_log.mark_changed()
