"""A refusal: what did not happen, as a code and a reason. Its sentences are in templates/slack/refusals.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from incident.entry import Fact


class Code(StrEnum):
    """The refusal codes of the record; the first that applies is given."""

    STATE = "E_STATE"
    UNKNOWN_SERVICE = "E_UNKNOWN_SERVICE"
    MISSING_FIELDS = "E_MISSING_FIELDS"
    NOT_AUTHORISED = "E_NOT_AUTHORISED"
    JUSTIFICATION = "E_JUSTIFICATION"
    ROLE_TAKEN = "E_ROLE_TAKEN"
    HOLDER_ACTIVE = "E_HOLDER_ACTIVE"
    HANDOVER_NOTE = "E_HANDOVER_NOTE"
    PROMISE_TOO_LONG = "E_PROMISE_TOO_LONG"
    ON_HOLD = "E_ON_HOLD"
    DRILL_EXTERNAL_BLOCKED = "E_DRILL_EXTERNAL_BLOCKED"
    CLOSE_INCOMPLETE = "E_CLOSE_INCOMPLETE"
    # What follows never reaches decide in a scenario: the edge could not make a request of what was typed.
    UNKNOWN_VERB = "E_UNKNOWN_VERB"
    UNKNOWN_PERSON = "E_UNKNOWN_PERSON"
    NOT_A_RESPONDER = "E_NOT_A_RESPONDER"
    NO_INCIDENT = "E_NO_INCIDENT"
    BAD_VALUE = "E_BAD_VALUE"
    TOO_LONG = "E_TOO_LONG"
    STALE = "E_STALE"
    KEY_REUSED = "E_KEY_REUSED"
    TOO_OFTEN = "E_TOO_OFTEN"
    # Allowed, and doubtful: asked about and not recorded; `missing` names the doubts.
    UNCONFIRMED = "E_UNCONFIRMED"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The rules refused a request. `reason` names the sentence; `fields` are the form fields it is about.

    `facts` fill the sentence in. `also` are facts that are recorded in spite of the refusal.
    """

    def __init__(
        self,
        code: Code,
        reason: str,
        *fields: str,
        missing: tuple[str, ...] = (),
        also: tuple[Fact, ...] = (),
        **facts: str,
    ) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.fields = fields
        self.missing = missing
        self.also = also
        self.facts: Mapping[str, str] = facts
