"""A policy whose sources or rules name what does not exist, or lack what they need, is refused with what to do."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.cli.intake.intake_check import check_intake
from bot.config.rules.intake_faults import intake_faults
from incident.policy import Policy
from incident.policy_parts.intake_rules import Intake
from tests.support.policies import team_policy

SOURCE = {"form": "generic", "secret": "MUSTER_INTAKE_NOC"}


def policy(**intake: Any) -> Policy:
    return team_policy().model_copy(update={"intake": Intake.model_validate({"sources": {"noc": SOURCE}, **intake})})


@pytest.mark.parametrize(
    ("intake", "place"),
    [
        ({"sources": {"noc": {**SOURCE, "service": "nothing"}}}, ("sources", "noc", "service")),
        ({"sources": {"noc": {**SOURCE, "services": {"x": "nothing"}}}}, ("sources", "noc", "services", "x")),
        ({"rules": [{"name": "a", "when": {"source": "nok"}}]}, ("rules", 0, "when", "source", 0)),
        ({"rules": [{"name": "a", "when": {"service": "chekout"}}]}, ("rules", 0, "when", "service", 0)),
        ({"rules": [{"name": "a"}, {"name": "a"}]}, ("rules", 1, "name")),
    ],
)
def test_a_name_that_names_nothing_is_found(intake, place):
    assert [path for path, _ in intake_faults(policy(**intake))] == [("intake", *place)]


def test_a_policy_without_such_names_has_no_fault():
    rule = {"name": "a", "when": {"source": "noc", "service": "checkout"}, "then": "attach"}

    assert list(intake_faults(policy(rules=[rule]))) == []


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({"form": "generic"}, "has no secret"),
        ({"form": "sns"}, "has no topics"),
        ({"form": "generic", "secret": "hunter2"}, "must be the name of a setting"),
        ({**SOURCE, "map": {"titel": "a"}}, "maps titel"),
    ],
)
def test_a_source_that_lacks_what_it_needs_is_refused(source, says):
    with pytest.raises(ValidationError, match=says):
        Intake.model_validate({"sources": {"noc": source}})


def test_a_name_that_cannot_be_a_part_of_an_address_is_refused():
    with pytest.raises(ValidationError, match="short name in small letters"):
        Intake.model_validate({"sources": {"No/c": SOURCE}})


@pytest.mark.parametrize(
    ("secrets", "port", "says"),
    [
        ((), 3000, "MUSTER_INTAKE_NOC is not set"),
        (("MUSTER_INTAKE_NOC",), None, "set MUSTER_HTTP_PORT"),
        (("MUSTER_INTAKE_NOC",), 3000, "Every source of alerts has its secret."),
    ],
)
def test_the_doctor_says_what_keeps_a_source_from_being_heard(secrets, port, says):
    [result] = check_intake(policy(), secrets, port)

    assert says in result.message


def test_without_sources_the_doctor_says_nothing_of_them():
    assert list(check_intake(team_policy(), (), None)) == []
