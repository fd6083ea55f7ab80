"""What Muster shows in Slack, one module per surface: an incident in, a message or a view out. Nothing here calls Slack."""
