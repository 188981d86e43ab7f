"""Sealing: what is sealed opens with its key, in its place, unchanged, and in no other way."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from data.models.ids import ProviderId
from data.store.sealing import KEY_BYTES, NONCE_BYTES, MasterKey, SealBroken, place_of

CANARY = SecretStr("canary-0123456789-key")
PLACE = place_of(ProviderId("jupiter"), 1)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_what_was_sealed_is_opened_as_it_was(text: str) -> None:
    key = MasterKey.fresh()
    sealed, nonce = key.seal(SecretStr(text), place=PLACE)
    assert key.open(sealed, nonce, place=PLACE).get_secret_value() == text


def test_the_sealed_bytes_show_nothing_and_never_repeat() -> None:
    key = MasterKey.fresh()
    made = [key.seal(CANARY, place=PLACE) for _ in range(200)]
    assert all(CANARY.get_secret_value().encode() not in sealed for sealed, _ in made)
    assert len({sealed for sealed, _ in made}) == len({nonce for _, nonce in made}) == 200
    assert {len(nonce) for _, nonce in made} == {NONCE_BYTES}


@pytest.mark.parametrize(("provider", "number"), [("jupiter", 2), ("jupiter", 11), ("rugcheck", 1)])
def test_sealed_bytes_put_in_anothers_place_are_refused(provider: str, number: int) -> None:
    key = MasterKey.fresh()
    sealed, nonce = key.seal(CANARY, place=PLACE)
    with pytest.raises(SealBroken):
        key.open(sealed, nonce, place=place_of(ProviderId(provider), number))


def test_every_changed_bit_and_every_cut_is_refused() -> None:
    key = MasterKey.fresh()
    sealed, nonce = key.seal(CANARY, place=PLACE)
    for at in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises(SealBroken):
            key.open(bytes(changed), nonce, place=PLACE)
    for cut, short in ((sealed[:-1], nonce), (b"", nonce), (sealed, nonce[:-1]), (sealed, b"")):
        with pytest.raises(SealBroken):
            key.open(cut, short, place=PLACE)


def test_another_master_key_opens_nothing() -> None:
    sealed, nonce = MasterKey.fresh().seal(CANARY, place=PLACE)
    with pytest.raises(SealBroken):
        MasterKey.fresh().open(sealed, nonce, place=PLACE)


def test_a_master_key_is_read_as_it_is_written_and_not_shown() -> None:
    key = MasterKey(bytes(range(KEY_BYTES)))
    written = key.written.get_secret_value()
    again = MasterKey.parsed(f"  {written}\n")
    assert again.open(*key.seal(CANARY, place=PLACE), place=PLACE) == CANARY
    shown = f"{key!r} {key} {key.written!r}"
    assert written not in shown and repr(bytes(range(KEY_BYTES))) not in shown


@pytest.mark.parametrize(
    "text",
    ["", "canary", "*" * 44, base64.b64encode(b"x" * 31).decode(), base64.b64encode(b"x" * 33), "ключ"],
)
def test_what_is_no_master_key_is_refused_and_not_repeated(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="is not base64 of 32 bytes") as refused:
        MasterKey.parsed(text)
    assert not text or str(text) not in str(refused.value)
    assert refused.value.__cause__ is None
