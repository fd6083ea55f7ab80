"""Text of people, mentions and times as readers see them, in Slack and in documents."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from jinja2 import UndefinedError

from bot.rendering import mrkdwn
from bot.rendering.message_catalog import closure_text
from bot.rendering.renderer import Mode, Renderer, VerbContext, slug_labels
from incident.entries.closure import Refused
from incident.refusal import Code
from roles.person_ids import PersonId

LONDON_WINTER_EVENING = datetime(2026, 1, 31, 18, 6, tzinfo=UTC)
NOOR = PersonId("slack:T1:U1")


def line(tmp_path, source: str, mode: Mode = Mode.SLACK) -> str:
    (tmp_path / "slack").mkdir()
    (tmp_path / "slack" / "note.j2").write_text(source, encoding="utf-8")
    renderer = Renderer(mode, names=lambda person: {NOOR: "Noor"}.get(person, "somebody"), folder=tmp_path)
    return renderer.said("note", VerbContext(None, (), NOOR, LONDON_WINTER_EVENING))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<!channel> look", "@channel look"),
        ("<!subteam^S1|@sre> look", "@sre look"),
        ("<!subteam^S1> look", "@group look"),
        ("ask <@U2> in <#C1|ops>", "ask <@U2> in <#C1|ops>"),
        ("<https://x.example|status>", "<https://x.example|status>"),
        ("<javascript:alert(1)>", "&lt;javascript:alert(1)&gt;"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("R&amp;D &lt;ok&gt;", "R&amp;D &lt;ok&gt;"),
    ],
)
def test_text_of_people_cannot_notify_a_group_but_keeps_mentions_and_links(typed, shown):
    assert mrkdwn.sanitized(typed) == shown


def test_formatting_marks_in_a_title_do_not_format_our_sentence():
    shown = mrkdwn.inline("*all* users_hit _and_ ~some~")

    for mark in "*_~":
        assert not re.search(rf"(?<!\w){re.escape(mark)}\S", shown.replace("users_hit", ""))
    assert shown.replace("\u200a", "") == "*all* users_hit _and_ ~some~"
    assert "users_hit" in shown


def test_a_lone_backtick_does_not_format_our_own_text():
    assert mrkdwn.inline("it said `oops") == "it said 'oops"
    assert mrkdwn.inline("it said `oops`") == "it said `oops`"


def test_a_clipped_text_never_ends_inside_a_mention_or_an_entity():
    for limit in range(1, 20):
        cut = mrkdwn.clip("ab <@U22222> &amp; more", limit)

        assert len(cut) <= limit
        assert cut.count("<") == cut.count(">")
        assert "&" not in cut or "&amp;" in cut


def test_a_quoted_text_is_quoted_on_every_line():
    assert mrkdwn.block_quote("one\ntwo") == ">one\n>two"


def test_a_quote_holds_the_longest_text_that_a_field_takes_however_much_of_it_is_escaped():
    longest = "a &amp;&lt;b&gt; " * 375

    assert mrkdwn.block_quote(longest) == f">{longest.strip()}"
    assert mrkdwn.block_quote("a &amp; b &amp; c", 6) == ">a &amp; b…"


def test_slack_readers_see_a_name_and_their_own_time(tmp_path):
    assert line(tmp_path, "{% macro said(c) %}{{ c.by|who }} at {{ c.at|clock }}{% endmacro %}") == (
        f"Noor at <!date^{int(LONDON_WINTER_EVENING.timestamp())}^{{time}}|18:06 UTC>"
    )


@pytest.mark.parametrize(("mode", "shown"), [(Mode.SLACK, "<@U1>"), (Mode.DOCUMENT, "Noor")])
def test_only_a_person_who_is_asked_for_something_is_mentioned(tmp_path, mode, shown):
    assert line(tmp_path, "{% macro said(c) %}{{ c.by|ask }}{% endmacro %}", mode) == shown


@pytest.mark.parametrize("source", ["{{ 'ask <@U9>'|words }}", "{{ 'ask <@U9>'|quote }}"])
def test_a_mention_in_the_text_of_a_person_reads_as_a_name(tmp_path, source):
    assert line(tmp_path, f"{{% macro said(c) %}}{source}{{% endmacro %}}").removeprefix(">") == "ask somebody"


def test_a_name_cannot_format_or_notify():
    renderer = Renderer(names=lambda person: "*Eve* <!channel> & <@U1>")

    shown = renderer.who(NOOR)

    assert shown.replace("\u200a", "") == "*Eve* &lt;!channel&gt; &amp; &lt;@U1&gt;"
    assert not re.search(r"(?<!\w)\*\S", shown)


def test_a_member_whose_name_is_not_known_is_named_by_slack():
    assert Renderer().who(NOOR) == "<@U1>"
    assert Renderer().words("ask <@U2>") == "ask <@U2>"


def test_document_readers_see_a_name_and_utc(tmp_path):
    source = "{% macro said(c) %}{{ c.by|who }} at {{ c.at|when }}: {{ '&lt;b&gt; <@U9>'|words }}{% endmacro %}"

    assert line(tmp_path, source, Mode.DOCUMENT) == "Noor at 2026-01-31 18:06 UTC: <b> @somebody"


def test_a_missing_template_name_is_an_error(tmp_path):
    with pytest.raises(UndefinedError):
        line(tmp_path, "{% macro said(c) %}{{ c.nothing_here }}{% endmacro %}")


def test_an_unverified_person_is_shown_as_claimed():
    renderer = Renderer(names=lambda person: person.partition(":")[2])

    assert renderer.who(PersonId("cli:ann@box")) == "ann@box (claimed)"
    assert renderer.who(None) == "nobody"


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(seconds=45), "45 s"),
        (timedelta(minutes=25), "25 min"),
        (timedelta(hours=1, minutes=20), "1 h 20 min"),
        (timedelta(days=3, minutes=5), "3 d 5 min"),
        (-300, "5 min"),
    ],
)
def test_a_duration_is_shown_in_its_two_largest_units(length, shown):
    assert mrkdwn.duration(length) == shown


def test_a_mention_of_a_person_without_a_known_name_reads_as_the_users_id():
    assert Renderer(Mode.DOCUMENT).words("ask <@U02BOB> now") == "ask @U02BOB now"


def test_slugs_read_as_words(tmp_path):
    assert line(tmp_path, "{% macro said(c) %}{{ 'comms_lead'|role }}, {{ 'exec'|audience }}{% endmacro %}") == (
        "comms lead, executives"
    )


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("*Decision D1* by {{ c.by | who }}", "Decision D1 by Noor"),
        ("ask `/incident help`, _now_", "ask `/incident help`, now"),
        (":warning: *`code` in bold*", "`code` in bold"),
        ("<#C1> and <#C2>, <https://x.example|status>", "#inc-1 and #C2, status (https://x.example)"),
        ("at 18:06 UTC, a_slug_with_marks, 2 * 3 * 4 &amp; more", "at 18:06 UTC, a_slug_with_marks, 2 * 3 * 4 & more"),
        ("{{ '*a* _b_ `c` :boom: &lt;#C1&gt; &amp;amp; <@U1>' | words }}", "*a* _b_ `c` :boom: <#C1> &amp; @Noor"),
        ("*{{ '*a*' | words }}* {{ 'x_y' | code }}", "*a* x_y"),
    ],
)
def test_a_terminal_shows_no_markup_of_templates_and_all_that_people_typed(template, shown):
    names = {NOOR: "Noor", PersonId("slack::U1"): "Noor"}
    renderer = Renderer(Mode.TERMINAL, names=lambda person: names.get(person, str(person)))

    rendered = renderer.sentence(template, c=VerbContext(None, (), NOOR, LONDON_WINTER_EVENING))

    assert mrkdwn.without_markup(rendered, lambda channel: {"C1": "inc-1"}.get(channel, channel)) == shown


def test_the_final_updates_that_closing_lacks_read_as_one_list():
    lacking = closure_text("final_update", ("internal", "exec", "customer"), typed=False)

    assert lacking == "Send the final update to responders, executives and customers."


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (Refused(verb="unknown", intent="unknown", code="E_UNKNOWN_VERB"), "a typed line: not a command"),
        (
            Refused(verb="escalate", intent="escalate", code="E_STATE", fields=("who",)),
            "escalate refused: already being called",
        ),
        (Refused(verb="close", intent="close", code="E_STATE"), "close refused: not possible at that moment"),
    ],
)
def test_a_refused_act_says_on_the_record_what_was_in_the_way(fact, words):
    assert Renderer(Mode.DOCUMENT).macro("sentences.j2", "refused", SimpleNamespace(fact=fact)) == words


def test_every_refusal_code_has_words_for_a_table():
    assert set(slug_labels()["refusal_code"]) == set(Code)
    assert slug_labels()["refusal_code"][Code.CLOSE_INCOMPLETE] == "closure criteria not met"
