"""What the policy says of outsiders: providers. Values and arithmetic only."""
