"""Delivery from the workspace to the app: envelopes, Socket Mode, signed HTTP requests, retries."""
