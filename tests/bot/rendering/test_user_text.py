import pytest

from bot.rendering.mrkdwn import sanitized, visible
from bot.rendering.user_text import from_form, from_line, to_form


@pytest.mark.parametrize(
    "crowd", ["<!channel>", "<!here>", "<!everyone>", "<!channel|@channel>", "<!subteam^S12AB|@payments>"]
)
def test_a_group_mention_in_a_line_never_notifies(crowd):
    stored = from_line(f"All down {crowd}!")

    assert "<!" not in stored
    assert "@" in stored


@pytest.mark.parametrize("crowd", ["<!channel>", "<!here>", "<!subteam^S12AB>"])
def test_a_group_mention_typed_into_a_form_stays_text(crowd):
    stored = from_form(f"All down {crowd}!")

    assert stored == f"All down &lt;{crowd[1:-1]}&gt;!"
    assert sanitized(stored) == stored


@pytest.mark.parametrize("kept", ["<@U12AB>", "<#C12AB|general>", "<https://example.com/a?b=1>"])
def test_mentions_of_a_person_a_channel_and_a_link_are_kept(kept):
    assert from_form(f"see {kept} & go") == f"see {kept} &amp; go"
    assert kept in from_line(f"see {kept}")


@pytest.mark.parametrize(
    "text", ["a < b && c > d", "*bold* _it_ ~no~ `code`", "<@U12AB> said 1 < 2", "🔥 مرحبا", "&lt;"]
)
def test_a_text_shown_in_a_form_is_submitted_as_it_was_stored(text):
    stored = from_form(text)

    assert from_form(to_form(stored)) == stored


@pytest.mark.parametrize("read", [from_line, from_form])
def test_characters_that_no_database_can_store_are_replaced(read):
    assert read("nul \x00 half \ud83d") == "nul \ufffd half \ufffd"


@pytest.mark.parametrize(
    ("line", "stored"),
    [
        ("<https://evil.example|https://bank.example> now", "https://bank.example (<https://evil.example>) now"),
        ("<mailto:a@evil.example|b@bank.example>", "b@bank.example (<mailto:a@evil.example>)"),
        ("<https://a.example/|a.example>", "<https://a.example/|a.example>"),
        ("<https://a.example|https://a.example/>", "<https://a.example|https://a.example/>"),
        ("<mailto:a@b.example|a@b.example>", "<mailto:a@b.example|a@b.example>"),
    ],
)
def test_a_link_in_a_line_does_not_hide_its_address(line, stored):
    assert from_line(line) == stored
    assert from_line(stored) == stored


def test_a_labelled_link_typed_into_a_form_stays_text():
    assert from_form("<https://evil.example|the bank>") == "&lt;https://evil.example|the bank&gt;"
    assert from_form("<https://a.example>") == "<https://a.example>"


def test_text_for_a_terminal_cannot_drive_it_or_turn_its_direction():
    assert visible("a\x1b[2Jb\u202ec\x9bd\n\te\r\x07") == "a�[2Jb�c�d\n\te��"
