"""Deadlines: one module per kind; `due_deadlines.py` combines them."""
