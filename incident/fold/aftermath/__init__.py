"""How facts about what follows an incident change it."""
