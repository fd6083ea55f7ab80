"""The preview of an update in its form: what each audience would read, made by the function that posts it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.rendering.message_catalog import reason_text, sentence
from bot.rendering.renderer import for_slack
from bot.rendering.update_text import text_of_update, update_context
from bot.slack.blocks.block_elements import sections
from bot.slack.forms.modal import OCCURRED
from bot.slack.forms.update_form import AUDIENCE, UPDATE
from bot.slack.payload import Json
from commands.core.fields.field_types import read_audience
from commands.core.fields.field_validation import read_form
from commands.core.record_service import RecordService
from commands.core.request import Actor, Fields, Place
from commands.core.rules.updates.update_preview import Previews, previews
from commands.core.verb import DecisionContext, Doubt, Verb
from incident.entry import Fact
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Reader
from incident.refusal import Refusal
from incident.rules.visibility import is_restricted
from incident.states import EVERY_AUDIENCE, Audience

_TEXT: Final = "text"


@dataclass(frozen=True)
class PreviewMoment:
    """Who looks at the preview of an update, of which incident, and when."""

    incident: Incident
    actor: Actor
    at: datetime

    def context(self, policy: Policy, reader: Reader) -> DecisionContext:
        """Return the context in which the update would be decided now."""
        return DecisionContext(
            incident=self.incident,
            policy=policy,
            policy_hash=self.incident.policy_hash,
            reader=reader,
            at=max(self.at, self.incident.last_entry_at),
            occurred_at=None,
            actor=self.actor,
            team=self.incident.key.team,
            place=Place(channel=self.incident.places.channel),
        )


@dataclass(frozen=True)
class FormPreview:
    """The blocks of a preview, and whether something about the update is to be confirmed."""

    blocks: tuple[Json, ...]
    is_doubtful: bool = False


def is_previewed(verb: type[Verb], fields: Fields, policy: Policy) -> bool:
    """True if a typed update opens its form with a preview: one to customers or the regulator, unless the policy differs."""
    first = policy.update_rules.preview_first
    if verb.name != UPDATE or OCCURRED in fields or not first:
        return False
    named = fields.get(AUDIENCE)
    slugs = {read_audience(str(one)) for one in (named if isinstance(named, list) else [named])}
    return EVERY_AUDIENCE in slugs or bool(slugs & set(first))


def preview(record: RecordService, now: PreviewMoment, verb: type[Verb], fields: Fields) -> FormPreview:
    """Return the preview of an update as it is filled in: what each audience would read, or why it would be refused."""
    if verb.name != UPDATE or not (fields.get(AUDIENCE) and fields.get(_TEXT)):
        return FormPreview(_blocks(sentence("preview_empty")))
    filled = {name: value for name, value in fields.items() if name != OCCURRED}
    return record.read(lambda reader: _preview(now.context(record.policy, reader), verb, filled))


def _preview(now: DecisionContext, verb: type[Verb], fields: Fields) -> FormPreview:
    try:
        update = read_form(verb, fields)
        facts = update.decide(now)
    except Refusal as refusal:
        return FormPreview(_blocks(reason_text(refusal.reason, **refusal.facts)))
    found, doubts = previews(now, [fact for fact in facts if isinstance(fact, Fact)]), update.doubts(now)
    restricted = [sentence("preview_restricted")] if is_restricted(now.open) else []
    texts = [sentence("preview_heading"), *restricted, *_warnings(doubts), *_texts(found, now)]
    return FormPreview(tuple(block for text in texts for block in _blocks(text)), bool(doubts))


def _warnings(doubts: Sequence[Doubt]) -> Iterator[str]:
    return (f":warning: {reason_text(doubt.reason, **doubt.facts)}" for doubt in doubts)


def _texts(found: Previews, now: DecisionContext) -> Iterator[str]:
    """Yield for each audience a line that says where it reads the update, and the update as it is posted there."""
    for one in found.updates:
        update, audience = one.update, one.update.audience
        posted = [other.update for other in found.updates if not other.needs_approval]
        same = tuple(other.audience for other in posted if other.text == update.text)
        is_internal = audience is Audience.INTERNAL
        place = now.policy.audiences.get(audience)
        outside = now.policy.update_recipients.get(audience, ())
        yield sentence(
            "preview_of" if place or outside or is_internal else "preview_nowhere",
            audiences=audience,
            outside=outside,
            place=_shown(place) if place else None,
            needs_approval=one.needs_approval,
        )
        readers = same if is_internal and not one.needs_approval else (audience,)
        context = update_context(
            found.incident, update, audiences=readers, by=now.actor.id, at=now.at, recorded_at=now.at
        )
        yield text_of_update(for_slack(), now.policy, context)


def _shown(place: str) -> str:
    """Return a channel of the policy as people read it; the policy names it by its id or its name."""
    return f"#{place.removeprefix('#')}" if not place.isupper() else f"<#{place}>"


def _blocks(text: str) -> tuple[Json, ...]:
    return tuple(sections(text))
