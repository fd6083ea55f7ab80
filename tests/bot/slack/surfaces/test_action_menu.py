import pytest

from bot.slack.blocks.action_context import MORE, read_context, split_option_value
from bot.slack.blocks.clipper import fit_blocks, oversized_ids
from bot.slack.surfaces.action_menu import action_menu
from commands.core import verb_registry
from commands.core.fields.field_validation import read_form
from incident.model.slack_references import Mask
from incident.model.update_draft import UpdateDraft
from incident.states import Priority, State
from roles.role_names import Role
from tests.support.block_kit import valid_message
from tests.support.policies import team_policy

POLICY = team_policy()


@pytest.fixture(scope="module")
def base(place):
    return place.incident(channel="inc-menu")


def elements(reply):
    return [element for block in reply.blocks if block["type"] == "actions" for element in block["elements"]]


def buttons(reply):
    return [element for element in elements(reply) if element["type"] == "button"]


def names(reply):
    return [element["action_id"].split(":")[1] for element in buttons(reply)]


def further(reply):
    (more,) = [element for element in elements(reply) if element["action_id"] == MORE]
    return [split_option_value(option["value"]) for option in more["options"]]


@pytest.mark.parametrize("state", list(State))
def test_the_action_menu_of_every_state_is_valid_and_every_button_names_a_verb(place, base, state):
    incident = base.model_copy(update={"state": state, "title": "<!channel> *fire* 🔥" * 40})

    shown = action_menu(incident, place.person("ann"), "/incident", POLICY)

    assert valid_message(fit_blocks(shown.all_blocks()))
    assert list(oversized_ids(shown.blocks)) == []
    assert "<!channel" not in shown.text
    drawn = [(element["action_id"], element["value"]) for element in buttons(shown)]
    for action, value in drawn + further(shown):
        how, verb, *_ = action.split(":")
        kind, where = verb_registry.find(verb), read_context(value)
        assert kind is not None, verb
        assert (where.incident, where.entry) == (incident.key.id, incident.n)
        assert how == "form" or read_form(kind, where.fields)


@pytest.mark.parametrize(
    ("state", "offered", "not_offered"),
    [
        (State.ACTIVE, {"mitigated", "restored", "update"}, {"resolve", "close", "regress"}),
        (State.MITIGATED, {"restored", "regress"}, {"close", "mitigated"}),
        (State.RESTORED, {"resolve", "regress"}, {"close", "restored"}),
        (State.RESOLVED, {"close", "validate", "confirm", "reopen"}, {"resolve", "restored"}),
        (State.VOID_FALSE_ALARM, {"reopen"}, {"note", "update"}),
        (State.CLOSED, {"reopen", "timeline"}, {"note", "take", "close"}),
        (State.VOID_DUPLICATE, {"timeline", "reopen"}, {"note", "take"}),
    ],
)
def test_the_action_menu_offers_the_next_steps(place, base, state, offered, not_offered):
    found = set(names(action_menu(base.model_copy(update={"state": state}), place.person("ann"), "/incident", POLICY)))

    assert offered <= found
    assert not found & not_offered


NOT_FOR_PEOPLE_IN_A_CHANNEL = {
    "subscribe",
    "answer",
    "join",
    "later",
    "keep",  # by "Keep as evidence" in the menu of a message
    "pin",
    "unpin",
    "declare",
    "backfill",
    "drill",
    "list",
    "show",
}


def test_every_verb_of_an_open_incident_can_be_reached_without_typing(place, base):
    offered = set()
    for state in (state for state in State if not base.model_copy(update={"state": state}).is_over):
        for priority in (Priority.P2, Priority.P4):
            set_once = (base.priorities[0].model_copy(update={"priority": priority}),)
            incident = base.model_copy(update={"state": state, "major": False, "priorities": set_once})
            shown = action_menu(incident, place.person("ann"), "/incident", POLICY)
            offered |= {*names(shown), *(action.split(":")[1] for action, _ in further(shown))}
            assert ("finish" in names(shown)) == (priority is Priority.P4)

    held_only = {"accept", "handover", "done", "unmask", "approve", "discard"}
    once_closed = {"signoff"}
    assert {
        verb.name for verb in verb_registry.verbs()
    } - NOT_FOR_PEOPLE_IN_A_CHANNEL - held_only - once_closed <= offered


def test_the_action_menu_offers_unmask_while_a_text_is_masked(place, base):
    mask = Mask(n=7, channel="C1", ts="1.0", entries=(6,), by=place.person("ann"), at=base.last_entry_at)
    acts = [
        [action for action, _ in further(action_menu(incident, place.person("ann"), "/incident", POLICY))]
        for incident in (base, base.model_copy(update={"masks": (mask,)}))
    ]

    assert ["form:unmask" in shown for shown in acts] == [False, True]


def test_the_action_menu_offers_approval_while_an_update_waits_for_it(place, base):
    draft = UpdateDraft(n=7, audience="customer", text="x", by=place.person("bea"), at=base.last_entry_at)
    waiting = base.model_copy(update={"update_drafts": (draft,)})

    shown = action_menu(waiting, place.person("ann"), "/incident", POLICY)

    assert {"verb:approve", "verb:discard"} <= {action for action, _ in further(shown)}
    assert "Approve the update to customers" in str(shown.blocks)
    assert "verb:approve" not in {
        action for action, _ in further(action_menu(base, place.person("ann"), "/incident", POLICY))
    }


def test_a_verb_with_a_button_is_not_in_the_menu_of_further_actions(place, base):
    shown = action_menu(base.model_copy(update={"state": State.RESOLVED}), place.person("ann"), "/incident", POLICY)

    assert "validate" in names(shown)
    assert "validate" not in {action.split(":")[1] for action, _ in further(shown)}


def test_the_role_of_commander_is_offered_while_it_is_unassigned(place, base, channel):
    incident = place.incident(channel=channel)
    free = action_menu(incident, place.person("ann"), "/incident", POLICY)
    place.run("take", {"role": Role.COMMANDER}, "bea", channel=place.channel(channel))

    held = action_menu(place.now(incident.key), place.person("ann"), "/incident", POLICY)

    assert names(free).count("take") == 2
    assert names(held).count("take") == 1
    assert "no commander yet" in free.text
    assert f"commander <@{place.user('bea')}>" in held.text


def test_the_action_menu_addresses_its_reader_as_you(place, channel):
    incident = place.incident(channel=channel)
    place.run("take", {"role": Role.COMMANDER}, "ann", channel=place.channel(channel))
    place.run("take", {"role": Role.SCRIBE}, "ann", channel=place.channel(channel))

    shown = action_menu(place.now(incident.key), place.person("ann"), "/incident", POLICY)

    assert "you are commander" in shown.text
    assert "you are scribe" in shown.text
    assert names(shown).count("handover") == 2
