"""Help is derived from the verbs: what can be typed, and the fields of each verb."""

from __future__ import annotations

import pytest

from commands.core import verb_registry
from commands.core.verb import Group
from commands.help import Help, usage
from commands.update import Update
from incident.model.components import Action, Interval
from incident.refusal import Code
from incident.states import State
from roles.role_names import Role
from tests.support.command_bench import CommandBench
from tests.support.handmade_incidents import EVA, ILSE, ROB, START, HandmadeDesk, an_incident, later, worded
from tests.support.parsed_lines import parsed
from tests.support.policies import shipped_policy

ANYWHERE = HandmadeDesk(None)


def test_every_verb_is_listed_in_its_group_and_all_of_them_fit_on_one_screen():
    answer = ANYWHERE.answer(Help())

    listed = {line.partition("*  ")[0].strip("*"): line for line in answer.splitlines() if line.startswith("*")}
    for verb in verb_registry.verbs():
        assert f"`{verb.name}`" in listed[verb.group.value.capitalize()]
    assert len(answer.splitlines()) < 20


def test_help_all_says_what_every_verb_does_by_group():
    answer = ANYWHERE.answer(Help(about="all"))

    for verb in verb_registry.verbs():
        does = (verb.__doc__ or "").splitlines()[0]
        assert f"`{verb.name}` {does}" in answer
    for group in Group:
        assert f"*{group.value.capitalize()}*" in answer


def test_one_verb_is_shown_with_its_fields_and_aliases():
    answer = ANYWHERE.answer(Help(about="post"))

    assert answer.startswith("*`/incident update <audience> [final] [next=…] <text>`*\n")
    assert "Also: `post`" in answer
    assert "• Next update at (optional)" in answer


@pytest.mark.parametrize("verb", verb_registry.verbs())
def test_every_verb_has_help(verb):
    assert ANYWHERE.answer(Help(about=verb.name)).startswith(f"*`/incident {verb.name}")


def test_usage_puts_fixed_words_before_names_and_the_text_last():
    assert usage(Update) == "update <audience> [final] [next=…] <text>"


def test_an_unknown_word_gets_the_nearest_verb():
    near, far = ANYWHERE.refuses(Help(about="updaet")), ANYWHERE.refuses(Help(about="xyzzy"))

    assert near.code == far.code == Code.UNKNOWN_VERB
    assert "Did you mean `/incident help update`?" in worded(near)
    everything = "I don't know that command. `/incident help` lists them all."
    assert worded(far) == f"{everything} If you need people: `/incident escalate`."


def test_a_question_records_nothing():
    assert ANYWHERE.does(Help()) == ()
    assert ANYWHERE.said(Help()) == ""


def test_the_choices_of_a_field_are_listed():
    assert "• What happened: short, long, undone, reviewed" in ANYWHERE.answer(Help(about="contain"))


def test_every_role_has_help_also_where_there_is_no_incident():
    for role in (*Role, "service owner"):
        answer = ANYWHERE.answer(Help(about=role.replace("_", " ")))

        assert answer.startswith("*What a"), role
        assert "\n• " in answer
        assert "Still open" not in answer


def test_a_commander_reads_what_this_incident_still_needs_of_them():
    desk = HandmadeDesk(an_incident(State.RESTORED), policy=shipped_policy(), actor=ILSE)

    answer = desk.answer(Help(about="commander"))

    assert "*What a commander does*" in answer
    assert "*Still open in INC-2026-0042*" in answer
    assert "• Confirm the category, or change it first: `/incident confirm category`." in answer
    assert "Muster" not in answer
    assert "final update" not in answer


def test_a_role_that_no_one_holds_is_offered_and_a_held_one_names_its_holder():
    desk = HandmadeDesk(an_incident())

    assert "No one is scribe: `/incident take scribe`" in desk.answer(Help(about="scribe"))
    assert "slack:T1:UILSE" not in desk.answer(Help(about="scribe"))
    assert "<@UILSE> is commander." in desk.answer(Help(about="IC"))


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ("help what must I do?", "mine"),
        ("help service owner", "service_owner"),
        ("help comms lead", "comms_lead"),
        ("help me", "me"),
        ("help update", "update"),
    ],
)
def test_several_words_name_a_role(line, about):
    assert parsed(line).fields == {"about": about}


def test_an_action_is_listed_for_the_role_of_who_has_it_and_for_no_other():
    action = Action(id="A1", text="roll back", assignee=EVA, opened_at=START, due_at=later(30))
    roles = (Interval(role=Role.TECH_LEAD, who=EVA, since=START), Interval(role=Role.SCRIBE, who=ROB, since=START))
    desk = HandmadeDesk(an_incident(actions=(action,), roles=roles))

    assert "• A1 by " in desk.answer(Help(about="tech lead"))
    assert "A1" not in desk.answer(Help(about="scribe"))


@pytest.mark.parametrize("about", ["owner", "service owner", "what must I do?"])
def test_a_service_owner_sees_only_what_is_theirs_and_what_closing_needs_of_them(about):
    desk = CommandBench().declared(impact=1, urgency=1)
    desk.do("take", "ilse", 2, role="commander")
    desk.do("restored", "rob", 20, text="payments go through again")

    desk.do("help", "nadia", 21, about=about)
    answer = desk.answer()

    assert "*What a service owner does*" in answer
    assert "Show that it works again" in answer
    assert "commander" not in answer.partition("*Still open")[2].partition("Service owner")[0]
    assert "Confirm the category" not in answer
    assert "final update" not in answer
    assert "<@UNADIA> owns checkout." in answer


def test_a_person_without_a_role_reads_that_nothing_is_asked_of_them():
    desk = CommandBench().declared()

    desk.do("help", "eva", 3, about="what must I do")

    assert "You have no role in INC-2026-0001" in desk.answer()


def test_once_it_is_over_nothing_of_a_role_is_open():
    desk = HandmadeDesk(an_incident(State.CLOSED))

    assert "Nothing of that is open in INC-2026-0042." in desk.answer(Help(about="scribe"))
