"""A node as the order books of Serum and OpenBook are read from it; what it answers is `chain`'s to say."""

from __future__ import annotations

from dataclasses import replace

from data.sandbox.wire import solana

VENDOR = replace(solana.VENDOR, id="serum")
