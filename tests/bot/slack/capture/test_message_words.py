"""The words of a message, whichever part of Slack's payload carries them."""

import pytest

from bot.slack.capture.message_words import files_of, words_of, words_or_files_of

ALERT = {"fallback": "[FIRING:1] HighErrorRate", "title": "[FIRING:1] HighErrorRate", "text": "5xx ratio 34%"}
TITLE = {"type": "plain_text", "text": "Deploy & roll back"}


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def rich(*elements, kind="rich_text_section"):
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}


def bot(**parts):
    return {"bot_id": "B1", "text": "", **parts}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"text": "it is &lt;slow&gt;"}, "it is &lt;slow&gt;"),
        ({}, ""),
        (bot(attachments=[ALERT]), "[FIRING:1] HighErrorRate\n5xx ratio 34%"),
        (bot(attachments=[{"fallback": "only the fallback"}]), "only the fallback"),
        (
            bot(
                attachments=[
                    {
                        "pretext": "New alert",
                        "fields": [{"title": "Host", "value": "db-7"}, {"value": "x"}],
                        "footer": "v9",
                    }
                ]
            ),
            "New alert\nHost: db-7\nx\nv9",
        ),
        (bot(attachments=[{"fallback": "[no preview available]", "blocks": [section("4711 is out")]}]), "4711 is out"),
        (bot(text="This content can't be displayed.", blocks=[section("4711 is out")]), "4711 is out"),
        (bot(text="Deploy", blocks=[section("Deploy 4711 of checkout is out")]), "Deploy 4711 of checkout is out"),
        (bot(text="A summary", blocks=[section("The details")]), "A summary\nThe details"),
        (bot(text="*Deploy* 4711", blocks=[section("Deploy 4711")]), "Deploy 4711"),
        (bot(text="🔥", blocks=[{"type": "divider"}]), "🔥"),
        (bot(blocks=[{"type": "header", "text": TITLE}]), "Deploy &amp; roll back"),
        (
            bot(blocks=[{"type": "section", "fields": [{"type": "mrkdwn", "text": "*Host*"}, TITLE]}]),
            "*Host*\nDeploy &amp; roll back",
        ),
        (
            bot(
                blocks=[
                    {
                        "type": "context",
                        "elements": [{"type": "image", "alt_text": "icon"}, {"type": "mrkdwn", "text": "by CI"}],
                    }
                ]
            ),
            "by CI",
        ),
        (bot(blocks=[{"type": "image", "image_url": "https://x", "alt_text": "a graph"}]), "a graph"),
        (bot(blocks=[{"type": "image", "title": TITLE, "alt_text": "a graph"}]), "Deploy &amp; roll back"),
        (bot(blocks=[{"type": "markdown", "text": "**done**"}]), "**done**"),
        (
            bot(blocks=[{"type": "brand_new", "panels": [{"heading": {"type": "mrkdwn", "text": "new words"}}]}]),
            "new words",
        ),
        (
            bot(
                blocks=[
                    {
                        "type": "table",
                        "rows": [[{"type": "raw_text", "text": "db"}, rich({"type": "text", "text": "7 s"})]],
                    }
                ]
            ),
            "db | 7 s",
        ),
        (
            bot(blocks=[{"type": "actions", "elements": [{"type": "button", "text": TITLE}]}, section("Pick one")]),
            "Pick one",
        ),
        (
            bot(blocks=[{"type": "call", "call": {"v1": {"name": "War room", "join_url": "https://z.example/1"}}}]),
            "War room https://z.example/1",
        ),
    ],
)
def test_the_words_are_taken_from_every_part_once(message, words):
    assert words_of(message) == words


def test_rich_text_reads_as_it_would_in_the_text_of_a_message():
    line = rich(
        {"type": "text", "text": "ask "},
        {"type": "user", "user_id": "U1"},
        {"type": "text", "text": " in "},
        {"type": "channel", "channel_id": "C1"},
        {"type": "text", "text": " & see "},
        {"type": "link", "url": "https://x.example", "text": "the graph"},
        {"type": "emoji", "name": "fire"},
        {"type": "broadcast", "range": "here"},
    )
    listed = {"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": line["elements"] * 2}]}

    words = words_of({"text": "", "blocks": [line]})

    assert words == "ask <@U1> in <#C1> &amp; see <https://x.example|the graph>:fire:<!here>"
    assert words_of({"text": "", "blocks": [listed]}).splitlines() == [words, words]


def test_what_a_person_typed_is_taken_from_the_text_alone():
    typed = {"user": "U1", "text": "*bold* words", "blocks": [rich({"type": "text", "text": "bold words"})]}

    assert words_of(typed) == "*bold* words"


@pytest.mark.parametrize("mark", ["from_url", "original_url", "is_app_unfurl", "is_msg_unfurl"])
def test_the_preview_of_a_link_is_nobodys_words(mark):
    preview = {mark: "https://x.example", "title": "Status page", "text": "All is well"}

    assert words_of({"text": "<https://x.example>", "attachments": [preview]}) == "<https://x.example>"


def test_a_forwarded_message_has_its_author_and_its_words():
    shared = {
        "is_share": True,
        "is_msg_unfurl": True,
        "from_url": "https://acme.slack.com/archives/C9/p1",
        "author_name": "Bea Ortiz",
        "text": "it is the pool",
        "message_blocks": [{"message": {"blocks": [rich({"type": "text", "text": "it is the pool"})]}}],
        "files": [{"name": "pool.png"}],
    }

    words = words_of({"user": "U1", "text": "look", "attachments": [shared]})
    without_text = words_of({"user": "U1", "text": "", "attachments": [{**shared, "text": ""}]})

    assert words.splitlines() == ["look", "Bea Ortiz", "it is the pool", "pool.png"]
    assert without_text.splitlines() == ["Bea Ortiz", "it is the pool", "pool.png"]


def test_files_are_named_and_a_deleted_one_is_not():
    message = {"text": "", "files": [{"name": "graph.png"}, {"title": "log"}, {"mode": "tombstone"}, {}]}

    assert files_of(message) == "graph.png, log, a file"
    assert (words_of(message), words_or_files_of(message)) == ("", "graph.png, log, a file")
    assert files_of({"files": [{"mode": "tombstone"}]}) is None


def test_an_alert_that_came_by_e_mail_and_a_snippet_have_the_words_that_slack_shows_of_them():
    mail = {"mode": "email", "name": "untitled", "subject": "Disk full on db-7", "plain_text": "Used: 99 % & rising\n"}
    snippet = {"mode": "snippet", "name": "log.txt", "preview": "ERROR pool is empty"}

    message = {"text": "look", "files": [mail, snippet, {"mode": "hosted", "name": "a.png", "preview": "x"}]}

    assert words_of(message).splitlines() == [
        "look",
        "Disk full on db-7",
        "Used: 99 % &amp; rising",
        "ERROR pool is empty",
    ]


def test_a_huddle_began_and_ended():
    room = {"id": "R1", "created_by": "U1", "date_start": 1000, "date_end": 0, "has_ended": False}
    ended = {**room, "has_ended": True, "date_end": 2560, "participant_history": ["U1", "U2"]}

    assert words_of({"subtype": "huddle_thread", "text": "", "room": room}) == "A huddle began."
    assert words_of({"text": "", "room": ended}) == "The huddle ended after 26 min, with <@U1>, <@U2>."
