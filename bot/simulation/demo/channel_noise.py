"""Channel noise: how many messages Muster posts in the demo's incident channel, and how many mentions ask for something.

Topic changes and joins are Slack's notices and not counted.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.clock import SetClock
from bot.simulation.demo.demo_actors import Actors
from bot.simulation.demo.demo_policy import demo_policy
from bot.simulation.demo.demo_story import Story, read_story
from bot.simulation.replay.replay_environment import ReplayEnvironment
from sandbox.state.entities import Message, Person

# A working day, so that no reminder of the story falls on a weekend.
STARTS_AT: Final = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
_MENTION: Final = re.compile(r"<@[UW][A-Z0-9]+>")
_TASK: Final = "*Action "


@dataclass(frozen=True)
class Noise:
    """The counts for one incident channel.

    `posted` are the messages of Muster, `messages` those still there at the end, `mentions` the mentions in all of them,
    and `asking` those in a message that gives a task or has a button to answer with.
    """

    posted: int
    messages: int
    mentions: int
    asking: int


@dataclass
class _Seen:
    """The messages of Muster in one channel: of each the most mentions it ever had, and whether it ever asked."""

    mentions: dict[str, int] = field(default_factory=dict)
    asking: set[str] = field(default_factory=set)

    def look(self, message: Message) -> None:
        shown = json.dumps(message.blocks) if message.blocks else message.text
        self.mentions[message.ts] = max(self.mentions.get(message.ts, 0), len(_MENTION.findall(shown)))
        if '"button"' in shown or message.text.startswith(_TASK):
            self.asking.add(message.ts)


def measure_noise(*, beats: int | None = None) -> dict[str, int]:
    """Run the demo's story, or its first `beats`, and return the counts for its first incident channel."""
    story = read_story()
    return asdict(noise_of(story.model_copy(update={"beats": story.beats[:beats]})))


def noise_of(story: Story) -> Noise:
    """Run a story and count."""
    people = {alias: Person(name=alias, real_name=one.name, title=one.title) for alias, one in story.people.items()}
    channels = ("incidents", *(place.removeprefix("#") for place in story.audiences.values()))
    environment = ReplayEnvironment(people, clock=SetClock(STARTS_AT), channels=channels)
    try:
        environment.open(demo_policy(story, environment.users))
        return _play(story, environment)
    finally:
        environment.close()


def _play(story: Story, environment: ReplayEnvironment) -> Noise:
    actors, seen = Actors(environment, STARTS_AT), _Seen()
    for beat in story.beats:
        environment.advance_to(STARTS_AT + timedelta(minutes=beat.at))
        _look(environment, seen)
        actors.act(beat)
        environment.settle()
        _look(environment, seen)
    last = _look(environment, seen)
    asking = sum(count for ts, count in seen.mentions.items() if ts in seen.asking)
    return Noise(posted=len(seen.mentions), messages=last, mentions=sum(seen.mentions.values()), asking=asking)


def _look(environment: ReplayEnvironment, seen: _Seen) -> int:
    """Look at what Muster shows in the first incident's channel, and return how many messages that is."""
    workspace, incidents = environment.sandbox.workspace, environment.muster.store.queries.incidents(environment.team)
    channel = workspace.channels.get(incidents[-1].channel or "") if incidents else None
    if channel is None:
        return 0
    with workspace.lock:
        posted = [one for one in channel.messages.values() if one.user == workspace.bot.id and not one.subtype]
        for message in posted:
            seen.look(message)
    return len(posted)
