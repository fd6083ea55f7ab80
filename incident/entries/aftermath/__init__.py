"""Facts about what follows an incident: its review, its causes, lessons, corrective actions, the sign-off."""
