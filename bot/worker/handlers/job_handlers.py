"""The Slack handler of each kind of job. A handler calls Slack and returns facts; retries are the worker's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.worker.handlers import (
    approver_message,
    channel_posts,
    direct_messages,
    page_delivery,
    prompt_delivery,
    slack_redaction,
    status_update_delivery,
    surface_refresh,
)
from bot.worker.handlers.channels import (
    adopted_channel,
    channel_creation,
    channel_link,
    further_gaps,
    gap_backfill,
    pre_declaration_capture,
)
from bot.worker.handlers.edits import amended_posts
from bot.worker.handlers.notices import digest_post, notice_delivery, rule_notice, shift_change_message, shift_notice
from bot.worker.handlers.reminders import task_reminders
from bot.worker.job_context import SlackHandler
from incident.jobs import JobKind

HANDLERS: Final[Mapping[JobKind, SlackHandler]] = {
    JobKind.MAKE_CHANNEL: channel_creation.make_channel,
    JobKind.MEMBERS: channel_creation.invite,
    JobKind.CARD: surface_refresh.show_card,
    JobKind.PIN_CARD: surface_refresh.pin_card,
    JobKind.TOPIC: surface_refresh.set_topic,
    JobKind.CHANNEL_NAME: channel_creation.rename,
    JobKind.BOOKMARKS: surface_refresh.add_bookmarks,
    JobKind.ANNOUNCE: surface_refresh.announce,
    JobKind.HOME: surface_refresh.show_home,
    JobKind.SAY: channel_posts.post_line,
    JobKind.SAY_ELSEWHERE: direct_messages.say_elsewhere,
    JobKind.UPDATE: status_update_delivery.deliver,
    JobKind.UPDATE_HERE: status_update_delivery.post_in_incident_channel,
    JobKind.PROMPT: prompt_delivery.deliver_prompt,
    JobKind.REMIND: task_reminders.remind,
    JobKind.SHIFT_NOTICE: shift_notice.send_shift_notice,
    JobKind.SHIFT_CHANGE: shift_change_message.write_of_shift_change,
    JobKind.PAGE: page_delivery.page,
    JobKind.DUTIES: direct_messages.send_role_checklist,
    JobKind.READ_IN: direct_messages.show_catch_up_brief,
    JobKind.NO_CHANNEL: direct_messages.report_missing_channel,
    JobKind.NOT_INVITED: direct_messages.report_missing_member,
    JobKind.APPROVER: approver_message.tell_approver,
    JobKind.MASK: slack_redaction.edit_quotes,
    JobKind.AMEND: amended_posts.amend,
    JobKind.RECONCILE: gap_backfill.backfill_gap,
    JobKind.GAP: further_gaps.backfill_page,
    JobKind.ADOPT: adopted_channel.capture_history,
    JobKind.CHANNEL_LINK: channel_link.link_channel,
    JobKind.ORIGIN_REPLY: channel_link.reply_to_origin,
    JobKind.DIGEST: digest_post.post_digest,
    JobKind.SUBSCRIBER_NOTICE: notice_delivery.send_notice,
    JobKind.NOTICE: rule_notice.send_rule_notice,
    JobKind.BEFORE: pre_declaration_capture.capture_before_declaration,
}
