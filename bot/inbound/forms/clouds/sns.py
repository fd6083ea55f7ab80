"""Amazon SNS with an alarm of CloudWatch inside. The signature is checked elsewhere, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.inbound.json_body import Unreadable, json_object, moment, text
from organisation.model.alert import Alert, AlertStatus

NOTIFICATION: Final = "Notification"
_STATUS: Final = {"ALARM": AlertStatus.FIRING, "OK": AlertStatus.RESOLVED, "INSUFFICIENT_DATA": AlertStatus.INFO}


def alerts_of(headers: Mapping[str, str], body: bytes) -> tuple[Alert, ...]:
    """Read one alarm; a message that is no alarm fires with its subject, and what confirms a subscription is none."""
    envelope = json_object(body)
    if text(envelope, "Type") != NOTIFICATION:
        return ()
    message = text(envelope, "Message") or ""
    identity = text(envelope, "MessageId")
    if identity is None:
        raise Unreadable("it has no MessageId")
    try:
        alarm = json_object((envelope.get("Message") or "").encode())
    except Unreadable:
        return (Alert(key=identity, status=AlertStatus.FIRING, title=text(envelope, "Subject") or message[:200]),)
    names = ("AWSAccountId", "Region", "AlarmName")
    key = text(alarm, "AlarmArn") or " ".join(one for name in names if (one := text(alarm, name)))
    alert = Alert(
        key=key or identity,
        status=_STATUS.get(text(alarm, "NewStateValue") or "", AlertStatus.FIRING),
        title=text(alarm, "AlarmName") or text(envelope, "Subject") or identity,
        description=text(alarm, "AlarmDescription", "NewStateReason"),
        service=text(alarm, "Trigger.Namespace"),
        starts_at=moment(alarm, "StateChangeTime") if text(alarm, "NewStateValue") == "ALARM" else None,
    )
    return (alert,)
