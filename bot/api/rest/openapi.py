"""The description of each operation for OpenAPI 3.1: parameters, bodies with an example, and every answer."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.api.problem import MEDIA_TYPE
from bot.api.rest import documents
from bot.api.rest.verb_schemas import LONGEST_KEY, body_schema, example
from commands.core.verb import Verb

Part = dict[str, Any]

DESCRIPTION: Final = (
    "Everything that people do with `/incident`, for programs. Send `Authorization: Bearer mus_…`. "
    "A refusal is problem+json: `code` for programs, `detail` for people, `fields` and `missing` for forms."
)
MODELS: Final[tuple[type[BaseModel], ...]] = (
    documents.ProblemDocument,
    documents.IncidentDocument,
    documents.IncidentPage,
    documents.EntryDocument,
    documents.EntryPage,
    documents.ActDocument,
    documents.AnswerDocument,
    documents.CallerDocument,
)
_PROBLEMS: Final = {
    400: "A header or the body cannot be read",
    401: "No valid token",
    403: "The token, or the rules, do not allow it",
    404: "No such incident, or none that the token may see",
    409: "The rules refuse it in the present state",
    412: "The incident has changed since",
    413: "The body is too large",
    415: "The body is not application/json",
    422: "A field is missing or cannot be read",
    429: "Too many requests",
    503: "The database does not answer; send it again under the same key",
}
_LINKED: Final = "#/components/schemas/"

NUMBER: Final[Part] = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "The incident, as INC-2026-0042",
    "schema": {"type": "string", "pattern": r"^INC-[0-9]{4}-[0-9]{4,9}$", "maxLength": 20},
    "example": "INC-2026-0042",
}
_IF_MATCH: Final[Part] = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag that you read: refused with 412 if the incident has changed since",
    "schema": {"type": "string", "pattern": r'^"[0-9]{1,9}"$'},
}
IF_NONE_MATCH: Final[Part] = {**_IF_MATCH, "name": "If-None-Match", "description": "The ETag that you have"}
_KEY: Final[Part] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Your own key of this request: sent again within 48 hours, it has the same outcome",
    "schema": {"type": "string", "pattern": r"^[!#-~]+$", "minLength": 1, "maxLength": LONGEST_KEY},
}


def query(name: str, schema: Part, description: str) -> Part:
    """Return the description of a parameter of the address."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def operation(answer: type[BaseModel], *parameters: Part, statuses: tuple[int, ...] = (200,)) -> Part:
    """Return the description of an operation beside its summary."""
    good = {str(one): _content("application/json", answer, "Done") for one in statuses}
    bad = {str(one): _content(MEDIA_TYPE, documents.ProblemDocument, text) for one, text in _PROBLEMS.items()}
    return {"parameters": list(parameters), "responses": {**good, **bad}, "security": [{"token": []}]}


def verb_operation(verb: type[Verb], *parameters: Part) -> Part:
    """Return the description of the operation of a verb."""
    if verb.is_query:
        schema = body_schema(verb)
        fields = [
            query(name, one, one.get("description", "")) | {"required": name in schema["required"]}
            for name, one in ((name, _plain(one)) for name, one in schema["properties"].items())
        ]
        return operation(documents.AnswerDocument, *parameters, *fields)
    terms = (_KEY, _IF_MATCH) if verb.needs_incident else (_KEY,)
    statuses = (200, 201) if verb.opens_incident else (200,)
    described = operation(documents.ActDocument, *parameters, *terms, statuses=statuses)
    content = {"application/json": {"schema": body_schema(verb), "example": example(verb)}}
    return {**described, "requestBody": {"required": bool(body_schema(verb)["required"]), "content": content}}


def complete(document: Part) -> Part:
    """Add the schemas of all answers, and how a caller shows their token."""
    _, schemas = models_json_schema([(one, "serialization") for one in MODELS], ref_template=f"{_LINKED}{{model}}")
    document["components"] = {
        "schemas": schemas["$defs"],
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    return document


def _plain(schema: Part) -> Part:
    """Return the schema of a parameter: one that may be left out is never null."""
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(kinds) == 1:
        return {**{name: value for name, value in schema.items() if name != "anyOf"}, **kinds[0]}
    return {**schema, "anyOf": kinds} if kinds else schema


def _content(media_type: str, model: type[BaseModel], description: str) -> Part:
    linked = {"$ref": f"{_LINKED}{model.__name__}"}
    return {"description": description, "content": {media_type: {"schema": linked}}}
