"""Settings of the channels that page people: addresses and credentials of providers. A channel without them is not offered.

Integration keys and addresses of single people are contact methods, in the directory.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings

from bot.config.setting_values import (
    SETTINGS_CONFIG,
    account_sid,
    mail_address,
    mail_server,
    phone_number,
    public_address,
    secret,
    web_address,
)

# What each value is, and where it comes from.
PAGING_SOURCES: Final = {
    "MUSTER_SMTP_URL": "Use smtp://user:password@host (STARTTLS, port 587) or smtps://user:password@host (port 465).",
    "MUSTER_MAIL_FROM": "Use the sender of pages, such as muster@example.org.",
    "MUSTER_PAGERDUTY_URL": "Leave it out, or use https://events.eu.pagerduty.com for the European service.",
    "MUSTER_JSM_KEY": "Use the key of an API integration: Jira Service Management, Operations, your team, Integrations.",
    "MUSTER_JSM_URL": "Leave it out, or use https://api.opsgenie.com/v2 for Opsgenie.",
    "MUSTER_PUSHOVER_TOKEN": "Use the API token of an application that you make at pushover.net/apps.",
    "MUSTER_NTFY_URL": "Use the address of your ntfy server; https://ntfy.sh is the default.",
    "MUSTER_NTFY_TOKEN": "Use an access token of that server, where it needs one.",
    "MUSTER_TWILIO_SID": "Use the Account SID of console.twilio.com, which starts with AC.",
    "MUSTER_TWILIO_TOKEN": "Use the Auth Token beside the Account SID.",
    "MUSTER_TWILIO_FROM": "Use a number of yours at Twilio, such as +15005550006.",
    "MUSTER_TWILIO_URL": "Leave it out, or use the address of a region, such as https://api.dublin.ie1.twilio.com.",
    "MUSTER_PAGERDUTY_WEBHOOK_SECRET": "Use the secret that PagerDuty shows once, when you add the webhook subscription.",
    "MUSTER_JSM_WEBHOOK_SECRET": "Use a long random text, the same as in the Authorization header of the webhook integration.",
    "MUSTER_PUBLIC_URL": "Use the address at which your reverse proxy is reached, such as https://muster.example.org.",
}
# The settings that need another one beside them.
_NEEDED_WITH: Final = {
    "mail_from": ("smtp_url",),
    "twilio_token": ("twilio_sid",),
    "twilio_from": ("twilio_sid",),
    "public_url": ("pagerduty_webhook_secret", "jsm_webhook_secret"),
}
Secret = Annotated[SecretStr | None, secret()]
Address = Annotated[str, AfterValidator(web_address)]


class PagingSettings(BaseSettings):
    """The settings of the paging channels."""

    model_config = SETTINGS_CONFIG

    smtp_url: Annotated[SecretStr | None, AfterValidator(mail_server)] = Field(None, validation_alias="MUSTER_SMTP_URL")
    mail_from: Annotated[str | None, AfterValidator(mail_address)] = Field(
        None, validate_default=True, validation_alias="MUSTER_MAIL_FROM"
    )
    pagerduty_url: Address = Field("https://events.pagerduty.com", validation_alias="MUSTER_PAGERDUTY_URL")
    jsm_key: Secret = Field(None, validation_alias="MUSTER_JSM_KEY")
    jsm_url: Address = Field("https://api.atlassian.com/jsm/ops/integration/v2", validation_alias="MUSTER_JSM_URL")
    pushover_token: Secret = Field(None, validation_alias="MUSTER_PUSHOVER_TOKEN")
    ntfy_url: Address = Field("https://ntfy.sh", validation_alias="MUSTER_NTFY_URL")
    ntfy_token: Secret = Field(None, validation_alias="MUSTER_NTFY_TOKEN")
    twilio_sid: Annotated[str | None, AfterValidator(account_sid)] = Field(None, validation_alias="MUSTER_TWILIO_SID")
    twilio_token: Secret = Field(None, validate_default=True, validation_alias="MUSTER_TWILIO_TOKEN")
    twilio_from: Annotated[str | None, AfterValidator(phone_number)] = Field(
        None, validate_default=True, validation_alias="MUSTER_TWILIO_FROM"
    )
    twilio_url: Address = Field("https://api.twilio.com", validation_alias="MUSTER_TWILIO_URL")
    pagerduty_webhook_secret: Secret = Field(None, validation_alias="MUSTER_PAGERDUTY_WEBHOOK_SECRET")
    jsm_webhook_secret: Secret = Field(None, validation_alias="MUSTER_JSM_WEBHOOK_SECRET")
    public_url: Annotated[str | None, AfterValidator(public_address)] = Field(
        None, validate_default=True, validation_alias="MUSTER_PUBLIC_URL"
    )

    @field_validator(*_NEEDED_WITH)
    @classmethod
    def _is_whole(cls, value: object, info: ValidationInfo) -> object:
        others = _NEEDED_WITH[str(info.field_name)]
        if value is None and any(info.data.get(other) is not None for other in others):
            raise PydanticCustomError("missing", "is missing")
        return value
