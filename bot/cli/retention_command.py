"""`muster retention`: deletes the incidents whose retention has ended, or lists them. Knows no term; the policy does."""

from __future__ import annotations

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import open_database, policy_in_force
from bot.clock import RealClock


def delete_expired(*, dry_run: bool) -> int:
    """Delete every incident whose retention has ended, or only list them. Return the exit status."""
    try:
        with open_database() as (store, settings):
            loaded, now = policy_in_force(store, settings), RealClock().now()
            if dry_run:
                expired = store.retention.expired(loaded.policy, now)
            else:
                expired = store.retention.delete_expired(loaded.policy, loaded.hash, now)
                store.files.erase_incidents(store.team or "", store.retention.retired())
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    for one in expired:
        waits = " It waits for a checkpoint." if one.awaits else ""
        ended, until = one.term.ended_at.date(), one.term.kept_until.date()
        print(f"{one.number}: ended {ended}, kept {one.term.years} years, until {until}.{waits}")
    verb = "would be deleted" if dry_run else "deleted"
    print(f"{len(expired) or 'Nothing'} {verb}." if len(expired) != 1 else f"1 incident {verb}.")
    return 0
