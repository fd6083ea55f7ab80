"""`recover`: how systems were brought back, from which backup, and the check that they are clean."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.rules.outside.named_source import named_source
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.restoration import Recovered, RecoveryChecked
from incident.entry import Fact
from incident.model.response.analysis import Recovery
from incident.refusal import Code, Refusal
from incident.rules.short_ids import is_meant, next_id

_METHODS: Final = (
    ("backup", "Restored from a backup"),
    ("patch", "Patched"),
    ("rebuild", "Built again"),
    ("failover", "Failed over"),
    ("rollback", "Rolled back"),
    ("checked", "One was checked and is clean"),
)
_SYNONYMS: Final = (
    ("restore", "backup"),
    ("patched", "patch"),
    ("rebuilt", "rebuild"),
    ("check", "checked"),
    ("clean", "checked"),
)
_NEW: Final = ("backup", "patch", "rebuild", "failover", "rollback")


class Recover(Verb):
    """Record how systems came back (`recover backup db1 is restored backup=snap-42`), and that they were checked."""

    name = "recover"
    aliases = ("recovery",)
    group = Group.RESTORE
    asserts = ("checked",)
    dated = True

    method: Annotated[
        Literal["backup", "patch", "rebuild", "failover", "rollback", "checked"],
        FormField("How", Control.CHOICE, leading=True, needed=True, choices=_METHODS, synonyms=_SYNONYMS),
    ]
    id: Annotated[
        Slug | None,
        FormField("Which one", Control.WORD, "Such as R1", leading=True, pattern=r"[Rr]-?\d+", only=("checked",)),
    ] = None
    text: Annotated[str, FormField("What was done", Control.TEXT, "Or what was checked", rest=True, needed=True)]
    backup: Annotated[
        str | None, FormField("Backup that was used", Control.LINE, "Its id and its time", only=("backup",))
    ] = None
    clean: Annotated[
        str | None,
        FormField("How you know that it is clean", Control.LINE, "An item of evidence (EV1), an entry (#17), or words"),
    ] = None

    @property
    def intent(self) -> str:
        """Name the form as stored requests do."""
        return "recover_checked" if self.method == "checked" else "recover"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the recovery under a new id, or the check of one."""
        source = named_source(now, self.clean, "clean")
        if self.method == "checked":
            one = self._known(now)
            check = RecoveryChecked(
                id=one.id, recovery=one.n, text=self.text, evidence=source.evidence, entry=source.entry
            )
            return (check,)
        taken = (one.id for one in now.open.recoveries)
        made = Recovered(
            id=next_id("R", (*taken, *now.open.spent_ids)),
            method=self.method,
            text=self.text,
            backup=self.backup or None,
            clean=source.words,
            evidence=source.evidence,
            entry=source.entry,
            checked=source.is_named,
        )
        return (made,)

    def _known(self, now: DecisionContext) -> Recovery:
        """Return the recovery that is meant; without an id the only one without a check."""
        unchecked = [one for one in now.open.recoveries if one.checked_at is None]
        if not self.id and len(unchecked) == 1:
            return unchecked[0]
        found = next((one for one in now.open.recoveries if is_meant(self.id or "", one.id, "R")), None)
        if found is None:
            raise Refusal(Code.STATE, "recover_unknown", "id", id=self.id or "")
        return found
