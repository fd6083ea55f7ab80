"""A reply as Slack shows it: the text as sections, then the buttons."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.rendering.message_catalog import label
from bot.requests.reply import Reply, ReplyItem, Suggestion
from bot.slack.blocks.action_context import ActionContext
from bot.slack.blocks.block_elements import button, buttons, rows, sections
from bot.slack.blocks.clipper import fit_blocks, fit_text
from bot.slack.payload import Json
from bot.slack.surfaces.template_message import read_buttons


@dataclass(frozen=True)
class SlackReply(Reply):
    """A reply with the blocks that follow its text."""

    blocks: list[Json] = field(default_factory=list)

    def payload(self) -> Json:
        """Return the acknowledgement of a slash command that shows the reply to the person who typed it."""
        return {
            "response_type": "ephemeral",
            "text": fit_text(self.text, "ephemeral.text"),
            "blocks": fit_blocks(self.all_blocks()),
        }

    def all_blocks(self) -> list[Json]:
        """Return the text as blocks, then the buttons."""
        return [*sections(self.text), *self.blocks]


def slack_reply(reply: Reply) -> SlackReply:
    """Return a reply with a button for what it suggests."""
    blocks = [block for item in reply.items for block in _item(item)]
    blocks += [buttons(_button(reply.suggestion))] if reply.suggestion else []
    return SlackReply(**vars(reply), blocks=blocks)


def _item(item: ReplyItem) -> list[Json]:
    """Return one item of a list: its text, and its buttons below."""
    return [*sections(item.text), *rows(read_buttons(item.buttons, item.incident))]


def _button(suggestion: Suggestion) -> Json:
    context = ActionContext(
        incident=suggestion.incident,
        entry=suggestion.entry,
        channel=suggestion.channel,
        number=suggestion.number,
        fields=suggestion.fields,
        draft=suggestion.draft,
    )
    action = f"{'form' if suggestion.opens_form else 'verb'}:{suggestion.verb}"
    return button(action, label("buttons", suggestion.label), context, style="primary")
