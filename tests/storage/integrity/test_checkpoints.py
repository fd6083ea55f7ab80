"""Checkpoints cover changed chains, are signed, link to the previous one, and prove one incident without naming another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from incident.entries.conversation import Noted
from incident.entry import workspace_chain
from incident.record.hash_chain import digest, head_leaf, verify_path
from storage.integrity.signing_keys import BadKey, Signer, is_signed, new_key, read_key
from storage.maintenance.verification import verify
from storage.store import Store
from tests.support.recorded_team import TEAM, at, draft, record_all, refuse, step


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return new_key(tmp_path / "key.pem")


def test_a_checkpoint_covers_every_chain_that_changed(store: Store, signer: Signer) -> None:
    keys = record_all(store)

    taken = store.checkpoints.take(at(0), signer)

    assert {leaf.key for leaf in taken.leaves} == {*keys, workspace_chain(TEAM)}
    assert is_signed(taken.statement, signer.public_key, taken.signature)
    assert json.loads(taken.statement)["root"] == taken.root
    assert store.checkpoints.all() == (taken,)


def test_nothing_new_is_no_checkpoint(store: Store, signer: Signer) -> None:
    record_all(store)
    store.checkpoints.take(at(0), signer)

    assert store.checkpoints.take(at(1), signer) is None


def test_the_next_checkpoint_covers_only_changed_chains_and_links_to_the_last(store: Store, signer: Signer) -> None:
    keys = record_all(store)
    first = store.checkpoints.take(at(0), signer)
    store.recorder.transact(lambda unit: step(unit, keys[1], draft(Noted(text="late"))))

    second = store.checkpoints.take(at(2), signer)

    assert [leaf.key for leaf in second.leaves] == [keys[1]]
    assert json.loads(second.statement)["previous"] == digest(first.statement)
    refuse(store, minutes=3)
    third = store.checkpoints.take(at(4), signer)
    assert [leaf.key for leaf in third.leaves] == [workspace_chain(TEAM)]
    assert verify(store, published=(first, second, third), public_key=signer.public_key).is_sound


def test_a_proof_leads_from_the_last_entry_to_the_signed_root(store: Store, signer: Signer) -> None:
    keys = record_all(store)
    store.checkpoints.take(at(0), signer)

    for key in keys:
        proof = store.checkpoints.proof(key)
        last = store.queries.rows(key)[-1]

        assert verify_path(head_leaf(key, last.n, last.hash), proof.path, proof.root)
        assert is_signed(proof.statement, signer.public_key, proof.signature)
        others = {other.id for other in keys if other != key}
        assert not any(other in proof.model_dump_json() for other in others)


def test_a_proof_is_of_the_last_checkpoint_that_covers_the_incident(store: Store, signer: Signer) -> None:
    keys = record_all(store)
    store.checkpoints.take(at(0), signer)
    store.recorder.transact(lambda unit: step(unit, keys[1], draft(Noted(text="late"))))
    store.checkpoints.take(at(2), signer)

    assert [store.checkpoints.proof(key).seq for key in keys] == [1, 2, 1]
    assert verify(store, published=[store.checkpoints.proof(key) for key in keys]).is_sound
    assert store.checkpoints.proof(keys[0]._replace(id="unknown")) is None


def test_without_a_key_a_checkpoint_is_unsigned(store: Store) -> None:
    record_all(store)

    taken = store.checkpoints.take(at(0), None)

    assert (taken.public_key, taken.signature) == (None, None)
    assert verify(store).is_sound
    assert not verify(store, public_key="00" * 32).is_sound


def test_a_key_file_is_readable_by_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    made = new_key(tmp_path / "key.pem")

    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    assert read_key(tmp_path / "key.pem").public_key == made.public_key
    with pytest.raises(FileExistsError):
        new_key(tmp_path / "key.pem")


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("hello")
    other = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "other.pem").write_bytes(other)

    for name, words in (("text.pem", "not an Ed25519"), ("other.pem", "another kind")):
        with pytest.raises(BadKey, match=words):
            read_key(tmp_path / name)


def test_a_signature_of_another_text_or_key_is_invalid(signer: Signer) -> None:
    signature = signer.sign("said")

    assert is_signed("said", signer.public_key, signature)
    assert not is_signed("unsaid", signer.public_key, signature)
    assert not is_signed("said", signer.public_key, signature[:-2])
    assert not is_signed("said", "zz", signature)
    assert not is_signed("said", "", "")
