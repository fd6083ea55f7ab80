"""Triggers, the stack of three, hashes, and the values that a form keeps."""

from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.pretend_workspace import Sandbox
from sandbox.state.form_values import validate
from sandbox.state.workspace_clock import SetClock
from sandbox.workspace_errors import NotPossibleError
from tests.support.sandbox_client import WORKSPACE_START, client_of, modal, people, person, refusal, section, text_input


def trigger(sandbox: Sandbox, name: str = "ann") -> str:
    return sandbox.triggers.issue(person(sandbox, name))


def test_a_trigger_opens_one_view(sandbox: Sandbox, client: WebClient) -> None:
    once = trigger(sandbox)

    assert refusal(client.views_open, trigger_id=once, view=modal()) == ""
    assert refusal(client.views_open, trigger_id=once, view=modal()) == "exchanged_trigger_id"
    assert refusal(client.views_open, trigger_id="1.2.x", view=modal()) == "invalid_trigger_id"


def test_a_trigger_expires_three_seconds_later_by_the_workspaces_clock() -> None:
    clock = SetClock(WORKSPACE_START)
    with Sandbox(people(), clock=clock) as sandbox:
        early, late = trigger(sandbox), trigger(sandbox)
        clock.advance(3)
        at_three = refusal(client_of(sandbox).views_open, trigger_id=early, view=modal())
        clock.advance(0.001)
        after = refusal(client_of(sandbox).views_open, trigger_id=late, view=modal())

    assert (at_three, after) == ("", "expired_trigger_id")


def test_forms_stack_three_deep_and_no_deeper(sandbox: Sandbox, client: WebClient) -> None:
    assert refusal(client.views_push, trigger_id=trigger(sandbox), view=modal()) == "not_found"
    client.views_open(trigger_id=trigger(sandbox), view=modal())
    second = client.views_push(trigger_id=trigger(sandbox), view=modal())["view"]
    client.views_push(trigger_id=trigger(sandbox), view=modal())

    assert second["previous_view_id"] == second["root_view_id"] != second["id"]
    assert refusal(client.views_push, trigger_id=trigger(sandbox), view=modal()) == "push_limit_reached"
    assert len(sandbox.snapshot("ann")["modals"]) == 3


def test_an_update_with_an_outdated_hash_is_rejected(sandbox: Sandbox, client: WebClient) -> None:
    view = client.views_open(trigger_id=trigger(sandbox), view=modal())["view"]
    updated = client.views_update(view_id=view["id"], hash=view["hash"], view=modal(section("new")))["view"]

    assert updated["hash"] != view["hash"]
    assert refusal(client.views_update, view_id=view["id"], hash=view["hash"], view=modal()) == "hash_conflict"


def test_a_form_that_was_closed_cannot_be_updated(sandbox: Sandbox, client: WebClient) -> None:
    view = client.views_open(trigger_id=trigger(sandbox), view=modal())["view"]

    assert sandbox.actor.close("ann", view["id"]) is None
    assert refusal(client.views_update, view_id=view["id"], view=modal()) == "not_found"
    with pytest.raises(NotPossibleError):
        sandbox.actor.submit("ann", view["id"], {"what": "x"})


def test_an_external_id_is_unique_and_identifies_its_view(sandbox: Sandbox, client: WebClient) -> None:
    client.views_open(trigger_id=trigger(sandbox), view=modal(external_id="one"))
    again: dict[str, Any] = {"trigger_id": trigger(sandbox, "bob"), "view": modal(external_id="one")}

    assert refusal(client.views_open, **again) == "duplicate_external_id"
    assert refusal(client.views_update, external_id="one", view=modal()) == ""


def test_typed_values_survive_an_update_only_where_their_input_stays(sandbox: Sandbox, client: WebClient) -> None:
    form = modal(text_input("kept"), text_input("lost"))
    view = client.views_open(trigger_id=trigger(sandbox), view=form)["view"]
    sandbox.actor.fill("ann", view["id"], {"kept": "a", "lost": "b"})

    renamed = modal(text_input("kept"), text_input("lost", element={"action_id": "other"}))
    shown = client.views_update(view_id=view["id"], view=renamed)["view"]["state"]["values"]

    assert shown["kept"]["v"]["value"] == "a"
    assert shown["lost"] == {"other": {"type": "plain_text_input", "value": None}}


def test_untouched_inputs_are_sent_as_null_or_with_their_initial_value(sandbox: Sandbox, client: WebClient) -> None:
    form = modal(
        text_input("empty", optional=True),
        text_input("given", element={"initial_value": "as it was"}),
        text_input("who", optional=True, element={"type": "multi_users_select"}),
    )

    state = client.views_open(trigger_id=trigger(sandbox), view=form)["view"]["state"]["values"]

    assert state["empty"]["v"] == {"type": "plain_text_input", "value": None}
    assert state["given"]["v"]["value"] == "as it was"
    assert state["who"]["v"]["selected_users"] == []


OPTIONS = [{"text": {"type": "plain_text", "text": word}, "value": word} for word in ("low", "high")]


@pytest.mark.parametrize(
    ("element", "simple", "key", "sent"),
    [
        ({"type": "plain_text_input"}, "words", "value", "words"),
        ({"type": "static_select", "options": OPTIONS}, "high", "selected_option", OPTIONS[1]),
        ({"type": "radio_buttons", "options": OPTIONS}, "low", "selected_option", OPTIONS[0]),
        ({"type": "checkboxes", "options": OPTIONS}, ["low", "high"], "selected_options", OPTIONS),
        ({"type": "multi_static_select", "options": OPTIONS}, ["high"], "selected_options", OPTIONS[1:]),
        ({"type": "users_select"}, "U01ANN", "selected_user", "U01ANN"),
        ({"type": "multi_users_select"}, ["U01ANN"], "selected_users", ["U01ANN"]),
        ({"type": "channels_select"}, "C0000001", "selected_channel", "C0000001"),
        ({"type": "conversations_select"}, "C0000001", "selected_conversation", "C0000001"),
        ({"type": "datepicker"}, "2026-02-01", "selected_date", "2026-02-01"),
        ({"type": "timepicker"}, "16:30", "selected_time", "16:30"),
        ({"type": "datetimepicker"}, 1769860000, "selected_date_time", 1769860000),
        ({"type": "number_input", "is_decimal_allowed": False}, "12", "value", "12"),
    ],
)
def test_a_simple_value_becomes_the_state_slack_sends(
    sandbox: Sandbox, client: WebClient, element: dict[str, Any], simple: Any, key: str, sent: Any
) -> None:
    view = client.views_open(trigger_id=trigger(sandbox), view=modal(text_input("it", element=element)))["view"]

    sandbox.actor.fill("ann", view["id"], {"it": simple})

    state = sandbox.workspace.views[view["id"]].values["it"]["v"]
    assert state == {"type": element["type"], key: sent}


def test_slacks_client_rejects_a_form_with_an_empty_required_input(sandbox: Sandbox, client: WebClient) -> None:
    form = modal(text_input("what"), text_input("why", optional=True))
    view = client.views_open(trigger_id=trigger(sandbox), view=form)["view"]

    with pytest.raises(NotPossibleError, match="what: Please complete this required field"):
        sandbox.actor.submit("ann", view["id"], {"why": "x"})

    assert set(sandbox.snapshot("ann")["modals"][0]["errors"]) == {"what"}
    assert sandbox.outstanding() == 0


@pytest.mark.parametrize(("typed", "words"), [("ab", "at least 3"), ("abcdef", "at most 5")])
def test_slacks_client_rejects_a_text_too_short_or_too_long(
    sandbox: Sandbox, client: WebClient, typed: str, words: str
) -> None:
    form = modal(text_input("what", element={"min_length": 3, "max_length": 5}))
    view = client.views_open(trigger_id=trigger(sandbox), view=form)["view"]

    with pytest.raises(NotPossibleError, match=words):
        sandbox.actor.submit("ann", view["id"], {"what": typed})


TYPED: list[tuple[dict[str, Any], Any, str, Any]] = [
    ({"type": "number_input", "is_decimal_allowed": False}, "ten", "enter a number", "10"),
    ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "enter a whole number", "-1"),
    ({"type": "number_input", "is_decimal_allowed": True, "min_value": "0.5"}, "0.4", "enter 0.5 or more", "0.5"),
    ({"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}, "10", "enter 9 or less", "9"),
    ({"type": "url_text_input"}, "example", "valid URL", "https://example.com"),
    ({"type": "email_text_input"}, "ann", "valid email address", "ann@acme.example"),
    ({"type": "multi_users_select", "max_selected_items": 1}, ["U01ANN", "U02BOB"], "at most 1", ["U01ANN"]),
]


@pytest.mark.parametrize(("element", "wrong", "words", "right"), TYPED)
def test_slacks_client_rejects_a_value_of_the_wrong_kind(
    sandbox: Sandbox, client: WebClient, element: dict[str, Any], wrong: Any, words: str, right: Any
) -> None:
    view = client.views_open(trigger_id=trigger(sandbox), view=modal(text_input("it", element=element)))["view"]

    with pytest.raises(NotPossibleError, match=words):
        sandbox.actor.submit("ann", view["id"], {"it": wrong})

    sandbox.actor.fill("ann", view["id"], {"it": right})
    validate(sandbox.workspace.views[view["id"]])


def test_only_an_offered_option_can_be_selected_and_only_ones_own_form_filled(
    sandbox: Sandbox, client: WebClient
) -> None:
    form = modal(text_input("level", element={"type": "static_select", "options": OPTIONS}))
    view = client.views_open(trigger_id=trigger(sandbox), view=form)["view"]

    with pytest.raises(NotPossibleError, match="not on offer"):
        sandbox.actor.fill("ann", view["id"], {"level": "extreme"})
    with pytest.raises(NotPossibleError, match="no input"):
        sandbox.actor.fill("ann", view["id"], {"colour": "red"})
    with pytest.raises(NotPossibleError, match="no longer open"):
        sandbox.actor.fill("bob", view["id"], {"level": "low"})


def test_publishing_a_home_tab_keeps_its_id_and_checks_its_hash(sandbox: Sandbox, client: WebClient) -> None:
    ann = person(sandbox, "ann")
    home = {"type": "home", "blocks": [section()]}
    first = client.views_publish(user_id=ann, view=home)["view"]

    second = client.views_publish(user_id=ann, view=home, hash=first["hash"])["view"]

    assert first["id"] == second["id"]
    assert refusal(client.views_publish, user_id=ann, view=home, hash=first["hash"]) == "hash_conflict"
    assert sandbox.snapshot("ann")["home"]["id"] == first["id"]
    assert sandbox.snapshot("bob")["home"] is None
