"""Confirmations of notices outside Slack."""
