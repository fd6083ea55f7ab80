"""`changed`: a service was changed. Incidents that are declared soon after are offered a link to it."""

from __future__ import annotations

from typing import Annotated, Final

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.refusal import Code, Refusal
from organisation.entries.change_records import ChangeRecorded

_REF: Final = r"[A-Za-z][\w.]*-\d[\w.-]*|[0-9a-f]{7,40}|v?\d[\w.-]*"


class Changed(Verb):
    """Record a change: `changed CHG-88 service=checkout New payment library`. Incidents declared soon after are offered it."""

    name = "changed"
    aliases = ("change", "deployed")
    group = Group.RECORD
    needs_incident = False
    of_organisation = True

    ref: Annotated[
        str | None,
        FormField(
            "Its number",
            Control.WORD,
            "CHG-88, a commit, a version",
            leading=True,
            needed=True,
            pattern=_REF,
            max_length=80,
        ),
    ] = None
    service: Annotated[str | None, FormField("Service", Control.SERVICE, "Empty: it may concern every service")] = None
    text: Annotated[
        str | None, FormField("What was changed?", Control.LINE, rest=True, needed=True, max_length=500)
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record it, also as of an earlier time. One with the same number takes the place of the earlier one."""
        if not (self.ref or "").strip():
            raise Refusal(Code.MISSING_FIELDS, "change_ref", "ref")
        if not (self.text or "").strip():
            raise Refusal(Code.MISSING_FIELDS, "change_text", "text")
        if self.service is not None and self.service not in now.policy.services:
            raise Refusal(Code.UNKNOWN_SERVICE, "unknown_service", "service", services=", ".join(now.policy.services))
        return (ChangeRecorded(ref=(self.ref or "").strip(), text=self.text or "", service=self.service),)
