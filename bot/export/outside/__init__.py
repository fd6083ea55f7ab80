"""The parts of an export that concern outsiders: who was affected and informed, and the packs of reports."""
