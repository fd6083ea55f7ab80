"""The fold of the workspace chain, one module per theme of organisation/entries."""
