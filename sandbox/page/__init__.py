"""The workspace's page in a browser, and its routes."""
