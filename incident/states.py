"""The states, priorities and audiences of an incident.

Which state may follow which is in `model/state_transitions.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """The state of an incident. The slugs are stored."""

    LOGGED = "logged"
    TRIAGED = "triaged"
    ACTIVE = "active"
    MITIGATED = "mitigated"
    RESTORED = "restored"
    RESOLVED = "resolved"
    CLOSED = "closed"
    VOID_DUPLICATE = "void:duplicate"
    VOID_FALSE_ALARM = "void:false_alarm"
    VOID_NOT_INCIDENT = "void:not_incident"
    VOID_REQUEST_FULFILLED = "void:request_fulfilled"
    DRILL_ENDED = "drill_ended"


VOID: Final = frozenset(s for s in State if s.value.startswith("void:"))
OVER: Final = VOID | {State.CLOSED, State.DRILL_ENDED}
RESPONDING: Final = frozenset({State.LOGGED, State.TRIAGED, State.ACTIVE, State.MITIGATED, State.RESTORED})


class Priority(StrEnum):
    """The priority, computed from impact and urgency."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"


class Audience(StrEnum):
    """The audience of a status update. The slugs are stored."""

    INTERNAL = "internal"
    EXEC = "exec"
    CUSTOMER = "customer"
    REGULATOR = "regulator"


# Every audience that is owed updates, where an update may name several.
EVERY_AUDIENCE: Final = "all"


class Document(StrEnum):
    """What is written after an incident. The slugs are stored."""

    REVIEW = "review"
    RCA = "rca"


class Part(StrEnum):
    """The parts of both documents, in their order. The slugs are stored."""

    WHAT_HAPPENED = "what_happened"
    WENT_WELL = "went_well"
    WENT_BADLY = "went_badly"
    LUCKY = "lucky"
    METHOD = "method"
    ROOT_CAUSE = "root_cause"
    CONTRIBUTING = "contributing"
    CONFIDENCE = "confidence"
    ATTACK_VECTOR = "attack_vector"


class DocumentState(StrEnum):
    """The states of a document. The slugs are stored."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    WAIVED = "waived"


class LessonTarget(StrEnum):
    """What a lesson changes. The slugs are stored."""

    CONTROL = "control"
    POLICY = "policy"
    PROCEDURE = "procedure"
    RUNBOOK = "runbook"
    AWARENESS = "awareness"
    CONFIGURATION = "configuration"
    TOOL = "tool"


class ActionSort(StrEnum):
    """What a corrective action does about the next incident of this sort. The slugs are stored."""

    PREVENT = "prevent"
    DETECT = "detect"
    MITIGATE = "mitigate"
    PROCESS = "process"
