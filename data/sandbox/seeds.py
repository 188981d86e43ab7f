"""What follows from a seed: random streams, addresses, signatures. One seed and one label, one answer.

Knows nothing of tokens or markets; nothing here keeps state, so no order of asking can change an answer.
"""

from __future__ import annotations

import hashlib

import numpy as np

from data.chain.base58 import base58


def _digest(seed: int, labels: tuple[str | int, ...], size: int) -> bytes:
    text = "\x1f".join(map(str, (seed, *labels)))
    return hashlib.blake2b(text.encode(), digest_size=size).digest()


def stream(seed: int, *labels: str | int) -> np.random.Generator:
    """Open the random stream that belongs to a label."""
    return np.random.Generator(np.random.PCG64(int.from_bytes(_digest(seed, labels, 16), "big")))


def fraction(seed: int, *labels: str | int) -> float:
    """Draw the one number in [0, 1) that belongs to a label."""
    return int.from_bytes(_digest(seed, labels, 8), "big") / 2**64


def key(seed: int, *labels: str | int) -> bytes:
    """Derive the 32 bytes of an address."""
    raw = _digest(seed, ("address", *labels), 32)
    return bytes([raw[0] & 0x7F | 0x40]) + raw[1:]  # first byte fixed: always 44 characters


def address(seed: int, *labels: str | int, suffix: str = "") -> str:
    """Derive a 32-byte address; `suffix` is the vanity ending that launchpads grind for."""
    whole = base58(key(seed, *labels))
    return whole[: len(whole) - len(suffix)] + suffix


def signature(seed: int, *labels: str | int) -> str:
    """Derive a 64-byte transaction signature."""
    return base58(_digest(seed, ("signature", *labels), 64))


def uuid(seed: int, *labels: str | int) -> str:
    """Derive a request id in the form of a random UUID."""
    digits = _digest(seed, ("uuid", *labels), 16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
