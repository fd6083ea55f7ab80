"""Everything that a Muster imports, for the process of which others are forked. Knows no test."""

from __future__ import annotations

import gc
from importlib import import_module

from bot.call_deadline import trusted_tls
from bot.config.outside.regime_files import known_regimes
from bot.rendering.renderer import for_slack
from commands.core.verb_registry import words

# `bot.cli.main` is left to those who run it.
MODULES = (
    "bot.cli.run_command",
    "bot.web.http_app",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite",
    "typer",
)

for module in MODULES:
    import_module(module)
# What a Muster reads at its first request.
words()
known_regimes()
for_slack().warm()
trusted_tls()
# A child would copy what its collector touches.
gc.collect()
gc.freeze()
