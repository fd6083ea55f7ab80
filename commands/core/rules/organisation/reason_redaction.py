"""Removes the reason of a change of shifts from the record: it may say that a person is ill."""

from __future__ import annotations

from commands.core.preconditions import not_authorised
from commands.core.verb import DecisionContext
from incident.entries.conversation import Redacted
from incident.entry import workspace_chain
from incident.record.masked_view import has_text, is_repeated
from incident.refusal import Code, Refusal
from organisation.entries import shift_changes
from roles.authority import may

_KINDS = tuple(
    fact.kind
    for fact in (
        shift_changes.ShiftCovered,
        shift_changes.ShiftTaken,
        shift_changes.SwapOffered,
        shift_changes.ShiftChangeUndone,
    )
)


def reason_redacted(entry: int | None, why: str | None, now: DecisionContext) -> Redacted:
    """Return the redaction of the reason in an entry, by who wrote it or may redact. Refuses an entry without one."""
    if entry is None or not (why or "").strip():
        raise Refusal(Code.MISSING_FIELDS, "shift_redact_what", *(("entry",) if entry is None else ("reason",)))
    found = now.reader.unmasked().entries(workspace_chain(now.team), kinds=_KINDS, after=entry - 1, until=entry)
    about = [one for one in found if has_text(one) and not one.redacted]
    if not about:
        raise Refusal(Code.STATE, "shift_redact_nothing", "entry", entry=str(entry))
    is_own = about[0].by == now.actor.id
    if not is_own and not may(now.policy.authority.redact, groups=now.actor.groups, holds=()):
        raise not_authorised("shift_redact", now.policy.authority.redact, "entry")
    if is_repeated(about, why or ""):
        raise Refusal(Code.BAD_VALUE, "redact_reason", "reason")
    return Redacted(entry=entry, entries=(entry,), reason=why or "")
