"""What every Web API method shares: arguments, cursors, rate limits."""
