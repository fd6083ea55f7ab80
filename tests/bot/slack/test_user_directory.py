import pytest

from bot.config.policy_loader import read_policy
from bot.slack.client.client_factory import client_for
from bot.slack.user_directory import UserDirectory, read_member
from commands.core.request import Actor
from roles.accounts import Account
from roles.person_ids import MUSTER, cli_person, slack_person
from tests.support.slack_env import POLICY, TODAY

RULES = read_policy(POLICY, TODAY).policy
GROUPED = RULES.model_copy(update={"groups": {"responder": ("S1", "U7"), "legal": ("U1",)}})


def member(user, **fields):
    return {"id": user, "name": user.lower(), "profile": {}} | fields


@pytest.fixture
def kept():
    return []


@pytest.fixture
def people(kept):
    found = UserDirectory("T1", kept.extend)
    found.update(member("U1", name="ann"))
    found.update(member("U2", is_bot=True))
    found.update(member("U3", is_restricted=True))
    found.update(member("U4", deleted=True))
    return found


@pytest.mark.parametrize(("user", "groups"), [("U1", {"responder"}), ("U2", set()), ("U3", set()), ("U4", set())])
def test_every_full_member_is_a_responder_while_the_policy_names_none(people, user, groups):
    assert people.groups_of(user, RULES) == groups


def test_an_unknown_account_is_in_no_group_and_may_not_act(people):
    assert people.groups_of("U9", RULES) == set()
    assert people.account("U9") is Account.UNKNOWN


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, Account.MEMBER),
        ({"team_id": "T1"}, Account.MEMBER),
        ({"team_id": "E1", "enterprise_user": {"teams": ["T0", "T1"]}}, Account.MEMBER),
        ({"team_id": "T5", "enterprise_user": {"teams": ["T5"]}}, Account.EXTERNAL),
        ({"team_id": "T2"}, Account.EXTERNAL),
        ({"is_stranger": True}, Account.EXTERNAL),
        ({"is_restricted": True}, Account.GUEST),
        ({"is_restricted": True, "is_ultra_restricted": True}, Account.GUEST),
        ({"is_bot": True}, Account.BOT),
        ({"deleted": True}, Account.DEACTIVATED),
    ],
)
def test_slacks_account_has_one_kind(people, fields, kind):
    people.update(member("U9", **fields))

    assert people.account("U9") is kind
    assert people.account("U9", {"T1"}) is kind
    assert people.account("U9", {"T1", "T2"}) is Account.EXTERNAL


def test_an_account_of_another_workspace_is_known_by_its_own(people):
    people.update(member("U9", team_id="T2", name="vera"))

    assert people.find("vera") == "slack:T2:U9"
    assert people.actor("U9", RULES) == Actor(id="slack:T2:U9", account=Account.EXTERNAL)


def test_an_account_in_no_list_is_asked_for_when_it_acts(place):
    crowd = UserDirectory(
        place.team, lambda new: None, client=client_for(place.sandbox.base_url, place.sandbox.bot_token)
    )

    assert [crowd.account(place.user(name)) for name in ("ann", "gus", "hal")] == [
        Account.MEMBER,
        Account.GUEST,
        Account.BOT,
    ]
    assert crowd.account("U0NOBODY") is Account.EXTERNAL


def test_an_account_that_slack_cannot_name_is_unknown_and_asked_for_once_a_while(place):
    crowd = UserDirectory(
        place.team, lambda new: None, client=client_for(place.sandbox.base_url, place.sandbox.bot_token)
    )
    place.sandbox.faults.server_error("users.info")

    assert [crowd.account(place.user("ann")) for _ in range(3)] == [Account.UNKNOWN] * 3


def test_groups_are_people_and_user_groups(people):
    people.set_group("S1", ["U5"])

    assert people.groups_of("U1", GROUPED) == {"legal"}
    assert people.groups_of("U5", GROUPED) == {"responder"}
    assert people.groups_of("U7", GROUPED) == {"responder"}
    assert people.groups_of("U9", GROUPED) == set()


def test_joins_and_leaves_of_a_user_group_are_applied(people):
    people.set_group("S1", ["U5"])

    people.change_group("S1", ["U6"], ["U5"])

    assert people.groups_of("U6", GROUPED) == {"responder"}
    assert people.groups_of("U5", GROUPED) == set()


def test_only_changes_are_stored(people, kept):
    people.update(member("U1", name="ann"))
    people.update(member("U1", name="ann", tz="Asia/Tokyo"))

    assert [one.zone for one in kept if one.name == "ann"] == ["UTC", "Asia/Tokyo"]
    assert people.time_zone("U1") == "Asia/Tokyo"
    assert people.time_zone("U9") == "UTC"


def test_a_person_is_found_by_id_or_by_a_unique_name(people):
    people.update(member("U5", name="bea"))
    people.update(member("U6", name="bea"))

    assert people.find("Ann") == "slack:T1:U1"
    assert people.find("U3AB") is None
    assert UserDirectory("T1", list).find("U8ABC") == "slack:T1:U8ABC"
    assert people.find("bea") is None
    assert people.find("u4") is None


def test_all_users_are_fetched_page_by_page_also_when_a_group_does_not_exist(place):
    crowd = UserDirectory(place.team, lambda new: None, page=1)
    client = client_for(place.sandbox.base_url, place.sandbox.bot_token)

    crowd.refresh(client, GROUPED)

    assert crowd.person(place.user("ann")).zone == "Europe/London"
    assert crowd.person(place.user("gus")).is_guest
    assert crowd.person(place.user("hal")).is_bot


def test_a_failed_refresh_keeps_the_known_users(place):
    crowd = UserDirectory(place.team, lambda new: None)
    client = client_for(place.sandbox.base_url, place.sandbox.bot_token)
    crowd.refresh(client, RULES)
    place.sandbox.faults.server_error("users.list")

    crowd.refresh(client, RULES)

    assert crowd.person(place.user("ann")) is not None


def test_a_person_is_stored_by_full_name_and_found_by_any_name(people):
    shown = member("U8", name="annie", real_name="Ann Lee", profile={"display_name": "Ännchen", "title": "SRE"})

    people.update(shown)

    assert (read_member("T1", shown).name, read_member("T1", shown).title) == ("Ann Lee", "SRE")
    assert {people.find(word) for word in ("ann lee", "annie", "ännchen")} == {"slack:T1:U8"}


def test_a_person_is_named_as_slack_names_them_and_a_stranger_not_at_all(people):
    people.update(member("U5", real_name="Eve Else", team_id="T2", is_stranger=True))

    assert people.name(slack_person("T1", "U1")) == "ann"
    assert people.name(slack_person("", "U5")) == "Eve Else (external)"
    assert people.name(MUSTER) == "Muster"
    assert people.name(slack_person("T1", "U9")) is None
    assert people.name(cli_person("ann", "box")) is None
