"""Key rotations: from one known key the valid rotations lead to all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from incident.entry import workspace_chain
from storage.integrity.key_rotation import UnknownKey, is_valid_rotation, known_keys
from storage.integrity.signing_keys import Signer, new_key
from storage.maintenance.verification import VerificationEvidence, verify, verify_with
from storage.store import Store
from tests.support.recorded_team import TEAM, at, draft, record_all, refuse


@pytest.fixture
def signers(tmp_path: Path) -> list[Signer]:
    return [new_key(tmp_path / f"key{n}.pem") for n in range(4)]


def sign(store: Store, signer: Signer | None, minutes: float) -> None:
    refuse(store, minutes=minutes)
    store.checkpoints.take(at(minutes), signer)


def test_checkpoints_of_every_key_in_the_line_are_believed_whichever_is_known(
    store: Store, signers: list[Signer]
) -> None:
    record_all(store)
    for n, signer in enumerate(signers[:3]):
        if n:
            store.signing_keys.rotate(signers[n - 1], signer, at(200 + n))
        sign(store, signer, 300 + n)

    for known in (None, *(signer.public_key for signer in signers[:3])):
        report = verify(store, public_key=known)
        assert report.problems == ()
        assert (report.trusted.seq, report.trusted.signed_by) == (3, signers[2].public_key)
    assert store.signing_keys.known_keys() == {signer.public_key for signer in signers[:3]}
    assert [(r.old, r.new) for r in store.signing_keys.rotations()] == [
        (signers[0].public_key, signers[1].public_key),
        (signers[1].public_key, signers[2].public_key),
    ]


def test_a_checkpoint_signed_by_an_unknown_key_is_named(store: Store, signers: list[Signer]) -> None:
    record_all(store)
    sign(store, signers[0], 300)
    sign(store, signers[3], 301)

    report = verify(store)

    assert [(p.kind, p.what) for p in report.problems] == [
        (
            "key",
            f"checkpoint 2 was signed with {signers[3].public_key[:16]}…, "
            "which is not the known key and not linked to it by rotations",
        )
    ]
    assert not report.is_tampered
    assert report.trusted.seq == 1


def test_a_key_used_without_a_rotation_can_still_be_rotated_to(store: Store, signers: list[Signer]) -> None:
    record_all(store)
    sign(store, signers[0], 300)
    sign(store, signers[1], 301)
    assert not verify(store).is_sound

    store.signing_keys.rotate(signers[0], signers[1], at(302))

    assert verify(store).is_sound


def test_a_key_that_has_not_signed_here_cannot_name_the_next(store: Store, signers: list[Signer]) -> None:
    record_all(store)
    sign(store, signers[0], 300)

    with pytest.raises(UnknownKey, match="has not signed here"):
        store.signing_keys.rotate(signers[3], signers[1], at(301))

    assert store.signing_keys.rotations() == ()


def test_a_rotation_not_signed_by_both_keys_is_found_and_not_followed(store: Store, signers: list[Signer]) -> None:
    """With the database alone nobody can link their own key to ours, in either direction."""
    ours, theirs = signers[0], signers[3]
    record_all(store)
    sign(store, ours, 300)
    true = store.signing_keys.rotate(ours, signers[1], at(301))
    forged = [
        true.model_copy(update={"new": theirs.public_key}),
        true.model_copy(update={"new": theirs.public_key, "countersignature": theirs.sign(true.statement)}),
        true.model_copy(update={"signature": theirs.sign(true.statement)}),
    ]
    assert [is_valid_rotation(fact, TEAM) for fact in (true, *forged)] == [True, False, False, False]
    assert not is_valid_rotation(true, "T2")
    assert known_keys([ours.public_key], forged, TEAM) == {ours.public_key}

    store.recorder.transact(lambda unit: unit.append(workspace_chain(TEAM), [draft(forged[1])], at(302)))
    sign(store, theirs, 303)

    kinds = [(p.kind, p.what) for p in verify(store).problems]
    assert ("tampered", "a key rotation is not signed by both keys") in kinds
    assert [kind for kind, _ in kinds] == ["tampered", "key"]


def test_unsigned_checkpoints_are_counted_and_are_no_fault_of_the_record(store: Store, signers: list[Signer]) -> None:
    record_all(store)
    sign(store, None, 300)
    assert (verify(store).unsigned, verify(store).trusted.seq) == (1, 1)
    sign(store, signers[0], 301)
    sign(store, None, 302)

    report = verify_with(store, VerificationEvidence(own_key=signers[0].public_key))

    assert report.problems == ()
    assert (report.unsigned, report.trusted.seq) == (2, 2)


def test_verification_with_a_key_requires_every_checkpoint_signed(store: Store, signers: list[Signer]) -> None:
    record_all(store)
    sign(store, None, 300)
    sign(store, signers[0], 301)

    report = verify(store, public_key=signers[0].public_key)

    assert [(p.kind, p.what) for p in report.problems] == [("key", "checkpoint 1 is not signed")]


def test_verification_with_a_key_requires_a_signed_checkpoint(store: Store, signers: list[Signer]) -> None:
    """Who removes every checkpoint and computes the chains again, has nothing left that the key could be compared with."""
    record_all(store)

    report = verify(store, public_key=signers[0].public_key)

    assert [p.kind for p in report.problems] == ["key"]
    assert verify(store).problems == ()
