import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.blocks.action_context import ActionContext, read_context
from bot.slack.blocks.clipper import LIMITS

TEXTS = st.text(max_size=1500)


@given(
    st.builds(
        ActionContext,
        incident=TEXTS | st.none(),
        entry=st.integers(0) | st.none(),
        fields=st.dictionaries(TEXTS, TEXTS),
    )
)
def test_a_value_never_exceeds_the_limit_of_a_button_and_keeps_its_context(where):
    value = where.as_value()

    assert len(value) <= max(LIMITS["button.value"], len(where.model_copy(update={"fields": {}}).packed()))
    assert read_context(value).entry == where.entry


def test_a_packed_context_is_unpacked_unchanged():
    where = ActionContext(
        incident="01ABC", entry=7, fields={"role": "scribe", "n": 3}, channel="C1", message="1.2", draft="k"
    )

    assert read_context(where.packed()) == where


def test_the_longest_field_is_left_out_first():
    where = ActionContext(incident="01ABC", fields={"short": "kept", "long": "x" * 3000})

    assert read_context(where.as_value()).fields == {"short": "kept"}
    assert where.is_too_long


@pytest.mark.parametrize(
    "text", [None, "", "no json", "[]", "7", '"x"', "null", '{"zzz": 1}', '{"n": "many"}', '{"f": 3}']
)
def test_an_unreadable_value_is_an_empty_context(text):
    assert read_context(text) == ActionContext()
