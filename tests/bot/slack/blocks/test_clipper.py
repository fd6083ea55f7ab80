import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import blocks
from slack_sdk.models.views import View

from bot.slack.blocks.clipper import LIMITS, MORE, fit_blocks, fit_text, fit_view, oversized_ids
from sandbox.blocks.limits import LIMITS as DOCUMENTED_LIMITS
from sandbox.workspace_errors import SlackError
from tests.support.block_kit import valid_message, valid_view

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
def test_every_block_is_clipped_to_the_limits_of_slack(block):
    assert valid_message(fit_blocks([block]))


def test_a_clipped_message_says_that_there_is_more():
    fitted = fit_blocks([{"type": "section", "text": mrkdwn()}] * 60)

    assert valid_message(fitted)
    assert fitted[-1] == MORE


def test_buttons_are_kept_when_text_is_dropped():
    wordy = [{"type": "section", "text": mrkdwn()}] * 8

    fitted = fit_blocks([*wordy, {"type": "actions", "elements": [button()]}])

    assert [block["type"] for block in fitted[-2:]] == ["actions", "context"]


def test_a_message_that_fits_is_not_changed():
    short = [{"type": "section", "text": mrkdwn("short")}, {"type": "divider"}]

    assert fit_blocks(short) == short


def test_a_view_is_clipped_to_the_limits_of_slack():
    view = {"type": "modal", "title": plain(), "submit": plain(), "close": plain(), "blocks": BLOCKS[:2] * 80}

    fitted = fit_view(view)

    assert valid_view(fitted)
    assert fitted["blocks"][-1] == MORE


@given(st.text(min_size=0, max_size=400), st.sampled_from(["update.text", "view.title", "button.text"]))
def test_a_text_never_exceeds_its_limit_and_a_short_one_never_changes(text, limit):
    fitted = fit_text(text, limit)

    assert len(fitted) <= LIMITS[limit]
    assert fitted == text or len(text) > LIMITS[limit]


def test_the_limits_are_those_of_the_pretend_workspace():
    differing = {
        name: (size, DOCUMENTED_LIMITS.get(name))
        for name, size in LIMITS.items()
        if DOCUMENTED_LIMITS.get(name) != size
    }

    assert differing == {}


# The limits that slack_sdk checks; it does not check the rest of the table.
SLACK_SDK_LIMITS = {
    "view.blocks": View.blocks_max_length,
    "view.title": View.title_max_length,
    "view.submit": View.submit_max_length,
    "view.close": View.close_max_length,
    "view.private_metadata": View.private_metadata_max_length,
    "view.callback_id": View.callback_id_max_length,
    "block_id": blocks.Block.block_id_max_length,
    "action_id": blocks.InteractiveElement.action_id_max_length,
    "section.text": blocks.SectionBlock.text_max_length,
    "section.fields": blocks.SectionBlock.fields_max_length,
    "header.text": blocks.HeaderBlock.text_max_length,
    "context.elements": blocks.ContextBlock.elements_max_length,
    "actions.elements": blocks.ActionsBlock.elements_max_length,
    "button.text": blocks.ButtonElement.text_max_length,
    "button.value": blocks.ButtonElement.value_max_length,
    "button.url": blocks.ButtonElement.url_max_length,
    "button.accessibility_label": blocks.ButtonElement.text_max_length,
    "confirm.title": blocks.ConfirmObject.title_max_length,
    "confirm.text": blocks.ConfirmObject.text_max_length,
    "confirm.confirm": blocks.ConfirmObject.confirm_max_length,
    "confirm.deny": blocks.ConfirmObject.deny_max_length,
    "option.text": blocks.Option.label_max_length,
    "option.value": blocks.Option.value_max_length,
    "options.count": blocks.StaticSelectElement.options_max_length,
    "option_groups.count": blocks.StaticSelectElement.option_groups_max_length,
    "option_group.label": blocks.OptionGroup.label_max_length,
    "overflow.options": blocks.OverflowMenuElement.options_max_length,
    "placeholder.text": blocks.InputInteractiveElement.placeholder_max_length,
    "input.label": blocks.InputBlock.label_max_length,
    "input.hint": blocks.InputBlock.hint_max_length,
}
NOT_CHECKED_BY_SLACK_SDK = {
    "each block is checked alone, not the message around it": {
        "message.text",
        "message.blocks",
        "message.total",
        "message.attachments",
        "update.text",
        "ephemeral.text",
    },
    "a view is checked without its size as JSON, its stack and its external id": {
        "view.bytes",
        "view.stack",
        "view.external_id",
    },
    "texts of descriptions, fields, context elements and inputs have no limit of their own": {
        "option.description",
        "text.text",
        "section.field",
        "plain_text_input.length",
    },
    "radio buttons and checkboxes have no limit, only select menus do": {
        "radio_buttons.options",
        "checkboxes.options",
    },
    "channels have no model": {"topic", "purpose", "channel.name", "invite.users", "bookmarks.count"},
}


def test_the_limits_are_those_of_slack_sdk():
    differing = {name: (LIMITS[name], size) for name, size in SLACK_SDK_LIMITS.items() if LIMITS[name] != size}

    assert differing == {}


def test_what_slack_sdk_does_not_check_is_listed_with_its_reason():
    assert set(LIMITS) - set(SLACK_SDK_LIMITS) == set().union(*NOT_CHECKED_BY_SLACK_SDK.values())


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": mrkdwn("x" * 3001)},
        {"type": "section", "text": mrkdwn("short"), "colour": "red"},
        {"type": "actions", "elements": [{"type": "button", "action_id": "a" * 256, "text": plain("short")}]},
    ],
    ids=["a text too long", "an attribute that no block has", "an id too long"],
)
def test_both_checks_refuse_a_value_above_the_limit(block):
    with pytest.raises((AssertionError, SlackError)):
        valid_message([block])
    with pytest.raises((AssertionError, SlackObjectFormationError)):
        assert [block] == [parsed.to_dict() for parsed in blocks.Block.parse_all([block])]


def test_an_id_or_value_that_is_too_long_is_found():
    long_one = {"type": "button", "action_id": "a" * 256, "value": "v" * 2001}

    assert list(oversized_ids([long_one])) == ["action_id: 256", "value: 2001"]
