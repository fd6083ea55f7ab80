"""Facts that concern outsiders: investigators, providers, regulators."""
