import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.blocks.clipper import LIMITS, MORE, fit_blocks, fit_text, fit_view, oversized
from sandbox.blocks.block_check import check_message, check_view
from sandbox.blocks.limits import LIMITS as SECOND_OPINION

LONG = "words & <@U12AB> " * 1000


def plain(text=LONG):
    return {"type": "plain_text", "text": text}


def mrkdwn(text=LONG):
    return {"type": "mrkdwn", "text": text}


def options(count, text=LONG):
    return [{"text": plain(text), "description": plain(text), "value": f"v{number}"} for number in range(count)]


def button(number=0):
    confirm = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}
    return {
        "type": "button",
        "action_id": f"a{number}",
        "text": plain(),
        "accessibility_label": LONG,
        "confirm": confirm,
    }


def select(number=0):
    group = {"label": plain(), "options": options(150, "words")}
    return {"type": "static_select", "action_id": f"s{number}", "placeholder": plain(), "option_groups": [group]}


BLOCKS = [
    {"type": "header", "text": plain()},
    {"type": "section", "text": mrkdwn(), "accessory": button()},
    {"type": "section", "fields": [mrkdwn()] * 12},
    {"type": "context", "elements": [mrkdwn()] * 12},
    {"type": "actions", "elements": [button(number) for number in range(15)]},
    {"type": "actions", "elements": [{"type": "button", "action_id": f"b{n}", "text": plain()} for n in range(30)]},
    {"type": "actions", "elements": [select()]},
    {"type": "actions", "elements": [{"type": "overflow", "action_id": "o", "options": options(9, "x")}]},
    {
        "type": "input",
        "label": plain(),
        "hint": plain(),
        "element": {"type": "plain_text_input", "action_id": "t", "placeholder": plain(), "initial_value": LONG},
    },
    {"type": "input", "label": plain(), "element": {"type": "checkboxes", "action_id": "c", "options": options(40)}},
    {"type": "input", "label": plain(), "element": {"type": "radio_buttons", "action_id": "r", "options": options(40)}},
]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block["type"])
def test_every_block_is_cut_to_what_slack_takes(block):
    assert check_message(fit_blocks([block]))


def test_a_message_of_far_too_many_words_says_that_there_is_more():
    fitted = fit_blocks([{"type": "section", "text": mrkdwn()}] * 60)

    assert check_message(fitted)
    assert fitted[-1] == MORE


def test_buttons_are_kept_when_words_are_dropped():
    wordy = [{"type": "section", "text": mrkdwn()}] * 8

    fitted = fit_blocks([*wordy, {"type": "actions", "elements": [button()]}])

    assert [block["type"] for block in fitted[-2:]] == ["actions", "context"]


def test_a_message_that_fits_is_left_as_it_is():
    blocks = [{"type": "section", "text": mrkdwn("short")}, {"type": "divider"}]

    assert fit_blocks(blocks) == blocks


def test_a_view_is_cut_to_what_slack_takes():
    view = {"type": "modal", "title": plain(), "submit": plain(), "close": plain(), "blocks": BLOCKS[:2] * 80}

    fitted = fit_view(view)

    assert check_view(fitted, "modal")
    assert fitted["blocks"][-1] == MORE


@given(st.text(min_size=0, max_size=400), st.sampled_from(["update.text", "view.title", "button.text"]))
def test_a_text_never_exceeds_its_limit_and_a_short_one_never_changes(text, limit):
    fitted = fit_text(text, limit)

    assert len(fitted) <= LIMITS[limit]
    assert fitted == text or len(text) > LIMITS[limit]


def test_the_table_agrees_with_the_second_opinion_of_the_pretend_workspace():
    differing = {
        name: (size, SECOND_OPINION.get(name)) for name, size in LIMITS.items() if SECOND_OPINION.get(name) != size
    }

    assert differing == {}


def test_an_id_or_value_that_is_too_long_is_found():
    long_one = {"type": "button", "action_id": "a" * 256, "value": "v" * 2001}

    assert list(oversized([long_one])) == ["action_id: 256", "value: 2001"]
