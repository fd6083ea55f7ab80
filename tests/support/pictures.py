"""Makes the pictures in docs/images again: `python -m tests.support.pictures`. Plays one incident and looks at it.

It is run by hand when what people see has changed; nothing else reads it. Time does not move, so the same words are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Page

from tests.support.browser import BrowserDesk, launched
from tests.support.browser_env import BrowserEnv, browser_env_on
from tests.support.page_user import aside, command, message, pick, tick, write

IMAGES: Final = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES: Final = 250_000
DRAWN_MS: Final = 400
# The story of the README: these pictures one after the other, smaller, each for so long.
STORY: Final = ("declare", "workspace", "tray", "prompt", "home", "checklist", "export")
STORY_SIZE: Final = (1080, 675)
STORY_MS: Final = 2800
MOST_STORY_BYTES: Final = 2_000_000


def main() -> None:
    """Play the incident and take every picture on the way."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with launched() as browser:
        desk = BrowserDesk(browser)
        with browser_env_on(desk) as scene:
            for step in (_declared, _running, _prompted, _resolved, _exported):
                step(scene, lambda page, name: _take(page, name))
        if desk.errors or desk.strangers:
            raise SystemExit(f"the page had troubles: {desk.errors + desk.strangers}")
    _tell_story()


def _tell_story() -> None:
    """Put the pictures of the story into one that moves."""
    frames = [Image.open(IMAGES / f"{name}.png").convert("RGB").resize(STORY_SIZE) for name in STORY]
    path = IMAGES / "story.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=STORY_MS, loop=0, quality=82, method=6)
    if path.stat().st_size > MOST_STORY_BYTES:
        raise SystemExit(f"{path.name} has more than {MOST_STORY_BYTES} bytes")


Take = Callable[[Page, str], None]


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(DRAWN_MS)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=str(path))
    Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path.name} has more than {MOST_BYTES} bytes")


def _declared(scene: BrowserEnv, take: Take) -> None:
    scene.say(
        "ada", "three customers on chat say their card is declined at the last step. anyone deploying?", "general"
    )
    scene.say("mira", "error rate on checkout just went from 0.2% to 19%. looking", "general")
    page = scene.see("mira", "general")
    command(page, "/incident")
    write(page, "title", "Card payments fail at checkout")
    pick(page, "service", "checkout")
    write(page, "symptom", "One in five card payments fails at the last step.")
    tick(page, "impact", "Many customers")
    tick(page, "urgency", "It is getting worse")
    take(page, "declare")
    page.get_by_test_id("submit").click()
    page.get_by_test_id("modal").get_by_text(") declared: ").wait_for()
    page.keyboard.press("Escape")
    page.get_by_test_id("modal").wait_for(state="detached")
    scene.after(1)
    page.close()


def _running(scene: BrowserEnv, take: Take) -> None:
    scene.say("ken", "payments-api went out a few minutes ago :eyes:")
    scene.type("tomas", "take commander")
    scene.say("tomas", "I'm Tomás, I have command. Mira, you dig. Nobody restarts anything without saying so here")
    scene.type("tomas", "assign comms @ada")
    scene.after(2)
    said = scene.say("mira", "gateway says `402 idempotency conflict`. our side sends the same key twice?")
    scene.mark("tomas", said)
    scene.say("ken", "looking at the retries", thread=said)
    scene.type("tomas", "decide roll back the payments-api release because errors began three minutes after it")
    scene.type("tomas", "action @mira timebox=10 roll payments-api back one release")
    scene.after(3)
    text = "One in five card payments fails. We are rolling back a release.\nNothing is charged twice."
    scene.fill("ada", "update", audience=["internal", "exec"], text=text)
    page = scene.see("olu")
    page.get_by_role("button", name="Join").click()
    scene.after(0.1)
    page = scene.see("mira")
    take(page, "workspace")
    command(page, "/incident")
    aside(page, "What's next").wait_for()
    take(page, "tray")


def _prompted(scene: BrowserEnv, take: Take) -> None:
    scene.after(8)
    scene.say("mira", "rolled back. error rate 18%. it did NOT help")
    page = scene.see("ada")
    message(page, "A1 is overdue").scroll_into_view_if_needed()
    scene.after(10)
    take(page, "prompt")
    scene.type("mira", "done A1 rolled back, error rate unchanged at 18%")
    home = scene.see("ada", "general")
    scene.declare("New products missing from search", "mira", service="search", impact="2")
    home.get_by_test_id("app").click()
    home.get_by_test_id("tab-home").click()
    home.get_by_test_id("home").wait_for()
    scene.after(0.1)
    take(home, "home")


def _resolved(scene: BrowserEnv, take: Take) -> None:
    first = scene.place_of("INC-2026-0001")
    for who, line in (
        ("ken", "contain short the fraud rules of this morning are switched off"),
        ("ken", "tempfix old fraud rules in force, the new ones are off"),
        ("mira", "restored payments at their normal rate for five minutes"),
        ("mira", "validate monitoring_verified error rate 0.2 percent and pool at 35 percent for ten minutes"),
        ("tomas", "resolve fix fraud rules of this morning switched off, connection pool back to a third"),
        ("tomas", "confirm category"),
    ):
        scene.type_in(first, who, line)
    page = scene.desk.open(f"{scene.stage.sandbox.page_url}?as={scene.stage.users['olu']}&channel={first}")
    message(page, "before closing").evaluate("shown => shown.scrollIntoView({block: 'start'})")
    take(page, "checklist")


def _exported(scene: BrowserEnv, take: Take) -> None:
    first = scene.place_of("INC-2026-0001")
    last = "update internal exec customer final Card payments work again. Nobody was charged twice."
    ada = scene.stage.users["ada"]
    scene.stage.submit(ada, scene.stage.open_form(ada, first, last), {})
    for who, line in (
        ("olu", "validate owner paid with three cards on the live shop, all three arrived"),
        ("tomas", "confirm priority"),
        ("tomas", "close"),
        ("ken", "link problem PRB-77"),
        ("ken", "tempfix removed TF1 new rules are back with a third of the connections, pool stays flat"),
        ("tomas", "time started 02:41 first failed payment in the gateway log"),
        ("tomas", "review @olu tomorrow 10:00"),
        ("tomas", "close"),
    ):
        scene.type_in(first, who, line)
    page = scene.desk.browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(scene.export("INC-2026-0001"))
    take(page, "export")
    page.close()


if __name__ == "__main__":
    main()
