"""`roles`: who holds which role and since when, which are offered and which are free."""

from __future__ import annotations

from dataclasses import dataclass

from commands.core.verb import DecisionContext, Group, Verb
from incident.model.components import Interval, Offer
from roles.role_names import SINGLE, Role


@dataclass(frozen=True)
class RolesView:
    """Each held role, each offer, and the single-holder roles that are free."""

    held: tuple[Interval, ...]
    offers: tuple[Offer, ...]
    free: tuple[Role, ...]


class Roles(Verb):
    """Show who holds which role, and which are free."""

    name = "roles"
    aliases = ("who is", "who's")
    group = Group.ROLES
    is_query = True
    for_guests = True

    def decide(self, now: DecisionContext) -> tuple[()]:
        """Record nothing."""
        return ()

    def view(self, now: DecisionContext) -> RolesView:
        """Return the present roles in the order of `Role`."""
        incident = now.open
        order = list(Role)
        held = sorted((i for i in incident.roles if i.until is None), key=lambda i: order.index(i.role))
        taken = {interval.role for interval in held}
        free = () if incident.is_over else tuple(r for r in order if r in SINGLE and r not in taken)
        return RolesView(held=tuple(held), offers=incident.offers, free=free)
