"""The parts of an incident report: histories, updates, timeline, messages, work, metrics."""
