"""Deadlines that concern outsiders: cases at providers, reports to regulators."""
