"""The groups of commands, such as `muster token …`. Each command imports what it needs only when it runs."""

from __future__ import annotations

from typing import Final

from bot.cli.api.token_app import token_app
from bot.cli.api.webhook_app import webhook_app
from bot.cli.contacts.contact_app import contact_app
from bot.cli.groups.measurement_app import measurement_app
from bot.cli.intake.intake_app import intake_app
from bot.cli.review.review_app import review_app

SUB_APPS: Final = (contact_app, review_app, token_app, webhook_app, intake_app, measurement_app)
