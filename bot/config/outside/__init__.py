"""What the policy says of outsiders, checked: vendors."""
