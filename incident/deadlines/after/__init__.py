"""Deadlines of what follows an incident. Pure."""
