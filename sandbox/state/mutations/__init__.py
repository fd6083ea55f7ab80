"""Changes of the workspace and the events they send, shared by people's actions and the Web API."""
