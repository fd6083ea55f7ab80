"""A pretend Slack workspace for demo, replay, bench and tests; it knows Slack's rules and nothing of Muster."""
