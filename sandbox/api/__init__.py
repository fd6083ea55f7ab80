"""The door an app calls through: tokens, scopes, tiers, encodings, faults; what a method does is in `sandbox.methods`."""
