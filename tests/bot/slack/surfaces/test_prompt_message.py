"""Every kind of prompt, rendered for every kind of incident; every button of it names a verb."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.rendering.renderer import TEMPLATES, Renderer
from bot.slack.blocks.action_context import read_context
from bot.slack.blocks.clipper import LIMITS
from bot.slack.surfaces.prompt_message import PromptContext, prompt_message
from commands.core import verb_registry
from incident import deadlines
from incident.deadlines.deadline import Deadline, PromptStep
from incident.deadlines.due_deadlines import PromptState
from incident.entries.conversation import Masked
from incident.entries.delivery import PromptDue
from incident.entries.role_holders import HandoverOffered
from incident.entries.status_updates import UpdateDrafted
from incident.model.components import Action, AudienceState, Escalation, OpenSlot, Review, TempFix
from incident.model.outside_records import DataMention, ProviderCase, RegulatoryClock
from incident.model.response.analysis import Recovery
from incident.model.response.containment import Containment
from incident.model.slack_references import Mask, OpenPrompt
from incident.model.update_draft import UpdateDraft
from incident.outside.vendors import Vendor
from incident.rules.closure_checklist import checklist
from incident.rules.outside.vendor_contacts import VendorContact
from incident.states import Audience, State
from roles.role_names import Role
from tests.support.block_kit import valid_message
from tests.support.handmade_incidents import EVA, ILSE, START, an_incident, later
from tests.support.policies import small_policy

LONG = "<!channel> *" + "x" * 2900
ABOUT = {
    "action": "A1",
    "tempfix": "TF1",
    "handover": "commander",
    "closure": "",
    "call": "7",
    "mask": "8",
    "approval": "12",
    "chase": "5",
    "clock": "6",
    "screening": "5",
    "case": "5",
    "outside_word": "5",
    "containment": "C1",
    "document": "review",
    "clean_backup": "R1",
}
SOURCES = {
    "handover": HandoverOffered(role=Role.COMMANDER, from_who=ILSE, to=EVA, note=LONG),
    "approval": UpdateDrafted(audience=Audience.CUSTOMER, text=LONG),
    "mask": Masked(channel="C1", ts="1.0", entries=(6, 7), reason=LONG),
}
VENDORS = (
    VendorContact(
        name="cloud",
        vendor=Vendor(contacts=(LONG,), portal=LONG, hours=LONG, severities=(LONG,), how_to_open=LONG),
        owner=EVA,
        comms_owner=ILSE,
    ),
)
ASKS = sorted(path.stem for path in (TEMPLATES / "slack" / "prompts").glob("*.j2") if path.stem != "shared")


def incident(**changes):
    return an_incident(
        **{
            "actions": (Action(id="A1", text=LONG, assignee=EVA, opened_at=START, due_at=later(5)),),
            "temp_fixes": (TempFix(id="TF1", text=LONG, owner=EVA, remove_by=later(5)),),
            "update_drafts": (UpdateDraft(n=12, audience=Audience.CUSTOMER, text=LONG, by=ILSE, at=START),),
            "masks": (Mask(n=8, channel="C1", ts="1.0", entries=(6, 7), by=ILSE, at=START),),
            "containment": (Containment(at=START, term="short", text=LONG, by=EVA, n=9, id="C1", undo=LONG),),
            "recoveries": (Recovery(n=10, id="R1", method="backup", text=LONG, by=EVA, at=START, backup=LONG),),
            "review": Review(owner=EVA, at=later(5)),
            "provider_cases": (
                ProviderCase(
                    n=5,
                    provider="cloud",
                    case_id="77",
                    severity=None,
                    opened_at=START,
                    by=ILSE,
                    heard_at=START,
                    informed_at=START,
                ),
            ),
            "regimes": ("gdpr33", "nis2"),
            "data_mention": DataMention(entry=4, at=START),
            "clocks": (
                RegulatoryClock(
                    n=6,
                    regime="gdpr33",
                    obligation="authority",
                    trigger="aware_personal_data_breach",
                    trigger_at=START,
                    due_at=later(5),
                    internal_due_at=later(4),
                    law="Article 33",
                    checked_on="2026-11-29",
                ),
            ),
            "escalations": (
                Escalation(
                    n=7, at=START, how="functional", to="eva", person=EVA, by=ILSE, reason=LONG, answer="lapsed"
                ),
            ),
            "audiences": (
                AudienceState(
                    audience=Audience.INTERNAL, open=OpenSlot(due_at=later(5), missed_after=later(10)), ever_owed=True
                ),
            ),
            **changes,
        }
    )


def context(ask: str, prompt_state: PromptState = PromptState.OPEN, *, now=START, **changes) -> PromptContext:
    about = ABOUT.get(ask, "internal")
    due = PromptDue(due=f"{ask}:{about}:1", ask=ask, asked=(EVA, ILSE), due_at=later(5), late=True)
    shown = incident(**changes)
    return PromptContext(
        i=shown,
        prompt=due,
        thing=Deadline(due.due, due.due_at, (PromptStep(START, ask, (EVA,)),), about=about)
        if prompt_state is not PromptState.GONE
        else None,
        state=prompt_state,
        now=now,
        later_minutes=10,
        items=checklist(shown, small_policy()) if ask == "closure" else (),
        source=SOURCES.get(ask),
        vendors=VENDORS,
        until=later(9),
        put_off_by=EVA,
    )


def of_one(several: PromptContext) -> PromptContext:
    return replace(several, prompt=several.prompt.model_copy(update={"asked": (EVA,)}))


def elements(message):
    for block in message.blocks:
        yield from [e for e in [*block.get("elements", []), block.get("accessory", {})] if "action_id" in e]


def test_every_kind_of_prompt_has_a_template():
    source = "".join(path.read_text("utf-8") for path in Path(deadlines.__file__).parent.rglob("*.py"))
    asked = set(re.findall(r'Step\([^"]*"(\w+)"', source))

    assert asked == set(ASKS)


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("minutes", [0, 60])
def test_the_first_line_names_the_people_the_incident_and_the_deadline(ask, minutes):
    message = prompt_message(context(ask, now=START + timedelta(minutes=minutes)), Renderer())

    assert message is not None
    first = message.text.splitlines()[0]
    assert first.startswith("<@UEVA> <@UILSE> ")
    assert "INC-2026-0042, P2: Checkout errors" in first
    assert "<!date^" in first or ask == "call" or minutes
    assert first.endswith("(This reminder is late: Muster could not send it in time.)")


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("minutes", [0, 60])
def test_a_new_sentence_follows_a_full_stop(ask, minutes):
    message = prompt_message(context(ask, now=START + timedelta(minutes=minutes)), Renderer())

    assert message is not None
    assert re.findall(r"[^.?!:]\* [A-Z]\w+", message.text.splitlines()[0]) == []


@pytest.mark.parametrize(("how", "need"), [("functional", "help"), ("hierarchical", "a decision")])
@pytest.mark.parametrize("answer", ["lapsed", "declined"])
def test_a_call_that_no_one_took_says_for_what_it_was(how, need, answer):
    call = Escalation(n=7, at=START, how=how, to="eva", person=EVA, by=ILSE, reason="may we?", answer=answer)

    message = prompt_message(context("call", escalations=(call,)), Renderer())

    assert message is not None
    assert f"*No one took the call for {need}*" in message.text


@pytest.mark.parametrize("ask", ASKS)
def test_a_prompt_can_be_answered_by_its_buttons_alone(ask):
    message = prompt_message(context(ask), Renderer())

    assert message is not None
    found = list(elements(message))
    assert len(found) >= 2
    for element in found:
        how, _, name = element["action_id"].partition(":")
        verb = verb_registry.find(name.split(":")[0])
        assert how in {"verb", "form"}
        assert verb is not None, element["action_id"]
        assert set(read_context(element["value"]).fields) <= set(verb.model_fields)
    assert "Not now (10 min)" in {element["text"]["text"] for element in found}


@pytest.mark.parametrize("ask", ASKS)
def test_a_prompt_with_any_text_is_valid_and_notifies_no_group(ask):
    message = prompt_message(context(ask, title=LONG[:250]), Renderer())

    assert message is not None
    arguments = message.arguments()
    assert valid_message(arguments["blocks"])
    assert "<!channel>" not in str(arguments)
    for block in arguments["blocks"]:
        assert len(block.get("text", {}).get("text", "")) <= LIMITS["section.text"]


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("state", list(State))
def test_an_answered_prompt_is_one_line_without_buttons_in_every_state(ask, state):
    message = prompt_message(
        context(ask, PromptState.GONE, state=state, actions=(), temp_fixes=(), escalations=()), Renderer()
    )

    if message is not None:
        assert valid_message(message.arguments()["blocks"])
        assert list(elements(message)) == []
        assert len(message.text.splitlines()) == 1
        assert len(message.text) < 500


@pytest.mark.parametrize("ask", ASKS)
def test_a_prompt_that_one_of_several_postponed_stays_for_the_others_and_cannot_be_postponed_from_it(ask):
    put_off, asked = (prompt_message(context(ask, s), Renderer()) for s in (PromptState.PUT_OFF, PromptState.OPEN))

    assert put_off is not None
    assert valid_message(put_off.arguments()["blocks"])
    assert put_off.text == asked.text
    assert "snoozed to" in str(put_off.blocks[-1])
    labels = [{e["text"]["text"] for e in elements(one) if e["type"] == "button"} for one in (put_off, asked)]
    assert labels[1] - labels[0] == {"Not now (10 min)"}


@pytest.mark.parametrize("ask", ASKS)
def test_a_postponed_prompt_says_what_it_asks_and_until_when_and_a_repeated_one_is_deleted(ask):
    put_off, asked = (
        prompt_message(of_one(context(ask, s)), Renderer()) for s in (PromptState.PUT_OFF, PromptState.OPEN)
    )

    assert put_off is not None
    assert valid_message(put_off.arguments()["blocks"])
    assert re.search(r"^[A-Z].* \(due <!date\^.*\) snoozed to <!date\^.* by <@UEVA>\. INC-2026-0042", put_off.text)
    assert not put_off.text.startswith("Question")
    left = {element["text"]["text"] for element in elements(put_off)}
    assert (
        left == {e["text"]["text"] for e in elements(asked) if e["type"] == "button"} - {"Not now (10 min)"}
        or ask == "closure"
    )
    assert prompt_message(context(ask, PromptState.AGAIN), Renderer()) is None


def test_a_missed_update_has_a_prompt_of_its_own_so_the_reminder_is_deleted():
    from incident.model.components import Slot

    missed = AudienceState(
        audience=Audience.INTERNAL, slots=(Slot(due_at=later(5), status="missed", missed_after=later(10)),)
    )

    assert prompt_message(context("update_due", PromptState.GONE, audiences=(missed,)), Renderer()) is None


@pytest.mark.parametrize(("posted_at", "shown"), [(later(4), None), (later(-4), "No longer due")])
def test_the_prompt_for_a_promise_says_what_became_of_it(posted_at, shown):
    prompted = OpenPrompt(due="update_due:internal:1", n=4, at=later(1), ask="update_due", asked=(EVA,))
    state = AudienceState(audience=Audience.INTERNAL, last_post_at=posted_at)

    message = prompt_message(
        context("update_due", PromptState.GONE, audiences=(state,), prompted=(prompted,)), Renderer()
    )

    # Responders have the update itself before them.
    assert (message is None) if shown is None else (message is not None and shown in message.text)
