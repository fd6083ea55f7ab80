"""What a person can do in the workspace, split by what it touches; `sandbox.acting` joins it."""
