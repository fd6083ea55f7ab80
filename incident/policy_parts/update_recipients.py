"""Recipients of status updates outside Slack: each is the name of a setting that holds the address, which no entry does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator

from incident.medium import Medium

# By how the name of the setting starts.
RECIPIENT_PREFIXES: Final[Mapping[str, Medium]] = {
    "MUSTER_LIST_": Medium.EMAIL,
    "MUSTER_APPRISE_": Medium.APPRISE,
}
_NAME: Final = re.compile(rf"({'|'.join(RECIPIENT_PREFIXES)})[A-Z0-9_]{{1,60}}")


def medium_of_recipient(name: str) -> Medium:
    """Return the medium that reaches a recipient."""
    return next(medium for prefix, medium in RECIPIENT_PREFIXES.items() if name.startswith(prefix))


def _recipient(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(
            "must be the name of a setting: MUSTER_LIST_CUSTOMERS for an e-mail address, MUSTER_APPRISE_STATUS for an "
            "Apprise address"
        )
    return name


Recipient = Annotated[str, AfterValidator(_recipient)]
