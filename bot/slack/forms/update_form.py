"""The form of an update: who is owed one, when the next one comes, a text for each audience, and the preview's button.

Knows the form; the preview itself is made by the gateway, which reads the record.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pydantic import JsonValue

from bot.rendering.message_catalog import label, sentence
from bot.rendering.renderer import slug_labels
from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.block_elements import button, buttons
from bot.slack.payload import Json
from incident.deadlines.update_cadence import interval
from incident.model.incident import Incident
from incident.model.update_draft import UpdateDraft
from incident.policy import Policy
from incident.states import Audience
from roles.authority import OUTSIDE_SPEAKERS
from roles.person_ids import PersonId
from roles.role_intervals import roles_of

UPDATE: Final = "update"
PREVIEW: Final = "preview"
OWN_TEXTS: Final = "own_texts"
AUDIENCE: Final = "audience"
CONFIRMED: Final = "anyway"
_DRAFT: Final = "draft"
# Only those who speak for the incident may address these.
_SPOKEN_TO: Final = frozenset({Audience.EXEC, Audience.CUSTOMER})
_WITH_OWN_TEXT: Final = (Audience.EXEC, Audience.CUSTOMER, Audience.REGULATOR)
Fields = dict[str, JsonValue]


def first_values(incident: Incident, given: Fields, viewer: PersonId) -> Fields:
    """Return the values that a form opens with: those of the draft that is changed, else the audiences owed an update.

    Executives and customers are ticked for those who may address them.
    """
    draft = next((one for one in incident.update_drafts if one.n == given.get(_DRAFT) and one.outcome is None), None)
    if draft is not None:
        return _of_draft(draft)
    owed = [state.audience for state in incident.audiences if state.open is not None and not state.held]
    if not roles_of(incident.roles, viewer) & set(OUTSIDE_SPEAKERS):
        owed = [one for one in owed if one not in _SPOKEN_TO]
    return {AUDIENCE: [one.value for one in Audience if one in (owed or [Audience.INTERNAL])]}


def _of_draft(draft: UpdateDraft) -> Fields:
    promised = {"next_update_at": draft.next_update_at.isoformat()} if draft.next_update_at else {}
    return {AUDIENCE: [draft.audience.value], "text": draft.text, "final": draft.final, **promised}


def next_choices(
    incident: Incident, policy: Policy, choices: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Return the choices of when the next update comes; the first says when that is by the policy."""
    lengths: dict[timedelta, list[str]] = {}
    for audience in Audience:
        every = interval(incident, audience, policy)
        if every is not None and (incident.audience(audience).open or incident.audience(audience).ever_owed):
            lengths.setdefault(every, []).append(slug_labels()[AUDIENCE][audience])
    shown = sentence("next_usual", lengths=list(lengths.items()))
    return ((choices[0][0], shown), *choices[1:])


def tools(fields: Fields) -> Json:
    """Return the row with the buttons of the form: preview, and a text for each audience."""
    elements = [button(f"{PREVIEW}:{UPDATE}", label("buttons", PREVIEW), ActionContext())]
    if set(with_own_texts(fields)) - set(fields):
        elements.append(button(f"{OWN_TEXTS}:{UPDATE}", label("buttons", OWN_TEXTS), ActionContext()))
    return buttons(*elements)


def own_text_fields() -> frozenset[str]:
    """Return the fields that hold the text of one audience."""
    return frozenset(f"{one}_text" for one in _WITH_OWN_TEXT)


def with_own_texts(fields: Fields) -> Fields:
    """Return the fields with an empty text for each audience that is ticked, or for all where none has one."""
    ticked = fields.get(AUDIENCE)
    named = ticked if isinstance(ticked, list) else []
    chosen = [one for one in _WITH_OWN_TEXT if one.value in named]
    if not chosen and not own_text_fields() & set(fields):
        chosen = list(_WITH_OWN_TEXT)
    return {**{f"{one}_text": "" for one in chosen}, **fields}
