"""What verbs of classification share: the questions about the impact, and what strictness refuses or warns of."""
