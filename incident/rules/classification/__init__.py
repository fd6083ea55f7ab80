"""Rules of classification: the levels that answers propose, and what strictness asks of a category. Pure."""
