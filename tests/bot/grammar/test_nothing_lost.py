"""No word of a line that acts at once is lost: it is in a field, named as unused, or was read as a value."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commands.core import verb_registry
from tests.support.parsed_lines import meaning, parsed

# Words that are no value of any field, and so must be found again.
TEXT = ("zebra", "Quartz", "walnut")
# What a value consists of, and what of it must be in the fields if it is not in the text.
VALUES = {
    "@ilse": "U1",
    "<@U2>": "U2",
    "INC-2026-0001": "INC-2026-0001",
    "16:30": ":30:00",
    "(10:20)": ":20:00",
    "[03:58]": ":58:00",
    "happened=10:20": ":20:00",
    "next=16:30": ":30:00",
    "timebox=15": "15",
    "TF1": "TF1",
    "E17": "17",
    "P1": "impact",
    "service=checkout": "checkout",
}
FILLERS = (
    "to",
    "as",
    "at",
    "by",
    "since",
    "because",
    "internal",
    "exec,",
    "final",
    "commander",
    "set",
    "false alarm",
    "-",
    ":",
)
WORDS = st.lists(st.sampled_from([*TEXT, *VALUES, *FILLERS]), max_size=8)


@given(st.sampled_from(sorted(verb_registry.words())), WORDS)
def test_every_word_of_a_line_that_acts_is_found_in_what_it_means(verb: str, words: list[str]) -> None:
    command = parsed(" ".join([verb, *words]))

    if command.is_complete:
        found = f"{meaning(command)} {command.unused} {command.number}"
        lost = [word for word in words if word in TEXT and word not in found]
        lost += [word for word in words if word in VALUES and word not in found and VALUES[word] not in found]
        assert lost == []
