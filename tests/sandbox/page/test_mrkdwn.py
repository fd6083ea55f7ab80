"""Slack's mrkdwn on the page: each text with the markup that it becomes."""

import pytest
from playwright.sync_api import Page

from tests.sandbox.page.conftest import See
from tests.support.sample_app import HOSTILE

pytestmark = pytest.mark.browser

DRAW = """async ([text, now]) => {
  const { mrkdwn } = await import("/ui/static/js/mrkdwn.js");
  const { draw, h } = await import("/ui/static/js/dom.js");
  const { context } = await import("/ui/static/js/state.js");
  const here = { ...context(), now };
  const box = document.createElement("div");
  draw(box, [h("div", {}, mrkdwn(text, here))]);
  for (const el of box.querySelectorAll("*")) {
    for (const { name } of [...el.attributes]) if (!["href", "data-user"].includes(name)) el.removeAttribute(name);
  }
  return box.firstChild.innerHTML;
}"""

NOON = 1_700_049_600  # 2023-11-15 12:00 UTC, 13:00 in Berlin

CASES = [
    ("*bold* _slanted_ ~gone~", "<strong>bold</strong> <em>slanted</em> <s>gone</s>"),
    ("_*both*_", "<em><strong>both</strong></em>"),
    ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
    ("`*code*`", "<code>*code*</code>"),
    ("```\na *b*\n```", "<pre>a *b*</pre>"),
    ("&gt; said\n&gt; again\nafter", "<blockquote>said<br>again</blockquote>after"),
    ("• one\n• two", "<span><span>• </span><span>one</span></span><span><span>• </span><span>two</span></span>"),
    ("a\nb", "a<br>b"),
    ("<https://example.com|the *page*>", '<a href="https://example.com">the <strong>page</strong></a>'),
    (
        "<https://example.com?a=1&amp;b=2>",
        '<a href="https://example.com?a=1&amp;b=2">https://example.com?a=1&amp;b=2</a>',
    ),
    ("see https://example.com/x.", 'see <a href="https://example.com/x">https://example.com/x</a>.'),
    ("<javascript:alert(1)|click>", "&lt;javascript:alert(1)|click&gt;"),
    ("<!channel>", "<span>@channel</span>"),
    ("&lt;!channel&gt;", "&lt;!channel&gt;"),
    (HOSTILE, HOSTILE.replace("<", "&lt;").replace(">", "&gt;")),
    ("*" + HOSTILE + "*", "<strong>" + HOSTILE.replace("<", "&lt;").replace(">", "&gt;") + "</strong>"),
    (":no_such_thing: at 10:30:00", ":no_such_thing: at 10:30:00"),
    ("done :white_check_mark:", "done <span>✅</span>"),
    ("<!subteam^S1|@sre>", "<span>@sre</span>"),
    ("<#CNOWHERE|>", "<span>🔒 private channel</span>"),
    (f"<!date^{NOON}^{{date_short_pretty}} {{time}}|then>", "<time>today 13:00</time>"),
    (f"<!date^{NOON - 86400}^{{date_long_pretty}}|then>", "<time>yesterday</time>"),
    (
        f"<!date^{NOON + 9 * 86400}^{{date_long}} at {{time_secs}}|then>",
        "<time>Friday, November 24th, 2023 at 13:00:00</time>",
    ),
    (
        f"<!date^{NOON + 9 * 86400}^{{date_num}} {{date_short}} {{date}}|then>",
        "<time>2023-11-24 Nov 24, 2023 November 24th, 2023</time>",
    ),
    (f"<!date^{NOON - 300}^{{ago}}|then>", "<time>5 minutes ago</time>"),
    (f"<!date^{NOON}^{{unheard_of}}|then>", "<time>then</time>"),
    (f"<!date^{NOON}^{{time}}^https://example.com|then>", '<a href="https://example.com"><time>13:00</time></a>'),
    ("<!date^soon^{time}|then>", "<time>then</time>"),
]


@pytest.fixture
def page(see: See) -> Page:
    return see()


def test_every_mrkdwn_construct_is_rendered(page: Page) -> None:
    drawn = {text: page.evaluate(DRAW, [text, NOON]) for text, _ in CASES}

    assert drawn == dict(CASES)


def test_a_mention_shows_the_name_and_highlights_ones_own(page: Page) -> None:
    me = page.get_by_test_id("you-are").get_attribute("data-user")

    assert page.evaluate(DRAW, [f"<@{me}> and <@UNOBODY>", NOON]) == (
        f'<span data-user="{me}">@Ann Archer</span> and <span data-user="UNOBODY">@UNOBODY</span>'
    )


def test_malformed_mrkdwn_is_rendered_as_text(page: Page) -> None:
    """The longest texts and unbalanced marks are shown with the same words."""
    for text in (
        "*" * 3000,
        "_a" * 1500,
        "<" * 3000,
        "`" * 2999,
        ":" * 3000,
        "<!date^^^|>",
        "<@>",
        "<|>",
        "a\n" * 1500,
    ):
        plain = page.evaluate(DRAW, [text, NOON]).replace("&lt;", "<").replace("&gt;", ">").replace("<br>", "\n")
        assert plain.strip("\u200b\n ") or text == "<!date^^^|>"
