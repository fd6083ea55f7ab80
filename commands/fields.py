"""Types that fields of several verbs share: a role as people type it. Knows no label and no rule."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from roles.names import Role, read_role


def _role(value: object) -> object:
    role = read_role(value) if isinstance(value, str) else None
    return role or value


RoleWord = Annotated[Role, BeforeValidator(_role)]
