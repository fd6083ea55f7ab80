"""Deadlines of what belongs to no single incident. Pure: state in, values out."""
