"""Names of people in documents."""

import pytest

from bot.export.reader_names import ReaderNames
from incident.ports import Person
from roles.person_ids import MUSTER, PersonId

KNOWN = {
    PersonId("slack:T1:U1"): Person(id=PersonId("slack:T1:U1"), name="Ann Lee"),
    PersonId("slack:T2:U1"): Person(id=PersonId("slack:T2:U1"), name="Vera Vendor"),
}


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("slack:T1:U1", "Ann Lee"),
        ("slack:U1", "Ann Lee"),
        ("slack:T2:U1", "Vera Vendor (external)"),
        ("slack:T2:U9", "slack:T2:U9 (external)"),
        ("slack:T1:U9", "slack:T1:U9"),
        ("cli:ann@desk", "cli:ann@desk (claimed)"),
        ("outside:Lee &amp; son", "Lee & son (outside Slack)"),
        (MUSTER, "Muster"),
    ],
)
def test_a_person_of_another_workspace_is_named_as_external(person, name):
    assert ReaderNames(KNOWN.get, "T1")(PersonId(person)) == name


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("slack:T1:U1", "Ann Lee"),
        ("slack::U1", "Ann Lee"),
        ("slack:T2:U1", "Vera Vendor (external)"),
        (MUSTER, "Muster"),
    ],
)
def test_a_known_person_is_named_in_slack_too(person, name):
    assert ReaderNames(KNOWN.get, "T1").known(PersonId(person)) == name


@pytest.mark.parametrize("person", ["slack:T1:U9", "slack:T2:U9", "cli:ann@desk"])
def test_a_person_who_is_in_no_directory_has_no_known_name(person):
    assert ReaderNames(KNOWN.get, "T1").known(PersonId(person)) is None
