"""`unmask`: a person with authority to redact shows a masked text again."""

from __future__ import annotations

from commands.core.message_reference import TextRef, entry_named, named_subject
from commands.core.preconditions import asked_to_redact, refuse_without
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import Masked, MaskLifted
from incident.entry import Fact
from incident.model.incident import Incident
from incident.model.slack_references import Mask
from incident.record import masked_view
from incident.refusal import Code, Refusal


class Unmask(Verb):
    """Show a hidden text again, because it needs no redaction."""

    name = "unmask"
    group = Group.RECORD
    drastic = True

    ref: TextRef = None

    def still_offered(self, incident: Incident, drawn_at: int) -> bool:
        """Return whether the mask the button was drawn for is in place."""
        return any(self.ref == mask.ref for mask in incident.masks)

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Lift the mask of a message or an entry, with the authority to redact it."""
        mask = masked_view.mask_of(now.open.masks, named_subject(now, self.ref)) or self._quoted(now)
        if mask is None:
            raise Refusal(Code.STATE, "unmask_nothing", "ref")
        refuse_without(now, "unmask_not_yours", now.policy.authority.redact, asked=asked_to_redact(now))
        hidden = masked_view.hidden_by(mask, now.open.key, now.reader.unmasked())
        entries = tuple(sorted(entry.n for entry in hidden))
        return (MaskLifted(channel=mask.channel, ts=mask.ts, entry=mask.entry, entries=entries),)

    def _quoted(self, now: DecisionContext) -> Mask | None:
        """Return the mask that hides an entry named by its number, or that the entry set or widened."""
        n = entry_named(self.ref or "") or 0
        found = now.reader.entries(now.open.key, kinds=(Masked.kind,), after=n - 1, until=n) if n else ()
        asked = [masked_view.subject_of(entry.fact) for entry in found if isinstance(entry.fact, Masked)]
        return next((mask for mask in now.open.masks if n in mask.entries or mask.subject in asked), None)
