"""Sealing secrets at rest: AES-256-GCM under a master key, each secret bound to the place it is kept in.

Knows neither files nor tables. A nonce is fresh at random: far fewer than 2^32 are made under one key.
Source: NIST SP 800-38D (GCM; random 96-bit nonces, section 8.2.2).
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from data.models.ids import ProviderId

KEY_BYTES = 32
NONCE_BYTES = 12
_FORM = "is not base64 of 32 bytes (make one with: openssl rand -base64 32)"


class SealBroken(Exception):
    """Sealed by another master key, changed since, or put in another's place: nothing tells which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """A provider's key as it is kept; `rotated_at` is when it was sealed anew, if ever."""

    provider: ProviderId
    number: int
    sealed: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    created_at: datetime
    rotated_at: datetime | None = None


class MasterKey:
    """The key that seals the others; no rendering shows it."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        """Take 32 bytes.

        Raises:
            ValueError: it is of another length; it is not repeated.
        """
        if len(secret) != KEY_BYTES:
            raise ValueError(_FORM)
        self._secret = secret

    @classmethod
    def fresh(cls) -> MasterKey:
        """Make one at random."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def parsed(cls, text: str | bytes) -> MasterKey:
        """Read one as it is written in a file or a setting.

        Raises:
            ValueError: it is not base64 of 32 bytes; it is not repeated.
        """
        try:
            return cls(base64.b64decode(text.strip(), validate=True))
        except (binascii.Error, ValueError):
            raise ValueError(_FORM) from None

    @property
    def written(self) -> SecretStr:
        """The key as `parsed` reads it."""
        return SecretStr(base64.b64encode(self._secret).decode())

    def seal(self, secret: SecretStr, *, place: str) -> tuple[bytes, bytes]:
        """Seal a secret for one place; gives the sealed bytes and their nonce."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(NONCE_BYTES)
        return AESGCM(self._secret).encrypt(nonce, secret.get_secret_value().encode(), place.encode()), nonce

    def open(self, sealed: bytes, nonce: bytes, *, place: str) -> SecretStr:
        """Open what was sealed for this place.

        Raises:
            SealBroken: it was not sealed by this key, for this place, as it is now.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return SecretStr(AESGCM(self._secret).decrypt(nonce, sealed, place.encode()).decode())
        except (InvalidTag, ValueError):  # ValueError: a nonce of an impossible length
            raise SealBroken from None

    def __repr__(self) -> str:
        return "MasterKey(***)"


def place_of(provider: ProviderId, number: int) -> str:
    """Name the one place that a provider's key may stand in."""
    return f"trenchcoat provider key v1 {provider} {number}"
