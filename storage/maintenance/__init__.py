"""Copies of a whole record: taken while Muster runs, and put back. A copy is always one SQLite file."""
