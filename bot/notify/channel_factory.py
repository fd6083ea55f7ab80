"""Builds the channels for which there are settings. Knows every provider; sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot.clock import Clock
from bot.config.paging_settings import PagingSettings
from bot.notify.channel import Channel
from bot.notify.channels.apprise_url import AppriseUrl
from bot.notify.channels.jsm_alerts import jsm
from bot.notify.channels.ntfy import ntfy
from bot.notify.channels.pagerduty_events import pagerduty
from bot.notify.channels.pushover import pushover
from bot.notify.channels.smtp_mail import SmtpMail
from bot.notify.channels.twilio_api import twilio
from bot.notify.channels.twilio_sms import TwilioSms
from bot.notify.channels.twilio_voice import TwilioVoice
from incident.medium import Medium

# The first setting that a medium needs; the other media need none.
NEEDED_SETTING: Final[Mapping[Medium, str]] = {
    Medium.EMAIL: "MUSTER_SMTP_URL",
    Medium.JSM: "MUSTER_JSM_KEY",
    Medium.PUSHOVER: "MUSTER_PUSHOVER_TOKEN",
    Medium.SMS: "MUSTER_TWILIO_SID",
    Medium.VOICE: "MUSTER_TWILIO_SID",
}


def make_channels(settings: PagingSettings, clock: Clock) -> dict[Medium, Channel]:
    """Return the channels by medium. Slack is not among them: the worker has a client for it."""
    channels: dict[Medium, Channel] = {
        Medium.PAGERDUTY: pagerduty(clock, settings.pagerduty_url),
        Medium.NTFY: ntfy(settings.ntfy_token, clock, settings.ntfy_url),
        Medium.APPRISE: AppriseUrl(),
    }
    if settings.smtp_url is not None and settings.mail_from is not None:
        channels[Medium.EMAIL] = SmtpMail(settings.smtp_url, settings.mail_from, clock)
    if settings.jsm_key is not None:
        channels[Medium.JSM] = jsm(settings.jsm_key, clock, settings.jsm_url)
    if settings.pushover_token is not None:
        channels[Medium.PUSHOVER] = pushover(settings.pushover_token, clock)
    return {**channels, **dict(_telephone(settings, clock))}


def _telephone(settings: PagingSettings, clock: Clock) -> Iterator[tuple[Medium, Channel]]:
    sid, token, sender = settings.twilio_sid, settings.twilio_token, settings.twilio_from
    if sid is not None and token is not None and sender is not None:
        account = twilio(sid, token, sender, clock, settings.twilio_url)
        yield Medium.VOICE, TwilioVoice(account)
        yield Medium.SMS, TwilioSms(account)
