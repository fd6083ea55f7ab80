"""Everything that goes from the workspace to the app: envelopes, sockets, signed requests, retries."""
