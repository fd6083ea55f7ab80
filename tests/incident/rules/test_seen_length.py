"""Limits count what people see of a text."""

import pytest

from incident.rules.seen_length import cut_seen, seen_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("plain", 5),
        ("a &amp;&amp; b", 6),
        ("List&lt;Map&gt;", 9),
        ("&copy;", 6),
        ("<#C0123456789|incidents>", 9),
        ("<https://x.example>", 17),
        ("<@U0123>", 6),
        ("<", 1),
        ("", 0),
    ],
)
def test_escapes_and_brackets_are_not_counted(text, length):
    assert seen_length(text) == length


def test_a_text_is_cut_between_what_people_see():
    assert cut_seen("a &amp; b", 3) == "a &amp;"
    assert cut_seen("a &amp; b", 2) == "a "
    assert cut_seen("see <https://x.example> now", 10) == "see "
    assert cut_seen("plain", 3) == "pla"
