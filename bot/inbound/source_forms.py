"""The forms in which sources send alerts: the parser of each, and the headers that it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from bot.inbound.forms import generic
from bot.inbound.forms.clouds import azure, cloudevents, google_cloud, sns
from bot.inbound.forms.monitors import alertmanager, datadog, grafana, sentry, zabbix
from bot.inbound.forms.pagers import events_api, opsgenie, pagerduty_v3
from bot.inbound.json_body import Unreadable
from incident.policy_parts.intake_rules import IntakeSource
from organisation.model.alert import Alert

Parser = Callable[[Mapping[str, str], bytes], tuple[Alert, ...]]
PARSERS: Final[Mapping[str, Parser]] = {
    "alertmanager": alertmanager.alerts_of,
    "grafana": grafana.alerts_of,
    "pagerduty": pagerduty_v3.alerts_of,
    "datadog": datadog.alerts_of,
    "sentry": sentry.alerts_of,
    "zabbix": zabbix.alerts_of,
    "sns": sns.alerts_of,
    "azure": azure.alerts_of,
    "google_cloud": google_cloud.alerts_of,
    "pagerduty_events": events_api.alerts_of,
    "opsgenie": opsgenie.alerts_of,
}
_MAPPED: Final = {"generic": generic.alerts_of, "cloudevents": cloudevents.alerts_of}
# No other header is stored: some hold secrets.
_HEADERS: Final = frozenset({sentry.RESOURCE, opsgenie.ALIAS, opsgenie.ACTION})


def read_alerts(source: IntakeSource, headers: Mapping[str, str], body: bytes) -> tuple[Alert, ...]:
    """Return the alerts of a body. Raises Unreadable, and nothing else, whatever the body is."""
    try:
        if source.form in _MAPPED:
            return _MAPPED[source.form](headers, body, source.map)
        return PARSERS[source.form](headers, body)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise Unreadable(f"it is not as its form is ({type(error).__name__})") from None


def needed_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that parsers read."""
    return {name: value for name, value in headers.items() if name in _HEADERS or name.startswith("ce-")}
