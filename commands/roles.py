"""`roles`: who holds which role, since when, what is offered and what is free. A question; it changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from commands.core.verb import DecisionContext, Group, Verb
from incident.model.components import Interval, Offer
from roles.role_names import SINGLE, Role


@dataclass(frozen=True)
class RolesView:
    """What the answer shows: each role that is held, each offer, and the single-holder roles nobody has."""

    held: tuple[Interval, ...]
    offers: tuple[Offer, ...]
    free: tuple[Role, ...]


class Roles(Verb):
    """Show who holds which role, and which are free."""

    name = "roles"
    group = Group.ROLES
    asks = True

    def decide(self, now: DecisionContext) -> tuple[()]:
        """Decide nothing: a question is no entry."""
        return ()

    def view(self, now: DecisionContext) -> RolesView:
        """Give the roles as they stand, in the order of the list of roles."""
        incident = now.open
        order = list(Role)
        held = sorted((i for i in incident.roles if i.until is None), key=lambda i: order.index(i.role))
        taken = {interval.role for interval in held}
        free = () if incident.is_over else tuple(r for r in order if r in SINGLE and r not in taken)
        return RolesView(held=tuple(held), offers=incident.offers, free=free)
