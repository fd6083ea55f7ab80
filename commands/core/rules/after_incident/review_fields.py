"""What can be done with a review, a root cause analysis and a corrective action, and their fields, as forms and typed lines ask for them."""

from __future__ import annotations

from typing import Final, Literal

from commands.core.fields.form_field import Control, FormField
from incident.states import ActionSort

ReviewStep = Literal["schedule", "held", "write", "submit", "return", "approve"]
RcaStep = Literal["open", "write", "submit", "return", "approve", "waive"]
ActionStep = Literal["add", "done", "move", "check", "drop"]
_DOCUMENT: Final = (
    ("write", "Write it"),
    ("submit", "Submit it for approval"),
    ("return", "Return it to its authors"),
    ("approve", "Approve it"),
)
_DOCUMENT_SYNONYMS: Final = (("edit", "write"), ("finish", "submit"), ("reject", "return"))


def _step(choices: tuple[tuple[str, str], ...], synonyms: tuple[tuple[str, str], ...], *, needed: bool) -> FormField:
    return FormField("What to do", Control.CHOICE, leading=True, needed=needed, choices=choices, synonyms=synonyms)


REVIEW_STEP: Final = _step(
    (("schedule", "Schedule it"), ("held", "It was held"), *_DOCUMENT),
    (("move", "schedule"), ("meeting", "held"), *_DOCUMENT_SYNONYMS),
    needed=False,
)
REVIEW_OWNER: Final = FormField("Owner", Control.PERSON, "Who leads and writes it", leading=True, only=("schedule",))
REVIEW_AT: Final = FormField("When", Control.MOMENT, leading=True, words=("at", "on"), only=("schedule", "held"))
ATTENDEES: Final = FormField("Who was there", Control.LINE, "Names", words=("with",), only=("held",), max_length=500)
REVIEW_TEXT: Final = FormField("Minutes, or what to change", Control.TEXT, because=True, only=("held", "return"))

RCA_STEP: Final = _step(
    (("open", "Ask for one"), *_DOCUMENT, ("waive", "It is not applicable")),
    (*_DOCUMENT_SYNONYMS, ("not applicable", "waive")),
    needed=False,
)
RCA_DUE: Final = FormField("Due", Control.MOMENT, words=("by", "until"), by_day=True, only=("open",))
RCA_TEXT: Final = FormField("Why, or what to change", Control.TEXT, because=True, only=("return", "waive"))

ACTION_STEP: Final = _step(
    (
        ("add", "A new one"),
        ("done", "It is done"),
        ("move", "Another date or owner"),
        ("check", "Does it work?"),
        ("drop", "It is dropped"),
    ),
    (
        ("new", "add"),
        ("open", "add"),
        ("finished", "done"),
        ("checked", "check"),
        ("verify", "check"),
        ("dropped", "drop"),
        ("cancel", "drop"),
    ),
    needed=True,
)
ACTION_ID: Final = FormField(
    "Which one", Control.WORD, "Its id, such as CA1", leading=True, only=("done", "move", "check", "drop")
)
ACTION_OWNER: Final = FormField(
    "Owner", Control.PERSON, "Who does it", leading=True, words=("for",), only=("add", "move")
)
ACTION_DUE: Final = FormField(
    "Due",
    Control.MOMENT,
    "Left empty: as the policy says",
    words=("by", "until"),
    by_day=True,
    only=("add", "move"),
)
ACTION_SORT: Final = FormField(
    "What it does",
    Control.CHOICE,
    choices=(
        (ActionSort.PREVENT.value, "Prevents it"),
        (ActionSort.DETECT.value, "Detects it sooner"),
        (ActionSort.MITIGATE.value, "Limits the harm"),
        (ActionSort.PROCESS.value, "Improves the response"),
    ),
    words=("kind",),
    only=("add",),
)
ACTION_WORKS: Final = FormField(
    "Does it work?",
    Control.CHOICE,
    choices=(("True", "Yes, it works"), ("False", "No, it does not")),
    synonyms=(("yes", "True"), ("no", "False")),
    only=("check",),
)
ACTION_LESSON: Final = FormField("Lesson", Control.WORD, "Its id, such as L1", only=("add",))
ACTION_TICKET: Final = FormField("Ticket", Control.LINE, "Its number or link", only=("add",))
ACTION_TEXT: Final = FormField("What is to be done, what shows it, or why it is dropped", Control.TEXT, rest=True)
