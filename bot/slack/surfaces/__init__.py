"""Surfaces in Slack, one module each: an incident goes in, a message or a view comes out. Nothing here calls Slack."""
