"""Functions that Bolt calls with Slack's payloads. Each reads one, hands it to the gateway, and acknowledges it."""
