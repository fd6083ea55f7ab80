"""Builds what takes alerts at the port, from the settings and the policy. Starts nothing."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import SecretStr

from bot.bootstrap.dependencies import Dependencies
from bot.config.settings import read_intake_settings
from bot.inbound.intake_endpoint import IntakeEndpoint
from bot.inbound.intake_inbox import IntakeInbox
from bot.inbound.sns_signature import SnsVerifier
from commands.core.record_service import RecordService
from storage.store import Store


def intake_of(on: Dependencies) -> IntakeEndpoint:
    """Build the endpoints of intake. The policy may name its first source while Muster runs."""
    record = RecordService(on.store.recorder, on.policy.active, on.clock)
    return endpoint_of(record, on.store, read_intake_settings(), SnsVerifier())


def endpoint_of(
    record: RecordService, store: Store, secrets: Mapping[str, SecretStr], sns: SnsVerifier
) -> IntakeEndpoint:
    """Build the endpoints of one store."""
    return IntakeEndpoint(record, IntakeInbox(store.deliveries.add, record.clock.now), secrets, sns)
