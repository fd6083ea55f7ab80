"""The sample of `muster intake-test` is what its source would send: proved, read, and one event."""

from __future__ import annotations

import pytest

from bot.inbound.sample_alerts import sample_of
from bot.inbound.source_forms import read_alerts
from incident.policy_parts.intake_rules import FORMS, IntakeSource
from organisation.model.alert import AlertStatus
from tests.support.intake_env import SECRET, IntakeEnv, intake_policy


@pytest.mark.parametrize("form", [form for form in FORMS if form != "sns"])
def test_the_sample_of_each_form_is_read(form):
    rules = IntakeSource.model_validate({"form": form, "secret": "MUSTER_INTAKE_X"})
    sample = sample_of("noc", rules, "s", "k1")
    headers = {name.lower(): value for name, value in sample.headers.items()}

    [alert] = read_alerts(rules, headers, sample.body)

    assert alert.title == "Test of the source noc, by muster intake-test"
    assert "k1" in alert.key
    assert alert.status is AlertStatus.FIRING
    assert "'s'" not in repr(sample)


def test_a_sample_follows_the_mapping_of_the_policy():
    rules = IntakeSource.model_validate(
        {"form": "generic", "secret": "MUSTER_INTAKE_X", "map": {"title": "alarm.name", "key": "alarm.id"}}
    )

    [alert] = read_alerts(rules, {}, sample_of("noc", rules, "s", "k1").body)

    assert (alert.title, alert.key) == ("Test of the source noc, by muster intake-test", "k1")


def test_there_is_no_sample_of_what_only_amazon_can_sign():
    rules = IntakeSource.model_validate({"form": "sns", "topics": ["arn:aws:sns:eu-west-1:1:alarms"]})

    assert sample_of("aws", rules, "", "k1") is None


def test_every_sample_proves_itself_at_the_address_of_its_source(sqlite_store):
    env = IntakeEnv(sqlite_store, intake_policy(gather_seconds=0))
    try:
        for name, rules in env.policy.intake.sources.items():
            sample = sample_of(name, rules, SECRET, f"k-{name}")
            if sample is not None:
                assert env.post(sample.path, sample.body, sample.headers)[0] == 202, name
        env.drain()
    finally:
        env.close()

    assert {one.source for one in env.state.events} == set(env.policy.intake.sources) - {"aws"}
