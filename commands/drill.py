"""`drill inject` and `drill end`: the exercise lead directs a running drill. `declare` starts one."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import DrillEnded, DrillInjected, StateChanged
from incident.entry import Fact
from incident.refusal import Code, Refusal
from incident.states import State

_SYNONYMS: Final = (
    ("injected", "inject"),
    ("event", "inject"),
    ("stop", "end"),
    ("ended", "end"),
    ("finish", "end"),
    ("over", "end"),
)
_FORMS: Final = (("inject", "Put something into the drill"), ("end", "End the drill"))


class Drill(Verb):
    """Run a drill: `drill declare …` starts one, `drill inject …` adds an event, `drill end …` ends it."""

    name = "drill"
    group = Group.OPEN

    what: Annotated[
        Literal["inject", "end"],
        FormField("What", Control.CHOICE, leading=True, needed=True, choices=_FORMS, synonyms=_SYNONYMS),
    ] = "inject"
    text: Annotated[
        str | None,
        FormField("Text", Control.TEXT, "What happens in the drill, or what it showed", rest=True, words=("summary",)),
    ] = None
    summary: Annotated[str | None, FormField("Summary", Control.TEXT, hidden=True)] = None

    @property
    def intent(self) -> str:
        """Name the form as stored requests do."""
        return "end_drill" if self.what == "end" else "inject"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the inject, or end the drill; both need a running drill."""
        refuse_by_state(now, self.intent)
        text = self.text or self.summary
        if text is None:
            raise Refusal(Code.MISSING_FIELDS, "drill_text", "text")
        if self.what == "inject":
            return (DrillInjected(text=text),)
        return (DrillEnded(summary=text), StateChanged(old=now.open.state, new=State.DRILL_ENDED))
