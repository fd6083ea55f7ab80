"""What the page tells the demo's reader: what plays, where, and what to try when it is their turn."""

from __future__ import annotations

from bot.simulation.demo.demo_story import Story
from sandbox.state.entities import Notice


def story_begins(story: Story, lobby: str) -> Notice:
    """Return the notice before the first beat."""
    text = f"People notice it in <#{lobby}> in a few seconds. This page then goes to the incident's channel."
    return Notice(title=f"Watch: {story.title}", text=text, channel=lobby)


def story_plays(story: Story, channel: str) -> Notice:
    """Return the notice while the story plays in a channel."""
    text = f"It plays by itself in <#{channel}>, for about two minutes. Look around; then it is your turn."
    return Notice(title=f"Watch: {story.title}", text=text, channel=channel)


def your_turn(channel: str, record: str, number: str, *, is_closed: bool) -> Notice:
    """Return the notice when the reader takes over: the open incident, what to try there, and the record of the first one.

    The story of the first may have stopped, so that it is not closed.
    """
    outcome = "is closed" if is_closed else "could not be closed, as the terminal says"
    here = f"A second incident is open here, in <#{channel}>." if is_closed else f"This is <#{channel}>."
    return Notice(
        title="Your turn",
        text=f"{number} {outcome}: <{record}|see its record>. {here}",
        steps=(
            "Type `/incident`, and take command.",
            "Type `/incident update internal`, fill in the form, and watch the card change.",
            "Write a message, mark it with :pushpin:, edit it, and look at `/incident timeline`.",
            "Become somebody else (“You are …”) and answer a prompt with its buttons.",
            "Try a night: `/incident declare` a P1 of sign-in, become who is on call, and answer your phone, or let it ring.",
            "Type `/incident close` too early, and see what it asks for.",
            "Open Wire, at the foot of the page, to see every envelope and API call.",
        ),
        channel=channel,
    )
