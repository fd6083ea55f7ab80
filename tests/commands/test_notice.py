"""What outsiders were informed of is recorded with the road and the time, and nothing in a drill."""

from __future__ import annotations

import pytest

from incident.frozen import utc_text
from incident.refusal import Code
from tests.support.clock import T
from tests.support.parsed_lines import parsed
from tests.support.regulated import regulated

LETTER = {"to": "data_subjects", "road": "letter", "count": 1200, "text": "Change your password"}


@pytest.mark.parametrize(("to", "name"), [("data_subjects", "Data subjects"), ("csirt", "A CSIRT")])
def test_a_notice_is_recorded_as_of_when_they_were_informed(to, name):
    desk = regulated("gdpr33")
    desk.do("notice", at=90, form={**LETTER, "to": to, "at": utc_text(T(60))})

    [notice] = desk.incident.outside_notices
    assert (notice.to, notice.road, notice.count, notice.at) == (to, "letter", 1200, T(60))
    assert f"*{name} informed by letter* (1200)" in desk.said()


@pytest.mark.parametrize(
    ("more", "drill", "code"),
    [({}, True, Code.DRILL_EXTERNAL_BLOCKED), ({"at": utc_text(T(500))}, False, Code.BAD_VALUE)],
)
def test_in_a_drill_and_at_a_time_to_come_no_one_was_informed(more, drill, code):
    desk = regulated("gdpr33", drill=drill)
    outcome = desk.do("notice", at=90, form={**LETTER, **more})

    assert outcome.code == code
    assert desk.answer()
    assert desk.incident.outside_notices == ()


def test_a_typed_line_names_who_was_informed_and_by_which_road():
    fields = parsed("notice authority by phone they asked for our number").fields

    assert fields == {"to": "authority", "road": "phone", "text": "they asked for our number"}
