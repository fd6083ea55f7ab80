"""No payload gives an account more than it may do: every verb by every surface, as each kind of account.

A button's value and a form's metadata name an incident, its channel and all fields; the account is what Slack signs.
"""

import json

import pytest

from commands.core import verb_registry
from commands.core.fields.field_validation import read_form
from incident.entries.conversation import MessagePinned, MessagePosted, Noted, Reacted
from incident.entry import workspace_chain
from organisation.entries.task_changes import TaskOpened
from roles.person_ids import slack_person
from tests.support import forged_payloads as forged
from tests.support.forged_payloads import AnswerReceiver, Forger
from tests.support.wait import until

TITLE = "Leaked credentials"
WHY = "because it was seen in the logs of the gateway"
SOME_ONE = "slack:T:U"
FIELDS = {
    "action": {"assignee": SOME_ONE, "text": "Look"},
    "affected": {"what": "systems", "text": "web-2"},
    "amend": {"entry": 1, "text": "Other words"},
    "answer": {"answer": "accepted"},
    "assign": {"role": "scribe", "to": SOME_ONE},
    "backfill": {"title": "Late", "service": "checkout", "started_at": "2026-01-01T10:00:00Z"},
    "cap": {"what": "add"},
    "category": {"category": "Application", "reason": WHY},
    "contain": {"term": "short", "text": "Token revoked"},
    "correct": {"entry": 1, "text": "Other words"},
    "decide": {"text": "Roll back", "rationale": WHY},
    "declare": {"title": "Another one", "service": "checkout", "impact": 1, "urgency": 1},
    "determine": {"what": "aware_personal_data_breach", "reason": WHY},
    "done": {"id": "A1", "result": "It is revoked"},
    "escalate": {"reason": WHY},
    "event": {"what": "no", "id": "EV-2026-0007", "reason": WHY},
    "evidence": {"item": "A log"},
    "finish": {
        "text": WHY,
        "how": "fix",
        "criterion": "monitoring_verified",
        "evidence": WHY,
        "started_at": "2026-01-01T10:00:00Z",
    },
    "handover": {"role": "commander", "to": SOME_ONE, "note": WHY},
    "hold": {"audience": "customer", "reason": WHY},
    "inbound": {"source": "press", "text": "Is it true?"},
    "join": {"number": "INC-2026-0001"},
    "link": {"kind": "problem", "ref": "PRB-1"},
    "major": {"reason": WHY},
    "mitigated": {"text": WHY},
    "not_reportable": {"regime": "gdpr33", "reason": WHY},
    "note": {"text": "Words"},
    "notice": {"to": "police", "road": "phone", "text": "Words"},
    "pin": {"channel": "C1", "ts": "1700000000.000100", "text": "Words", "author": SOME_ONE},
    "preserve": {"reason": WHY},
    "priority": {"impact": 3, "urgency": 3, "justification": WHY},
    "quiet": {"mode": "on"},
    "reclassify": {"type": "it", "reason": WHY},
    "recover": {"method": "backup", "text": WHY},
    "redact": {"ref": "1", "reason": WHY},
    "regress": {"text": WHY},
    "release": {"role": "commander"},
    "reopen": {"reason": WHY},
    "resolve": {"text": WHY},
    "restored": {"text": WHY},
    "review": {"owner": SOME_ONE, "at": "2099-01-01T10:00:00Z"},
    "screen": {"answer": "no", "reason": WHY},
    "shift": {"change": "take"},
    "submitted": {"regime": "gdpr33", "obligation": "authority", "ref": "DPA-88120"},
    "subscribe": {"kind": "on"},
    "take": {"role": "scribe"},
    "task": {"what": "open", "owner": SOME_ONE, "due": "2099-01-01T10:00:00Z", "text": "Rotate the key"},
    "time": {"field": "started_at", "at": "2026-01-01T10:00:00Z", "basis": WHY},
    "title": {"title": "Another title"},
    "unmask": {"ref": "1"},
    "update": {"audience": ["internal"], "text": "All is well"},
    "validate": {"criterion": "monitoring_verified", "evidence": WHY},
    "void": {"as_": "false_alarm", "reason": WHY},
    "workaround": {"text": "Use the other one"},
}
BARRED = ("stranger", "of another team", "of another team with a member's id", "deactivated", "bot")
GONE = "U0GONE01"


@pytest.fixture(scope="module")
def answers():
    opened = AnswerReceiver()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def secret(place):
    incident = place.incident(TITLE, channel="inc-secret", private=True)
    place.actor.leave("bea", "inc-secret")
    assert place.sandbox.settle()
    return place.now(incident.key)


@pytest.fixture(scope="module")
def open_one(place):
    """An incident that every member may see."""
    return place.incident("Payments fail", channel="inc-open")


@pytest.fixture(scope="module")
def forgers(place):
    place.people.update({"id": GONE, "name": "gone", "deleted": True})
    return {
        "stranger": Forger("U0NOBODY1", place.team),
        "of another team": Forger("U0VENDOR1", "T0VENDOR"),
        "of another team with a member's id": Forger(place.user("ann"), "T0VENDOR"),
        "deactivated": Forger(GONE, place.team),
        "bot": Forger(place.user("hal"), place.team),
        "guest": Forger(place.user("gus"), place.team),
        "outsider": Forger(place.user("bea"), place.team),
        "ann": Forger(place.user("ann"), place.team),
    }


@pytest.fixture(autouse=True)
def _fresh_pace(place):
    """Let no request of an earlier test count: these tests send more than a person may in a minute."""
    place.gateway.executor.pace._times.clear()


def verbs():
    return [verb.name for verb in verb_registry.verbs()]


def count(place):
    """Return the number of all entries: of every incident and of the workspace."""
    return sum(sum(place.store.queries.entry_counts(key).values()) for key in place.store.queries.chain_keys())


def subscriptions(place):
    return place.store.recorder.read(lambda reader: reader.subscriptions(place.team))


def by_button(place, by, verb, incident, answers):
    before = len(answers.texts)
    body = forged.button(by, place.channel("general"), verb, incident, FIELDS.get(verb, {}), answers.url)
    assert forged.dispatch(place, body).status == 200
    return until(lambda: answers.texts[before:])[0]


def by_form(place, by, verb, incident, answers):
    return forged.answer(forged.dispatch(place, forged.submission(by, verb, incident, FIELDS.get(verb, {}))))


def by_line(place, by, verb, incident, answers):
    words = " ".join(str(value) for value in FIELDS.get(verb, {}).values() if isinstance(value, str | int))
    line = f"{incident.number} {verb} {words}"
    return forged.answer(forged.dispatch(place, forged.slash(by, place.channel("general"), line)))


SURFACES = {"button": by_button, "form": by_form, "line": by_line}


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("account", BARRED)
def test_an_account_that_may_not_act_records_nothing_sees_nothing_and_reads_why(
    place, secret, open_one, forgers, answers, account, surface
):
    before = count(place)

    for incident in (secret, open_one):
        for verb in verbs():
            shown = SURFACES[surface](place, forgers[account], verb, incident, answers)
            assert "Nothing done" in shown, verb
            assert incident.title not in shown

    assert count(place) == before
    assert subscriptions(place) == ()


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("account", ["outsider", "guest"])
def test_who_is_not_in_a_restricted_incident_neither_changes_nor_sees_it(
    place, secret, forgers, answers, account, surface
):
    before = place.now(secret.key).n

    for verb in verbs():
        if verb in ("declare", "backfill") and account == "outsider":
            continue  # Any member may declare another incident.
        shown = SURFACES[surface](place, forgers[account], verb, secret, answers)
        assert TITLE not in shown, verb

    assert place.now(secret.key).n == before


@pytest.mark.parametrize("verb", verb_registry.verbs(), ids=lambda verb: verb.name)
def test_the_payload_of_every_verb_can_be_read_so_that_only_the_account_is_in_the_way(verb):
    assert read_form(verb, FIELDS.get(verb.name, {}))


def test_a_task_of_an_outsider_is_none_of_a_restricted_incident_and_the_list_shows_none(
    place, secret, forgers, answers
):
    """Any member may open a task, which belongs to no single incident, so that a payload could name one for it."""
    outsider, task = forgers["outsider"], {**FIELDS["task"], "owner": place.person("bea")}
    place.run("task", {**task, "text": "Rotate the leaked key", "owner": place.person("ann")}, number=secret.number)
    [known] = place.entries(workspace_chain(place.team), TaskOpened.kind)

    forged.dispatch(place, forged.button(outsider, place.channel("general"), "task", secret, task, answers.url))
    forged.dispatch(place, forged.submission(outsider, "task", secret, task))
    shown = by_line(place, outsider, "tasks", secret, answers)

    opened = place.entries(workspace_chain(place.team), TaskOpened.kind)
    assert [entry.fact.incident for entry in opened] == [secret.number, None, None]
    assert known.fact.text not in shown


@pytest.mark.parametrize("surface", SURFACES)
def test_a_guest_neither_changes_nor_sees_an_incident_in_whose_channel_they_are_not(
    place, open_one, forgers, answers, surface
):
    before, declared = place.now(open_one.key).n, len(place.open_incidents())

    for verb in verbs():
        shown = SURFACES[surface](place, forgers["guest"], verb, open_one, answers)
        assert "Payments fail" not in shown, verb

    assert place.now(open_one.key).n == before
    assert len(place.open_incidents()) == declared


def test_the_same_payload_of_a_member_is_recorded(place, open_one, forgers, answers):
    """The payloads of these tests are good: only the account is in the way."""
    body = forged.button(forgers["ann"], place.channel("general"), "note", open_one, {"text": "by ann"}, answers.url)
    forged.dispatch(place, body)
    forged.dispatch(place, forged.submission(forgers["ann"], "note", open_one, {"text": "ann's form"}))

    assert [e.fact.text for e in place.entries(open_one.key, Noted.kind)] == ["by ann", "ann's form"]


def test_a_guest_in_the_channel_reads_and_notes_but_does_nothing_that_decides_pages_or_publishes(
    place, forgers, answers
):
    incident = place.incident("Guests help", channel="inc-guests")
    place.actor.invite("ann", "inc-guests", "gus")
    assert place.sandbox.settle()
    kinds = {}

    for verb in verbs():
        shown = by_form(place, forgers["guest"], verb, incident, answers)
        kinds[verb] = "guests cannot" not in shown

    allowed = {verb for verb, may in kinds.items() if may}
    assert allowed == {
        *("help", "list", "next", "note", "pin", "report", "roles", "show", "status", "summary", "timeline", "unpin")
    }
    assert [e.by for e in place.entries(incident.key, Noted.kind)] == [place.person("gus")]
    line = forged.slash(forgers["guest"], incident.places.channel, "status")
    assert "Guests help" in forged.answer(forged.dispatch(place, line))


def test_a_form_that_was_opened_before_leaving_the_channel_is_refused_afterwards(place, forgers):
    incident = place.incident("Left behind", channel="inc-left", private=True)
    form = forged.submission(forgers["outsider"], "note", incident, {"text": "too late"})
    place.actor.leave("bea", "inc-left")
    assert place.sandbox.settle()

    response = json.loads(forged.answer(forged.dispatch(place, form)))

    assert response["response_action"] in ("update", "errors")
    assert place.entries(incident.key, Noted.kind) == ()


def test_who_wrote_a_message_and_its_words_are_taken_from_slacks_payload_only(place, open_one, forgers, answers):
    fields = {
        "channel": open_one.places.channel,
        "ts": "1700000000.000100",
        "text": "I did it",
        "author": "slack:T1:U1",
    }
    for body in (
        forged.button(forgers["outsider"], place.channel("general"), "pin", open_one, fields, answers.url),
        forged.submission(forgers["outsider"], "pin", open_one, fields),
    ):
        forged.dispatch(place, body)

    pinned = [e.fact for e in place.entries(open_one.key, MessagePinned.kind)]
    assert {(fact.author, fact.text) for fact in pinned} == {(place.person("bea"), "")}


def test_the_shortcuts_of_an_account_that_may_not_act_record_and_open_nothing(place, open_one, forgers, answers):
    before = count(place)

    for account in BARRED:
        for shortcut in ("timeline_add", "decision_add", "action_add", "declare_from_message"):
            answers.texts.clear()
            body = forged.message_shortcut(forgers[account], open_one.places.channel, shortcut, answers.url)
            assert forged.dispatch(place, body).status == 200
            assert "Nothing done" in until(lambda: answers.texts)[0]

    assert count(place) == before


@pytest.mark.parametrize("outer_team", ["T0VENDOR", None])
def test_words_of_an_external_are_recorded_as_those_of_their_workspace(place, outer_team):
    incident = place.incident("Shared", channel=f"inc-shared-{outer_team or 'ours'}".lower())
    message = {
        "type": "message",
        "channel": incident.places.channel,
        "user": "U0VENDOR1",
        "user_team": "T0VENDOR",
        "team": "T0VENDOR",
        "text": "It is our cache",
        "ts": "1700000001.000100",
        "event_ts": "1700000001.000100",
    }

    forged.dispatch(place, forged.event(place, message, outer_team=outer_team))

    assert [(e.by, e.fact.text) for e in place.entries(incident.key, MessagePosted.kind)] == [
        (slack_person("T0VENDOR", "U0VENDOR1"), "It is our cache")
    ]


def test_words_of_a_member_under_another_workspaces_outer_team_are_recorded(place, open_one):
    message = {"type": "message", "channel": open_one.places.channel, "user": place.user("ann"), "text": "ours"}
    message |= {"ts": "1700000002.000100", "event_ts": "1700000002.000100", "team": place.team}

    forged.dispatch(place, forged.event(place, message, outer_team="T0VENDOR"))

    assert (place.person("ann"), "ours") in [
        (e.by, e.fact.text) for e in place.entries(open_one.key, MessagePosted.kind)
    ]


@pytest.mark.parametrize("account", ["stranger", "of another team", "deactivated", "bot"])
def test_a_pin_of_an_account_that_may_not_act_is_recorded_as_a_reaction_only(place, forgers, account):
    name = f"inc-{account.replace(' ', '-')}"
    incident = place.incident("Pins", channel=name)
    item = {"type": "message", "channel": incident.places.channel, "ts": "1700000003.000100"}
    reacted = {"type": "reaction_added", "user": forgers[account].user, "reaction": "pushpin", "item": item}
    if account == "of another team":
        reacted["user_team"] = "T0VENDOR"

    response = forged.dispatch(place, forged.event(place, {**reacted, "event_ts": "1700000004.000100"}))

    assert response.status == 200
    assert place.entries(incident.key, MessagePinned.kind) == ()
    assert len(place.entries(incident.key, Reacted.kind)) == 1


def test_the_home_tab_of_an_account_that_may_not_act_is_not_drawn(place, forgers):
    def opened(account):
        shown = {"type": "app_home_opened", "user": forgers[account].user, "tab": "home", "channel": "D1"}
        forged.dispatch(place, forged.event(place, shown))
        return place.store.jobs.counts().get(("home", "ready"), 0)

    before = opened("stranger")
    assert opened("deactivated") == before
    assert opened("outsider") >= before
