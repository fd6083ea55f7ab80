"""What can change in a workspace, and the event each change sends; shared by people and the Web API."""
