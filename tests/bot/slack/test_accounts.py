"""What each kind of account may do at the edge: people who are named, people not known yet, the Home tab, no database."""

import json

import pytest
from sqlalchemy import select

from bot.slack.client.client_factory import client_for
from bot.slack.degraded.dry_run import dry_run
from bot.slack.surfaces.home_tab import home_context
from bot.slack.user_directory import UserDirectory
from commands.core.request import Actor, Place, Request
from incident.effects.job_keys import key_of
from incident.entries.conversation import MessagePinned, Noted
from incident.entry import EntryPoint, Source
from incident.jobs import JobKind
from incident.refusal import Refusal
from roles.accounts import Account
from roles.person_ids import slack_person
from roles.role_names import Role
from sandbox.state.entities import Person
from storage.jobs.job_table import JOB
from tests.support import forged_payloads as forged
from tests.support.forged_payloads import Forger

VENDOR = "U0VERA001"


@pytest.fixture
def ann(place):
    return Forger(place.user("ann"), place.team)


@pytest.mark.parametrize("user", [VENDOR, "U0NOBODY9"])
@pytest.mark.parametrize("line", ["assign scribe <@{user}>", "escalate <@{user}> because we need help"])
def test_no_role_and_no_page_goes_to_an_account_of_another_workspace(place, incident, ann, user, line):
    place.people.update({"id": VENDOR, "name": "vera", "team_id": "T0VENDOR"})
    before = place.now(incident.key)

    response = forged.dispatch(place, forged.slash(ann, incident.places.channel, line.format(user=user)))

    shown = forged.answer(response)
    now = place.now(incident.key)
    assert "another organisation" in shown or not shown  # Where the name is not known, the form opens.
    assert (now.roles, now.escalations) == (before.roles, before.escalations)


def test_an_account_that_slack_cannot_name_yet_is_asked_to_try_again_and_loses_nothing(place, incident, ann):
    known = place.people._members.pop(ann.user)
    place.sandbox.faults.server_error("users.info", times=9)
    channel = incident.places.channel
    form = forged.submission(ann, "note", incident, {})
    form["view"]["blocks"] = [{"type": "input", "block_id": "text"}]

    line = forged.answer(forged.dispatch(place, forged.slash(ann, channel, "note seen it too")))
    submitted = json.loads(forged.answer(forged.dispatch(place, form)))
    item = {"type": "message", "channel": channel, "ts": "1700000005.000100"}
    reacted = {"type": "reaction_added", "user": ann.user, "reaction": "pushpin", "item": item}
    event = forged.event(place, {**reacted, "event_ts": "1700000005.000200"})
    unacknowledged = forged.dispatch(place, event).status

    assert "has not said yet who you are" in line
    assert "note seen it too" in line
    assert submitted["response_action"] == "errors"
    assert unacknowledged == 500
    assert place.entries(incident.key, Noted.kind, MessagePinned.kind) == ()

    place.sandbox.faults.clear()
    place.people._members[ann.user] = known
    forged.dispatch(place, event)
    assert len(place.entries(incident.key, MessagePinned.kind)) == 1


def test_an_account_that_joined_since_the_last_list_is_looked_up_and_acts(place, incident, ann):
    place.people._members.pop(ann.user)
    place.people._lookup._without_answer.clear()

    forged.dispatch(place, forged.slash(ann, incident.places.channel, "note looked up"))

    assert [entry.by for entry in place.entries(incident.key, Noted.kind)] == [place.person("ann")]


def test_the_home_tab_and_the_list_of_a_guest_have_the_incidents_of_their_channels_only(place, channel, incident):
    other = place.incident("Not theirs", channel=f"{channel}-other")
    place.actor.invite("ann", channel, "gus")
    assert place.sandbox.settle()
    guest, policy = place.person("gus"), place.active.policy

    home = place.store.recorder.read(lambda reader: home_context(reader, place.team, guest, policy, place.clock.now()))
    line = forged.slash(Forger(place.user("gus"), place.team), incident.places.channel, "list")
    listed = forged.answer(forged.dispatch(place, line))

    shown = {one.i.number for one in (*home.waiting, *home.mine)} | {one.number for one in home.others}
    assert shown == {incident.number}
    assert (incident.number in listed, other.number in listed) == (True, False)


@pytest.mark.parametrize("account", sorted(set(Account) - {Account.MEMBER}))
def test_only_a_member_declares_while_the_database_is_absent(place, account):
    request = Request(
        verb="declare",
        fields={"title": "Payments fail", "service": "checkout"},
        actor=Actor(id=slack_person(place.team, "U1"), account=account),
        team=place.team,
        place=Place(),
        source=Source(surface=EntryPoint.COMMAND),
        key="declared",
        at=place.clock.now(),
    )

    with pytest.raises(Refusal, match="E_NOT_AUTHORISED"):
        dry_run(request, place.active.policy)


def check(place, incident):
    """Do what the worker does with the check of an incident, which is due."""
    due = select(JOB.c.run_at).where(JOB.c.key == key_of(JobKind.TIMER, incident.key))
    assert place.store.transactions.read(lambda connection: connection.execute(due).scalar_one()) <= place.clock.now()
    place.record.tick(incident.key)
    return place.now(incident.key)


@pytest.mark.parametrize("change", [{"deleted": True}, {"is_restricted": True}])
def test_the_role_of_an_account_that_is_deactivated_or_becomes_a_guest_is_vacant_at_once(place, channel, change):
    leaver = place.actor.join_team(Person(name=f"leaver-{channel}", real_name="Lea Ver"))
    incident = place.incident(channel=channel)
    place.actor.invite("ann", channel, leaver)
    place.run("assign", {"role": "commander", "to": slack_person(place.team, leaver)}, channel=place.channel(channel))
    assert place.sandbox.settle()

    place.actor.update_person(leaver, **change)
    assert place.sandbox.settle()

    found = check(place, incident)
    assert found.holder(Role.COMMANDER) is None
    assert [(role, gone.who) for role, gone in found.vacated] == [(Role.COMMANDER, slack_person(place.team, leaver))]
    asked = [entry.fact for entry in place.entries(incident.key, "prompt_due") if entry.fact.ask == "commander"]
    assert asked
    assert all(slack_person(place.team, leaver) not in fact.asked for fact in asked)


def test_an_account_deactivated_while_muster_was_away_is_found_by_the_next_list_of_members(place, channel):
    leaver = place.actor.join_team(Person(name=f"away-{channel}", real_name="Abe Away"))
    assert place.sandbox.settle()
    incident = place.incident(channel=channel)
    place.run("assign", {"role": "commander", "to": slack_person(place.team, leaver)}, channel=place.channel(channel))
    place.sandbox.workspace.people[leaver].deleted = True
    restarted = UserDirectory(place.team, place._keep)

    restarted.refresh(client_for(place.sandbox.base_url, place.sandbox.bot_token), place.active.policy)

    assert check(place, incident).holder(Role.COMMANDER) is None


def test_the_refusal_of_a_lone_responder_has_a_button_that_gives_the_role(place, channel, incident, ann):
    for verb, fields in (
        ("ack", {}),
        ("restored", {"text": "payments go through again"}),
        ("resolve", {"how": "fix", "text": "rolled back the release that broke it"}),
    ):
        place.run(verb, fields, channel=place.channel(channel))

    refused = json.loads(forged.answer(forged.dispatch(place, forged.slash(ann, place.channel(channel), "close"))))

    [button] = [one for block in refused["blocks"] if block["type"] == "actions" for one in block["elements"]]
    assert (button["action_id"], button["text"]["text"]) == ("verb:take", "Take command")
    press = forged.button(ann, place.channel(channel), "take", incident, {}, "")
    press["actions"][0]["value"] = button["value"]
    forged.dispatch(place, press)
    assert place.now(incident.key).holder(Role.COMMANDER) == place.person("ann")
