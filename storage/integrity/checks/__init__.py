"""The checks of verification, from hashes to roots. They change nothing and trust no column but the hashed text."""
