import pytest

from bot.slack.limits import fit_blocks, oversized
from bot.slack.tray import tray
from bot.slack.where import unpack
from commands import registry
from commands.form import read_form
from incident.states import State
from roles.names import Role
from sandbox.blocks.check import check_message


@pytest.fixture(scope="module")
def base(place):
    return place.incident(channel="inc-tray")


def elements(reply):
    return [element for block in reply.blocks if block["type"] == "actions" for element in block["elements"]]


def names(reply):
    return [element["action_id"].split(":")[1] for element in elements(reply)]


@pytest.mark.parametrize("state", list(State))
def test_the_tray_of_every_state_is_one_that_slack_takes_and_every_button_leads_somewhere(place, base, state):
    incident = base.model_copy(update={"state": state, "title": "<!channel> *fire* 🔥" * 40})

    shown = tray(incident, place.person("ann"), "/incident")

    assert check_message(fit_blocks(shown.all_blocks()))
    assert list(oversized(shown.blocks)) == []
    assert "<!channel" not in shown.text
    for element in elements(shown):
        how, verb, *_ = element["action_id"].split(":")
        kind, where = registry.find(verb), unpack(element["value"])
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
        (State.CLOSED, {"reopen", "timeline"}, {"note", "take", "close"}),
        (State.VOID_DUPLICATE, {"timeline"}, {"note", "take", "reopen"}),
    ],
)
def test_the_tray_offers_what_comes_next(place, base, state, offered, not_offered):
    found = set(names(tray(base.model_copy(update={"state": state}), place.person("ann"), "/incident")))

    assert offered <= found
    assert not found & not_offered


def test_command_is_offered_while_nobody_has_it(place, base, channel):
    incident = place.incident(channel=channel)
    free = tray(incident, place.person("ann"), "/incident")
    place.run("take", {"role": Role.COMMANDER}, "bea", channel=place.channel(channel))

    held = tray(place.now(incident.key), place.person("ann"), "/incident")

    assert names(free).count("take") == 2
    assert names(held).count("take") == 1
    assert "nobody commands" in free.text
    assert f"<@{place.user('bea')}> commands" in held.text


def test_the_tray_says_you_to_the_one_who_looks(place, channel):
    incident = place.incident(channel=channel)
    place.run("take", {"role": Role.COMMANDER}, "ann", channel=place.channel(channel))
    place.run("take", {"role": Role.SCRIBE}, "ann", channel=place.channel(channel))

    shown = tray(place.now(incident.key), place.person("ann"), "/incident")

    assert "you command" in shown.text
    assert "you are scribe" in shown.text
    assert names(shown).count("handover") == 2
