"""What people do in the workspace, and what the app's acknowledgements do to their forms."""
