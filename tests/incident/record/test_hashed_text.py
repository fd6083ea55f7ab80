import json
from pathlib import Path

import pytest

from incident.record.hashed_text import _WRITTEN, UnknownFormat, _parsed, read_header
from tests.storage.golden.released import FILES


def texts(path: Path) -> list[str]:
    return [entry["text"] for entry in json.loads(path.read_text("utf-8"))["entries"]]


@pytest.mark.parametrize("path", FILES[-1:], ids=str)
def test_the_short_way_reads_each_text_as_the_parser_does(path: Path) -> None:
    found = texts(path)

    assert sum(_WRITTEN(text) is not None for text in found) > len(found) / 2
    for text in found:
        (by, facts, *rest), (of, data, *others) = read_header(text), _parsed(text)
        assert (by, json.loads(facts), json.loads(rest.pop(6)), rest) == (
            of,
            json.loads(data),
            json.loads(others.pop(6)),
            others,
        )


def text_of(**changes: object) -> str:
    """Return the text of some entry with changes to it."""
    header = json.loads(next(text for text in texts(FILES[-1]) if _WRITTEN(text)))
    return json.dumps(header | changes, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_facts_that_repeat_a_header_are_facts() -> None:
    inner = json.loads(text_of(by="slack:T1:UINNER"))

    by, facts, *_ = read_header(text_of(facts={"a": inner, "format": inner, "z": "}"}))

    assert by != "slack:T1:UINNER"
    assert json.loads(facts)["format"] == inner


def test_what_no_parser_takes_is_not_read() -> None:
    text = text_of(by="slack:T1:U1")

    with pytest.raises(ValueError, match="control character"):
        read_header(text.replace("slack:T1:U1", "slack:T1:\x01U1"))


@pytest.mark.parametrize("changes", [{"n": True}, {"n": "1"}, {"by": None}, {"kind": 1}, {"words": 5}], ids=str)
def test_a_value_of_another_type_is_not_read(changes: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        read_header(text_of(**changes))


def test_a_text_of_another_format_is_named_so() -> None:
    with pytest.raises(UnknownFormat):
        read_header(text_of(format="muster-entry/2"))
