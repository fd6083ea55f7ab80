"""Rules about outsiders: whom the policy names for a provider."""
