"""`contain`: the spread was stopped, is undone, or stays so. Containment is not restoration: the service may still be down."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_unless_person
from commands.core.request import RESPONDER
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.restoration import Contained, ContainmentReviewed, ContainmentUndone
from incident.entry import Fact
from incident.frozen import Utc
from incident.model.response.containment import Containment
from incident.refusal import Code, Refusal
from incident.rules.short_ids import is_meant, next_id
from roles.person_ids import PersonId

Term = Literal["short", "long", "undone", "reviewed"]
_TERMS: Final = (
    ("short", "Short: stops it for now"),
    ("long", "Long: holds until the cause is gone"),
    ("undone", "One is undone"),
    ("reviewed", "One was looked at and stays"),
)
_SYNONYMS: Final = (
    ("short-term", "short"),
    ("temporary", "short"),
    ("long-term", "long"),
    ("permanent", "long"),
    ("undo", "undone"),
)
_NEW: Final = ("short", "long")
_IRREVERSIBLE: Final = frozenset({"no", "none", "never", "not possible", "impossible", "irreversible"})


class Contain(Verb):
    """Record what stopped the spread: `short` for now, `long` until the cause is fixed; `contain undone C1 …` ends it."""

    name = "contain"
    group = Group.RESTORE
    asserts = True
    dated = True

    term: Annotated[
        Term, FormField("What happened", Control.CHOICE, leading=True, needed=True, choices=_TERMS, synonyms=_SYNONYMS)
    ]
    id: Annotated[
        Slug | None,
        FormField(
            "Which one", Control.WORD, "Such as C1", leading=True, pattern=r"[Cc]-?\d+", only=("undone", "reviewed")
        ),
    ] = None
    text: Annotated[
        str, FormField("What was done", Control.TEXT, "Or how it was undone, or why it stays", rest=True, needed=True)
    ]
    target: Annotated[
        str | None, FormField("What it was done to", Control.LINE, "web-2, the account of a person, a key", only=_NEW)
    ] = None
    approved_by: Annotated[
        PersonId | None, FormField("Approved by", Control.PERSON, words=("approved",), only=_NEW)
    ] = None
    undo: Annotated[
        str | None,
        FormField("How it is undone", Control.LINE, "The step back, or `no` if there is none", only=_NEW),
    ] = None
    review_at: Annotated[
        Utc | None,
        FormField(
            "Look at it again",
            Control.MOMENT,
            "When its owner is asked whether it still has to stay",
            words=("review",),
            only=("long", "reviewed"),
        ),
    ] = None

    @property
    def intent(self) -> str:
        """Name the form as stored requests do."""
        return "contain" if self.term in _NEW else f"contain_{self.term}"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record a step under a new id, marked if who records it is no responder; or that one is undone or stays."""
        if self.review_at is not None and self.review_at <= now.at:
            raise Refusal(Code.BAD_VALUE, "contain_review_past", "review_at")
        if self.term == "short" or self.term == "long":
            return (self._contained(now, self.term),)
        step = self._known(now)
        if self.term == "undone":
            return (ContainmentUndone(id=step.id, contained=step.n, text=self.text),)
        return (ContainmentReviewed(id=step.id, contained=step.n, text=self.text, review_at=self.review_at),)

    def _contained(self, now: DecisionContext, term: Literal["short", "long"]) -> Contained:
        if self.approved_by is not None:
            refuse_unless_person(now, self.approved_by, "approved_by", may_have_left=now.occurred_at is not None)
        is_undoable = self.undo.strip(" .").casefold() not in _IRREVERSIBLE if self.undo else None
        return Contained(
            term=term,
            text=self.text,
            outside_group=RESPONDER not in now.actor.groups,
            id=next_id("C", (*(one.id for one in now.open.containment), *now.open.spent_ids)),
            target=self.target or None,
            approved_by=self.approved_by,
            undo=self.undo if is_undoable else None,
            reversible=is_undoable,
            review_at=self.review_at,
        )

    def _known(self, now: DecisionContext) -> Containment:
        """Return the step that is meant; without an id the only one that is in place."""
        in_place = [one for one in now.open.containment if one.is_in_place]
        meant = [one for one in now.open.containment if is_meant(self.id or "", one.id, "C")]
        meant = in_place if not self.id and len(in_place) == 1 else meant
        if not meant:
            raise Refusal(Code.STATE, "contain_unknown", "id", id=self.id or "")
        if not meant[0].is_in_place:
            raise Refusal(Code.STATE, "contain_undone_already", "id", id=meant[0].id)
        return meant[0]
