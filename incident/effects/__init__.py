"""Whom to tell what after entries: the lines, the surfaces and the people; `incident/effects/effects.py` puts them together."""
