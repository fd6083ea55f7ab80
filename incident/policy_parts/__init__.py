"""Parts of a policy that its rules share with others: minutes, and conditions. Values only."""
