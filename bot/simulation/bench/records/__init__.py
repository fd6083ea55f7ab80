"""Measurements of records of one kind."""
