"""Rules of posting a status update: who is addressed, who may post to whom, what blocks it, and the fact that records it.

`update_slots` knows which slot a post meets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from commands.core.rules.outside_speakers import refuse_held, refuse_speaker
from commands.core.verb import DecisionContext
from incident.deadlines import update_slots
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected, UpdateDrafted
from incident.entry import Fact
from incident.frozen import REDACTED
from incident.model.incident import Incident
from incident.model.update_draft import UpdateDraft
from incident.ports import Reader
from incident.record.masked_view import MASKED
from incident.refusal import Code, Refusal
from incident.rules.updates.update_approval import approval_of
from incident.states import EVERY_AUDIENCE, Audience

_OUTSIDE: Final = frozenset({Audience.CUSTOMER, Audience.REGULATOR})


@dataclass(frozen=True)
class UpdateText:
    """What the updates of one request have in common beside their texts."""

    final: bool
    next_update_at: datetime | None
    warned: tuple[str, ...] = ()
    impact: str | None = None


def addressed(given: tuple[str, ...], incident: Incident) -> tuple[Audience, ...]:
    """Return the audiences, each once; `all` is internal and every audience ever owed updates and not on hold."""
    if EVERY_AUDIENCE not in given:
        return tuple(dict.fromkeys(Audience(one) for one in given))
    owed = [a.audience for a in incident.audiences if a.ever_owed and not a.held]
    return tuple(one for one in Audience if one in {Audience.INTERNAL, *owed})


def texts_for(audiences: Sequence[Audience], text: str, own: Mapping[Audience, str | None]) -> dict[Audience, str]:
    """Return the text for each audience: its own, else the one for all. Refuse one of its own for who is not addressed."""
    unused = [one for one, given in own.items() if (given or "").strip() and one not in audiences]
    if unused:
        raise Refusal(Code.BAD_VALUE, "update_text_unticked", f"{unused[0]}_text", unticked=", ".join(unused))
    return {one: own.get(one) or text for one in audiences}


def last_impact(incident: Incident, reader: Reader) -> str:
    """Return the impact on the business that an update named last; nothing if there is none, or it is hidden."""
    entries = reader.entries(incident.key, kinds=(StatusUpdatePosted.kind,))
    known = [entry.fact.impact for entry in entries if isinstance(entry.fact, StatusUpdatePosted) and entry.fact.impact]
    return known[-1] if known and known[-1] not in (MASKED, REDACTED) else ""


def refuse(now: DecisionContext, audiences: tuple[Audience, ...], promised: datetime | None) -> None:
    """Refuse an author without authority, a promise that is too far ahead, and what may not be posted now."""
    refuse_speaker(audiences, now)
    _refuse_promise(now, promised)
    refuse_blocked(now, audiences)


def refuse_blocked(now: DecisionContext, audiences: tuple[Audience, ...]) -> None:
    """Refuse an update to an audience on hold, and one that would leave a drill."""
    refuse_held(audiences, now)
    outside = [one for one in audiences if one in _OUTSIDE]
    if now.open.drill and outside:
        raise Refusal(Code.DRILL_EXTERNAL_BLOCKED, "update_in_drill", "audience", audience=outside[0])


def _refuse_promise(now: DecisionContext, promised: datetime | None) -> None:
    priority = now.open.priority
    longest = now.policy.update_rules.promise_max_minutes.get(priority) if priority else None
    if promised is None or longest is None:
        return
    latest = now.happened_at + timedelta(minutes=longest)
    if promised > latest:
        raise Refusal(
            Code.PROMISE_TOO_LONG,
            "update_promise_too_long",
            "next_update_at",
            priority=str(priority),
            longest=str(longest),
            latest=latest.isoformat(),
        )


def recorded(now: DecisionContext, audience: Audience, text: str, update: UpdateText) -> Fact:
    """Return the fact of an update: posted, or a draft where a second person approves it.

    What was posted elsewhere before, and is recorded late, needs no approval.
    """
    is_late = now.happened_at < now.at
    rule = None if is_late else approval_of(now.open, audience, now.policy)
    if rule is not None:
        return UpdateDrafted(
            audience=audience,
            text=text,
            final=update.final,
            next_update_at=update.next_update_at,
            warned=update.warned,
            approval_by=rule.by,
            impact=update.impact,
        )
    return _posted(now, audience, text, update)


def approved(now: DecisionContext, draft: UpdateDraft, warned: tuple[str, ...]) -> StatusUpdatePosted:
    """Return the fact of a draft that is posted now, in the name of its author."""
    update = UpdateText(final=draft.final, next_update_at=draft.next_update_at, warned=warned, impact=draft.impact)
    posted = _posted(now, draft.audience, draft.text, update)
    return posted.model_copy(update={"author": draft.by, "draft": draft.n})


def approved_correction(now: DecisionContext, draft: UpdateDraft) -> UpdateCorrected:
    """Return the fact of a draft that corrects an update sent earlier, in the name of its author."""
    (wrong,) = now.reader.entries(now.open.key, after=(draft.corrects or 0) - 1, until=draft.corrects)
    if not isinstance(wrong.fact, StatusUpdatePosted):
        raise TypeError(f"entry {wrong.n} is no status update")
    return UpdateCorrected(
        update=wrong.n,
        audience=draft.audience,
        text=draft.text,
        has_channel=wrong.fact.has_channel,
        recipients=wrong.fact.recipients,
        author=draft.by,
        draft=draft.n,
    )


def _posted(now: DecisionContext, audience: Audience, text: str, update: UpdateText) -> StatusUpdatePosted:
    # What is recorded later than it was sent needs no channel: it is posted nowhere now.
    is_late = now.happened_at < now.at
    return StatusUpdatePosted(
        audience=audience,
        text=text,
        final=update.final,
        next_update_at=update.next_update_at,
        has_channel=is_late or audience is Audience.INTERNAL or bool(now.policy.audiences.get(audience)),
        recipients=() if is_late else now.policy.update_recipients.get(audience, ()),
        warned=update.warned,
        impact=update.impact,
        **update_slots.match_post(now.open, audience, final=update.final, happened_at=now.happened_at, at=now.at),
    )
