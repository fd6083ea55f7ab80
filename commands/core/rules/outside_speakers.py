"""Who speaks to executives and customers, and which audiences are on hold: rules of `update` and `amend`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from commands.core.preconditions import refuse_without
from commands.core.verb import DecisionContext
from incident.refusal import Code, Refusal
from incident.states import Audience
from roles.authority import OUTSIDE_SPEAKERS
from roles.role_names import Role

_SPOKEN_TO: Final = frozenset({Audience.EXEC, Audience.CUSTOMER})


def refuse_speaker(audiences: Iterable[Audience], now: DecisionContext) -> None:
    """Refuse an actor who speaks to executives or customers without a role for it; name the comms lead, who does."""
    spoken_to = [one for one in audiences if one in _SPOKEN_TO]
    if spoken_to:
        speaker = now.open.holder(Role.COMMS_LEAD)
        facts = {"audience": spoken_to[0], "speaker": speaker or "", **({"vacant": ""} if speaker else {})}
        refuse_without(now, "update_not_yours", OUTSIDE_SPEAKERS, "audience", **facts)


def refuse_held(audiences: Iterable[Audience], now: DecisionContext) -> None:
    """Refuse to tell an audience anything while its updates are on legal hold."""
    held = [one for one in audiences if now.open.audience(one).held]
    if held:
        raise Refusal(Code.ON_HOLD, "update_on_hold", "audience", audience=held[0])
