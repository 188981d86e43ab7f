"""The chain's truths: a mint as it is, to the last base unit."""

from __future__ import annotations

from collections.abc import Sequence

from data.models.fields import (
    DECIMALS,
    EXTENSIONS,
    FREEZE_AUTHORITY,
    MINT_AUTHORITY,
    SUPPLY,
    TOKEN_PROGRAM,
    TRANSFER_FEE_RATIO,
    Authority,
)
from data.models.ids import SOL_MINT
from data.models.market import Record
from data.providers.base import Ask
from data.sandbox.tokens import Token
from tests.unit.data.wire_law import truth
from tests.unit.data.wire_law.agreement import UNSAID, Expected, Near
from tests.unit.data.wire_law.truth import Eye, Truths


def mints(eye: Eye, ask: Ask, records: Sequence[Record]) -> Sequence[Expected] | None:
    return truth.or_unlisted(_mint(eye, token) for token in eye.known(ask))


def _mint(eye: Eye, token: Token) -> Expected:
    in_force, announced = truth.transfer_fee_bps(eye.world, token)
    return {
        "token": truth.key(token.mint),
        TOKEN_PROGRAM: token.program.value,
        DECIMALS: token.decimals,
        # The mint of native SOL keeps no count.
        SUPPLY: UNSAID if token.mint == SOL_MINT else truth.supply(token),
        MINT_AUTHORITY: Authority(token.mint_authority),
        FREEZE_AUTHORITY: Authority(token.freeze_authority),
        EXTENSIONS: tuple(each.name for each in token.extensions),
        # A rise on its way counts already.
        TRANSFER_FEE_RATIO: Near(value=max(in_force, announced) / 10_000),
    }


TRUTHS: Truths = {"authorities:": mints}
