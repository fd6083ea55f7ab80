"""What a person can do in the workspace, split by what it touches; `sandbox.user_actions.actor` joins it."""
