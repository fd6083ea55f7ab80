"""One module per kind of thing that falls due; `incident/deadlines/due_deadlines.py` puts them together."""
