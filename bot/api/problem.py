"""A problem: why the API did not do what was asked, as problem+json (RFC 9457). Its sentence says what to do now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from bot.rendering.message_catalog import refusal_text
from bot.rendering.renderer import Mode, Renderer
from bot.rendering.reply_text import unmet_criteria
from incident.ports import Outcome
from incident.refusal import Code

MEDIA_TYPE: Final = "application/problem+json"
_NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)


class ApiCode(StrEnum):
    """Codes of what never reached the rules. They are in no entry."""

    NO_TOKEN = "E_NO_TOKEN"  # noqa: S105 - a code
    SCOPE = "E_SCOPE"
    NOT_FOUND = "E_NOT_FOUND"
    METHOD = "E_METHOD"
    NOT_JSON = "E_NOT_JSON"
    HEADER = "E_HEADER"
    TOO_LARGE = "E_TOO_LARGE"
    MEDIA_TYPE = "E_MEDIA_TYPE"
    TOO_OFTEN = "E_TOO_OFTEN"
    UNAVAILABLE = "E_UNAVAILABLE"
    BROKEN = "E_BROKEN"


_STATUS: Final[Mapping[str, int]] = {
    ApiCode.NO_TOKEN: 401,
    ApiCode.SCOPE: 403,
    ApiCode.NOT_FOUND: 404,
    ApiCode.METHOD: 405,
    ApiCode.NOT_JSON: 400,
    ApiCode.HEADER: 400,
    ApiCode.TOO_LARGE: 413,
    ApiCode.MEDIA_TYPE: 415,
    ApiCode.TOO_OFTEN: 429,
    ApiCode.UNAVAILABLE: 503,
    ApiCode.BROKEN: 500,
    Code.STATE: 409,
    Code.ROLE_TAKEN: 409,
    Code.HOLDER_ACTIVE: 409,
    Code.ON_HOLD: 409,
    Code.DRILL_EXTERNAL_BLOCKED: 409,
    Code.CLOSE_INCOMPLETE: 409,
    Code.UNCONFIRMED: 409,
    Code.NOT_AUTHORISED: 403,
    Code.NO_INCIDENT: 404,
    Code.UNKNOWN_VERB: 404,
    Code.STALE: 412,
    Code.TOO_OFTEN: 429,
}
_INVALID: Final = 422


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818 - it is an answer
    """What was not done. `reason` names the sentence, which `facts` fill in; `fields` are those of the request at fault."""

    code: str
    reason: str
    fields: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    verb: str = ""

    @classmethod
    def of_outcome(cls, outcome: Outcome) -> Problem:
        """Return the problem of a request that the rules refused."""
        return cls(
            code=str(outcome.code),
            reason=str(outcome.reason),
            fields=outcome.fields,
            missing=outcome.missing,
            facts=dict(outcome.facts),
            verb=outcome.verb,
        )

    @property
    def status(self) -> int:
        """The HTTP status: 422 for what can be sent again once it is changed."""
        return _STATUS.get(self.code, _INVALID)


def document(problem: Problem, renderer: Renderer | None = None) -> dict[str, Any]:
    """Return the body of an answer: code, fields, what is missing, and in words what to do now."""
    outcome = Outcome(
        verb=problem.verb,
        code=problem.code,
        reason=problem.reason,
        fields=problem.fields,
        missing=problem.missing,
        facts=tuple(problem.facts.items()),
        at=_NO_TIME,
    )
    todo = [line.replace("`", "") for line in unmet_criteria(outcome)] or list(problem.missing)
    return {
        "type": f"urn:muster:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": refusal_text(outcome, renderer or Renderer(Mode.DOCUMENT)),
        "code": problem.code,
        "fields": list(problem.fields),
        "missing": todo,
    }
