"""How each kind of fact changes the folded incident: one module per theme of incident/entries."""
