"""The parts of an incident's account: histories, updates, timeline, messages."""
