"""Card, topic, announcement, Home view and pages: rendered for every kind of incident within Slack's limits."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from bot.rendering.renderer import Mode, Renderer
from bot.slack.blocks.clipper import LIMITS
from bot.slack.surfaces.announcement import announcement_message
from bot.slack.surfaces.home_tab import home_context, home_view
from bot.slack.surfaces.incident_card import card_message, topic_text
from bot.slack.surfaces.page_message import PageContext, page_message
from bot.slack.surfaces.surface_context import surface_context
from bot.slack.surfaces.template_message import Message, read_buttons
from commands.core import verb_registry
from incident.deadlines.closure_deadlines import closure
from incident.entry import IncidentKey
from incident.memory_store import MemoryStore
from incident.model.absence import Absence
from incident.model.components import (
    Action,
    AuthoredText,
    Escalation,
    Interval,
    Resolution,
    TempFix,
    Times,
    Validation,
)
from incident.model.slack_references import LastActivity, OpenPrompt
from incident.model.update_draft import UpdateDraft
from incident.rules.visibility import may_see
from incident.states import Priority, State
from roles.accounts import Unavailability
from roles.person_ids import slack_person
from roles.role_names import Role
from tests.support.block_kit import valid_message, valid_view
from tests.support.handmade_incidents import EVA, ILSE, ROB, START, an_incident, later
from tests.support.policies import small_policy

SEEN = (LastActivity(who=EVA, at=START),)
HOSTILE = "<!channel> *_~` & <b> " + "x" * 2900


def crowded(state: State = State.ACTIVE, **changes):
    """An incident with many long items."""
    return an_incident(
        state,
        **{
            "title": HOSTILE[:250],
            "symptom": HOSTILE,
            "roles": tuple(Interval(role=role, who=EVA, since=START) for role in Role),
            "actions": tuple(Action(id=f"A{n}", text=HOSTILE, assignee=EVA, opened_at=START) for n in range(40)),
            "temp_fixes": tuple(TempFix(id=f"TF{n}", text=HOSTILE, owner=EVA, remove_by=later(9)) for n in range(20)),
            "workarounds": (AuthoredText(text=HOSTILE),),
            "resolution": Resolution(how="fix", text=HOSTILE, by=EVA, at=START, meets_rule=True),
            **changes,
        },
    )


def context(incident):
    return MemoryStore().read(
        lambda reader: surface_context(incident, small_policy(), reader, START + timedelta(hours=1))
    )


def within_limits(message: Message) -> None:
    arguments = message.arguments()
    assert valid_message(arguments["blocks"])
    assert sum(len(str(block.get("text", ""))) for block in arguments["blocks"]) < LIMITS["message.total"]
    assert "<!channel>" not in str(arguments)
    assert "<b>" not in str(arguments)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("changes", [{}, {"drill": True}, {"restricted": True}, {"provisional": True}])
def test_every_incident_has_a_valid_card(state, changes):
    message = card_message(context(crowded(state, **changes)), Renderer())

    within_limits(message)
    assert "INC-2026-0042" in message.text


@pytest.mark.parametrize("state", list(State))
def test_every_button_of_the_card_names_a_verb(state):
    for block in card_message(context(an_incident(state, roles=())), Renderer()).blocks:
        for element in block.get("elements", []):
            if "action_id" in element:
                how, _, name = element["action_id"].partition(":")
                assert how == "tray" or verb_registry.find(name) is not None


@pytest.mark.parametrize(("by", "shown"), [(ROB, "<@UROB>"), (EVA, "reported by <@UEVA>")])
def test_the_card_tells_the_word_of_the_owner_from_a_report_of_it(by, shown):
    said = Validation(at=later(6), criterion="service_owner_confirmed", by=by, evidence="three cards work")
    back = an_incident(State.RESTORED, times=Times(logged_at=START, restored_at=later(5)), validations=(said,))

    message = card_message(context(back), Renderer())

    assert f"the service owner confirms ({shown}): three cards work" in str(message.blocks)


def test_a_nearly_empty_incident_has_a_valid_card():
    message = card_message(context(an_incident(roles=(), priorities=(), symptom="Checkout errors")), Renderer())

    within_limits(message)
    assert "none yet" in str(message.blocks)
    assert "No priority yet" in str(message.blocks)


@pytest.mark.parametrize(
    ("priority", "major", "is_warned"),
    [(Priority.P2, False, True), (Priority.P4, False, False), (Priority.P4, True, True)],
)
def test_a_card_warns_of_no_commander_only_where_the_policy_asks_for_one(priority, major, is_warned):
    lacking = an_incident(roles=(), priority=priority, major=major)

    shown = str(card_message(context(lacking), Renderer()).blocks)

    assert ("*Commander* :warning: none yet" in shown) == is_warned
    assert ("*Commander* none needed" in shown) != is_warned
    assert ("Commander: nobody" in topic_text(context(lacking), Renderer(Mode.DOCUMENT))) == is_warned


@pytest.mark.parametrize("changes", [{}, {"restricted": True}, {"drill": True}])
def test_a_topic_fits_and_names_no_title_of_a_restricted_incident(changes):
    text = topic_text(context(crowded(**changes)), Renderer(Mode.DOCUMENT))

    assert len(text) <= LIMITS["topic"]
    assert "<!" not in text
    assert ("x" * 20 in text) != bool(changes.get("restricted"))


def test_an_incident_is_announced_unless_it_is_restricted_or_a_drill():
    shown = announcement_message(context(crowded()), small_policy(), Renderer())

    assert shown is not None
    within_limits(shown)
    for changes in ({"restricted": True}, {"drill": True}):
        assert announcement_message(context(crowded(**changes)), small_policy(), Renderer()) is None


def home_of(incidents, policy=None, person=EVA):
    memory = MemoryStore()
    memory.state.rows.update({one.key: one for one in incidents})
    return memory.read(lambda reader: home_context(reader, "T1", person, policy or small_policy(), START))


def test_a_home_tab_of_hundreds_of_incidents_fits():
    many = [crowded(number=f"INC-2026-{n:04}", key=IncidentKey("T1", f"01J{n:03}")) for n in range(300)]

    view = home_view(home_of(many), Renderer())

    assert valid_view(view)


def test_a_home_tab_with_nothing_on_it_offers_to_declare():
    view = home_view(home_of([]), Renderer())

    assert valid_view(view)
    assert "All quiet" in str(view)
    assert "form:declare" in str(view)


@pytest.mark.parametrize("incidents", [[], [an_incident()]])
def test_a_line_in_a_home_tab_divides_something_from_something(incidents):
    kinds = [one["type"] for one in home_view(home_of(incidents), Renderer())["blocks"]]

    assert "divider" in kinds
    assert kinds[-1] != "divider"
    assert ("divider", "divider") not in set(pairwise(kinds))


def test_a_home_tab_shows_your_shifts():
    rotation = {"start": "2026-01-05 09:00", "every": "1 week", "participants": [EVA, ILSE]}
    service = {"owner": "", "customer_facing": True, "schedule": "payments"}
    policy = small_policy(services={"checkout": service}, schedules={"payments": {"rotations": {"db": rotation}}})

    shown = {person: str(home_view(home_of([], policy, person), Renderer())) for person in (EVA, ILSE)}

    now = {person for person, view in shown.items() if "*You are on call* for checkout until" in view}
    later = {person for person, view in shown.items() if "Your next shift for checkout: " in view}
    assert len(now) == len(later) == 1
    assert now | later == {EVA, ILSE}
    assert "shift" not in str(home_view(home_of([], policy, slack_person("T1", "UNONE")), Renderer()))


@pytest.mark.parametrize("answer", [None, "accepted", "declined", "lapsed"])
@pytest.mark.parametrize("how", ["functional", "hierarchical"])
def test_a_page_is_valid_with_every_answer(answer, how):
    call = Escalation(
        n=4, at=START, how=how, to="x", person=EVA, by=ILSE, reason=HOSTILE, answer_by=later(5), answer=answer
    )

    message = page_message(PageContext(crowded(escalations=(call,)), call), Renderer())

    within_limits(message)
    assert ("I have it" in str(message.blocks)) == (answer in (None, "lapsed"))


@pytest.mark.parametrize(
    ("answer", "is_shown"), [(None, False), ("lapsed", False), ("declined", False), ("accepted", True)]
)
def test_a_page_about_a_restricted_incident_says_what_it_is_about_once_it_is_accepted(answer, is_shown):
    call = Escalation(n=4, at=START, how="functional", to="x", person=EVA, by=ROB, reason="a lawyer", answer=answer)
    incident = an_incident(restricted=True, roles=(), escalations=(call,))

    message = page_message(PageContext(incident, call), Renderer())

    shown = message.text + str(message.blocks)
    for detail in (incident.title, "a lawyer", f"<#{incident.places.channel}>"):
        assert (detail in shown) is is_shown, detail
    assert may_see(incident, EVA) is is_shown


def test_the_home_tab_shows_the_number_alone_of_a_restricted_incident_to_which_one_is_called():
    secret = an_incident(restricted=True, roles=(), escalations=(call(),), last_seen=SEEN)

    text = home_text(secret)

    assert "INC-2026-0042" in text
    assert "I have it" in text
    for hidden in (secret.title, "the pool is full", "P2", "What can I do"):
        assert hidden not in text


def test_a_page_about_an_incident_that_is_over_needs_no_answer():
    call = Escalation(n=4, at=START, how="functional", to="x", person=EVA, by=ROB, reason="help")

    message = page_message(PageContext(an_incident(State.CLOSED, escalations=(call,)), call), Renderer())

    within_limits(message)
    assert "no answer is needed" in message.text


def test_buttons_are_read_from_lines_with_optional_fields_and_style():
    plain, filled = read_buttons(
        'tray | What can I do?\nverb:take | {"role": "scribe"} | Take | it | primary', an_incident()
    )

    assert (plain["action_id"], plain["text"]["text"]) == ("tray", "What can I do?")
    assert (filled["text"]["text"], filled["style"]) == ("Take | it", "primary")
    assert '"f":{"role":"scribe"}' in filled["value"]


def test_messages_that_differ_only_in_entry_numbers_have_the_same_digest():
    first, second = (card_message(context(an_incident(n=n)), Renderer()) for n in (9, 10))

    assert first.blocks != second.blocks
    assert first.digest == second.digest
    assert first.digest != card_message(context(an_incident(State.RESTORED)), Renderer()).digest


def test_the_card_offers_to_take_command_also_when_resolved_and_shows_who_held_a_vacant_role():
    held = (Interval(role=Role.COMMANDER, who=EVA, since=START, until=later(2)),)
    gone = (Absence(who=EVA, at=later(2), why=Unavailability.DEACTIVATED),)

    message = card_message(context(an_incident(State.RESOLVED, roles=held, absences=gone)), Renderer())

    assert "Take command" in str(message.blocks)
    assert "vacant (<@UEVA> held it: their account is deactivated)" in str(message.blocks)


def call(**changes):
    values = {
        "n": 4,
        "at": START,
        "how": "functional",
        "to": "x",
        "person": EVA,
        "by": ILSE,
        "reason": "the pool is full",
    }
    return Escalation(**{**values, "answer_by": later(5), **changes})


def home_text(*incidents, policy=None):
    return str(home_view(home_of(incidents, policy), Renderer()))


def test_the_home_tab_shows_what_waits_and_then_the_incidents_one_is_in():
    task = Action(id="A7", text="ask the bank", assignee=EVA, opened_at=START)
    waiting = an_incident(roles=(), escalations=(call(),), actions=(task,))
    quiet = an_incident(key=IncidentKey("T1", "01JQUIET"), number="INC-2026-0050", last_seen=SEEN, members=(EVA,))
    other = an_incident(key=IncidentKey("T1", "01JOTHER"), number="INC-2026-0060", roles=())

    text = home_text(waiting, quiet, other)

    shown = ("Waiting for you", "INC-2026-0042", "calls you for help: answer by", "A7: ask the bank", "I have it")
    shown += ("You are involved in", "INC-2026-0050", "Also open", "INC-2026-0060")
    assert sorted(shown, key=text.index) == list(shown)


@pytest.mark.parametrize("answer", ["accepted", "declined"])
def test_an_answered_call_waits_no_longer(answer):
    assert "Nothing needs you right now" in home_text(an_incident(roles=(), escalations=(call(answer=answer),)))


def test_a_call_that_was_not_answered_in_time_can_be_accepted_from_the_home_tab_unless_another_has():
    late, accepted = call(answer="lapsed"), call(n=6, person=ILSE, follows=4, answer="accepted")

    assert "you can still help" in home_text(an_incident(roles=(), escalations=(late,)))
    assert "I cannot" not in home_text(an_incident(roles=(), escalations=(late,)))
    assert "Nothing needs you right now" in home_text(an_incident(roles=(), escalations=(late, accepted)))


def test_the_home_tab_shows_an_update_that_waits_for_ones_approval():
    draft = UpdateDraft(n=7, audience="exec", text="x", by=ILSE, at=START)
    policy = small_policy(update_approvals={"exec": {"by": ["commander"]}})
    commanded = an_incident(
        roles=(Interval(role=Role.COMMANDER, who=EVA, since=START),), update_drafts=(draft,), last_seen=SEEN
    )

    assert "Approve the update of entry 7 by <!date^" in home_text(commanded, policy=policy)


def test_the_home_tab_shows_a_prompt_one_is_asked():
    prompts = (OpenPrompt(due="closure:0", n=8, at=START, ask="closure", asked=(EVA,)),)
    resolved = an_incident(
        State.RESOLVED, roles=(), last_seen=SEEN, prompted=prompts, times=Times(logged_at=START, resolved_at=START)
    )
    due = closure(resolved, small_policy())[0].key
    asked = resolved.model_copy(update={"prompted": (prompts[0].model_copy(update={"due": due}),)})

    assert "the closure checklist" in home_text(asked)


def test_the_card_lists_the_latest_six_of_many_open_calls():
    calls = tuple(call(n=n, person=slack_person("T1", f"U{n}")) for n in range(20))

    shown = str(card_message(context(an_incident(escalations=calls)), Renderer()).blocks)

    assert shown.count("*Called*") == 6
    assert "<@U19>" in shown
