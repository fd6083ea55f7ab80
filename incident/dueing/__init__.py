"""One module per kind of thing that falls due; `incident/due.py` puts them together."""
