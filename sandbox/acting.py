"""`Acting`: everything a person can do in the workspace, for the page, the tests and the replay."""

from sandbox.acts.clicking import Clicking


class Acting(Clicking):
    """A person's hands: `post`, `react`, `slash`, `press`, `submit` and the rest, people and channels by id or name."""
