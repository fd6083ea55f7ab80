"""Where alerts come from and what follows from them: sources with their form and secret, and rules. Values only."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from incident.frozen import Frozen
from incident.policy_parts.policy_numbers import Minutes
from incident.policy_parts.rule_conditions import Word, several
from incident.states import Priority

SOURCE_PREFIX: Final = "MUSTER_INTAKE_"
FORMS: Final = (
    "alertmanager",
    "grafana",
    "pagerduty",
    "generic",
    "datadog",
    "sentry",
    "zabbix",
    "sns",
    "azure",
    "google_cloud",
    "cloudevents",
    "pagerduty_events",
    "opsgenie",
)
SourceForm = Literal[
    "alertmanager",
    "grafana",
    "pagerduty",
    "generic",
    "datadog",
    "sentry",
    "zabbix",
    "sns",
    "azure",
    "google_cloud",
    "cloudevents",
    "pagerduty_events",
    "opsgenie",
]
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_SECRET: Final = re.compile(rf"{SOURCE_PREFIX}[A-Z0-9_]{{1,60}}")
# What a mapping may fill in of an alert.
MAPPED: Final = frozenset({"title", "key", "status", "description", "url", "service", "severity", "starts_at", "group"})


def _source_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("must be a short name in small letters: it is a part of the address, such as noc")
    return name


def _secret_name(name: str) -> str:
    if not _SECRET.fullmatch(name):
        raise ValueError(f"must be the name of a setting that holds the secret, such as {SOURCE_PREFIX}NOC")
    return name


SourceName = Annotated[str, AfterValidator(_source_name)]


class IntakeSource(Frozen):
    """A system that sends alerts: the form of what it sends, the setting with its secret, and what its words mean here.

    `services` maps its word for a service to one of ours, `severities` its word for a severity to a priority; an unknown
    severity gives none. `service` is that of alerts that name none of ours. `map` says where a generic body has what, as
    `title: alert.name`. `topics` are the SNS topics that may send; any other is refused.
    """

    form: SourceForm
    secret: Annotated[str | None, AfterValidator(lambda name: _secret_name(name) if name else None)] = None
    service: Word | None = None
    services: dict[str, Word] = {}
    severities: dict[str, Priority] = {}
    map: dict[str, str] = {}
    topics: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.form == "sns" and not self.topics:
            raise ValueError("has no topics: name the ARN of each SNS topic that may send")
        if self.form != "sns" and self.secret is None:
            raise ValueError(f"has no secret: name a setting that holds it, such as {SOURCE_PREFIX}NOC")
        unknown = sorted(set(self.map) - MAPPED)
        if unknown:
            raise ValueError(f"maps {unknown[0]}, which no alert has. Use {', '.join(sorted(MAPPED))}")
        return self


class AlertCondition(Frozen):
    """When a rule holds for an alert: all that is given must be so. Lists hold alternatives; what is left out holds always."""

    source: Annotated[tuple[Word, ...], BeforeValidator(several)] = ()
    service: Annotated[tuple[Word, ...], BeforeValidator(several)] = ()
    severity: Annotated[tuple[Word, ...], BeforeValidator(several)] = ()
    priority: Annotated[tuple[Priority, ...], BeforeValidator(several)] = ()
    title: str | None = None


class IntakeRule(Frozen):
    """What follows from an alert that opens an event, by the first rule that holds.

    `attach`: it belongs to the newest open incident of its service, if there is one. `declare`: it is an incident at once.
    `propose`, as without a rule: a person judges.
    """

    name: Word
    when: AlertCondition = AlertCondition()
    then: Literal["attach", "propose", "declare"] = "propose"


class Intake(Frozen):
    """The sources of alerts by name, and the rules for what they send.

    What comes again within `quiet_minutes` of an event that was judged no incident is counted and not asked about. What a
    source sends about a service within `gather_seconds` of an event to judge belongs to that event: a storm is one question.
    """

    sources: dict[SourceName, IntakeSource] = {}
    rules: Annotated[tuple[IntakeRule, ...], Field(max_length=100)] = ()
    quiet_minutes: Minutes = 60
    gather_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
