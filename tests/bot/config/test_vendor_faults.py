"""A vendor that no person answers for is an error of the policy, and so is a service that names an unknown one."""

from __future__ import annotations

import pytest

from bot.config.policy_faults import faults
from tests.support.policies import small_policy
from tests.support.policy_texts import TODAY

WHOLE = {"owner": "UILSE", "comms_owner": "UEVA"}


def found(**changes) -> dict[tuple, str]:
    return {path: why for path, why in faults(small_policy(**changes), TODAY) if "vendors" in path}


@pytest.mark.parametrize("key", ["owner", "comms_owner"])
def test_a_vendor_without_an_owner_or_an_owner_of_communications_is_an_error(key):
    [(path, why)] = found(vendors={"cloud-1": WHOLE | {key: " "}}).items()

    assert path == ("vendors", "cloud-1", key)
    assert why.startswith("is empty: name the person who")


def test_a_vendor_with_both_is_no_error():
    assert found(vendors={"cloud-1": WHOLE}) == {}


def test_the_owner_of_a_vendor_is_a_person_s_id():
    [(path, why)] = found(vendors={"cloud-1": WHOLE | {"owner": "ilse"}}).items()

    assert (path, "is no person's Slack id" in why) == (("vendors", "cloud-1", "owner"), True)


def test_a_service_that_names_an_unknown_vendor_is_an_error_with_the_nearest_name():
    service = {"owner": "", "vendors": ["cloud-2"]}
    [(path, why)] = found(services={"checkout": service}, vendors={"cloud-1": WHOLE}).items()

    assert path == ("services", "checkout", "vendors", 0)
    assert "cloud-1" in why
