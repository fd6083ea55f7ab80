"""The fold: how each kind of fact changes the incident, one module per theme of incident/entries."""
