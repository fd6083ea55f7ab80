"""A pretend Slack workspace for demo, replay, bench and tests. Knows Slack's rules; knows nothing of Muster."""
