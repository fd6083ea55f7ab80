"""One function per kind of job: the job in, Slack called, facts of what came of it out. Retrying is the worker's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.send import adopting, before, channel, lines, masking, people, prompts, reconcile, surfaces
from bot.send.means import Send
from incident.jobs import JobKind

SENDS: Final[Mapping[JobKind, Send]] = {
    JobKind.MAKE_CHANNEL: channel.make_channel,
    JobKind.MEMBERS: channel.invite,
    JobKind.CARD: surfaces.show_card,
    JobKind.PIN_CARD: surfaces.pin_card,
    JobKind.TOPIC: surfaces.set_topic,
    JobKind.BOOKMARKS: surfaces.add_bookmarks,
    JobKind.ANNOUNCE: surfaces.announce,
    JobKind.HOME: surfaces.show_home,
    JobKind.SAY: lines.say,
    JobKind.UPDATE: lines.update,
    JobKind.UPDATE_HERE: lines.update_here,
    JobKind.PROMPT: prompts.ask,
    JobKind.PAGE: people.call,
    JobKind.DUTIES: people.duties,
    JobKind.READ_IN: people.read_in,
    JobKind.NO_CHANNEL: people.no_channel,
    JobKind.MASK: masking.mask,
    JobKind.RECONCILE: reconcile.reconcile,
    JobKind.ADOPT: adopting.take_history,
    JobKind.BEFORE: before.take_before,
}
