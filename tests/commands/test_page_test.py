"""`page test` pages a person by their own contact methods, to try them; it records nothing."""

from __future__ import annotations

from pydantic import SecretStr

from bot.notify.answers.answer_address import answer_addresses
from bot.notify.trial_sender import TrialSender
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from storage.store import Store
from tests.support.command_bench import CommandBench
from tests.support.paging_env import ADDRESSES, channels_to
from tests.support.paging_providers import PagingProviders
from tests.support.worker_env import worker_env_on

METHODS = (Medium.VOICE, Medium.NTFY, Medium.EMAIL)


def test_who_has_no_contact_method_reads_so(desk: CommandBench) -> None:
    desk.do("page_test", "rob")

    assert "you have no contact method" in desk.answer()
    assert desk.memory.state.jobs == {}


def test_each_contact_method_is_tried_and_the_person_reads_what_became_of_it(sqlite_store: Store) -> None:
    providers = PagingProviders()
    try:
        with worker_env_on(sqlite_store) as rig:
            person = rig.person("rosa")
            stored = [ContactMethod(medium=one, address=ADDRESSES[one]) for one in METHODS]
            rig.store.directory.put_contact_methods(person, stored)
            addresses = answer_addresses("https://muster.example.org", SecretStr("xoxb-1"), rig.team)
            sender = TrialSender(rig.store.directory, channels_to(providers.url, rig.clock), rig.clock, addresses)
            rig.worker.stop()
            rig.worker = rig.another_worker("tester", handlers=rig.adapter.handlers(sender.slack_handlers))

            rig.act("page_test", "rosa")
            rig.act("page_test", "rosa")
            rig.after(seconds=5)

            read = [one.text for one in rig.direct("rosa")]
            assert len(providers.telephone) == len(providers.published) == 1
            assert len(read) == 3
            assert any("Test page 1, by phone: sent." in one and "Answer it where it arrives" in one for one in read)
            assert any("Test page 3, by e-mail: not sent.* MUSTER_SMTP_URL is not set." in one for one in read)
            assert not any(one.address in text for one in stored for text in read)
            assert rig.store.queries.incidents(rig.team) == ()
    finally:
        providers.close()
