"""Maintenance of a whole record: backup, restore, verification, rebuild. A backup is always one SQLite file."""
