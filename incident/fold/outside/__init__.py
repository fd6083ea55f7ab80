"""How facts that concern outsiders change the incident."""
