"""The practice market rehearses transfers in a real VM: who can move what, and what arrives."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from data.chain.rehearsal import parse_rehearsal, simulate_payload, write
from data.models.rehearsal import Rehearsal, Transfer, Verdict
from data.providers.base import Ask
from data.sandbox.chain import Chain
from data.sandbox.holders import Holder, Role
from data.sandbox.tokens import Kind, Token
from data.sandbox.world import World

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return World(7, NOW)


@pytest.fixture(scope="module")
def chain(world: World) -> Chain:
    return Chain(world)


def named(world: World, symbol: str) -> Token:
    return next(token for token in world.tokens.values() if token.symbol == symbol)


def holder(world: World, token: Token) -> Holder:
    return next(each for each in world.named_holders(token.mint) if each.role is Role.OTHER)


def rehearsed(chain: Chain, token: Token, held: Holder, amount: int) -> Rehearsal:
    script = write(
        Transfer(
            mint=token.mint, program=token.program.value, owner=held.owner, account=held.account,
            amount=amount, decimals=token.decimals,
        ),
        bytes(range(32)),
    )  # fmt: skip
    ask = Ask(query=script.transaction, accounts=(script.receiving,), amount=amount)
    body = json.loads(json.dumps(chain.answer(json.dumps(simulate_payload(ask)).encode())))
    (found,) = parse_rehearsal(body, ask, NOW)
    return found


def test_a_blue_chip_moves_whole(world: World, chain: Chain) -> None:
    token = named(world, "WIF")
    found = rehearsed(chain, token, holder(world, token), 1_000_000)
    assert found == Rehearsal(verdict=Verdict.PASSED, sent=1_000_000, received=1_000_000)


def test_a_frozen_holder_cannot_move_his(world: World, chain: Chain) -> None:
    token = named(world, "TRAP")
    assert token.kind is Kind.HONEYPOT
    found = rehearsed(chain, token, holder(world, token), 1)
    assert found == Rehearsal(verdict=Verdict.REFUSED, sent=1, reason="the account is frozen")


def test_a_tax_is_what_does_not_arrive(world: World, chain: Chain) -> None:
    token = named(world, "TOLL")
    found = rehearsed(chain, token, holder(world, token), 1_000_000)
    assert found.verdict is Verdict.PASSED
    assert found.received is not None
    assert 0 < found.received < found.sent


def test_who_sends_more_than_he_has_says_nothing_of_the_token(world: World, chain: Chain) -> None:
    token = named(world, "WIF")
    held = holder(world, token)
    assert rehearsed(chain, token, held, held.amount + 1).verdict is Verdict.OPEN


def test_a_rehearsal_changes_nothing(world: World, chain: Chain) -> None:
    token = named(world, "WIF")
    held = holder(world, token)
    first = rehearsed(chain, token, held, held.amount)
    assert rehearsed(chain, token, held, held.amount) == first
    assert first.received == held.amount


def test_a_rehearsal_leaves_the_threads_arithmetic_alone(world: World, chain: Chain) -> None:
    token = named(world, "WIF")
    rehearsed(chain, token, holder(world, token), 1)
    assert np.float64(1_101_600.0) // 86_400.0 == 12.0


@pytest.mark.parametrize(
    "params",
    [
        [],
        [5],
        ["AQ=="],
        ["!", {"encoding": "base64"}],
        [base64.b64encode(bytes(2_000)).decode(), {"encoding": "base64"}],
        [base64.b64encode(b"\x01\x02").decode(), {"encoding": "base64"}],
        [base64.b64encode(bytes(70)).decode(), {"encoding": "base64", "sigVerify": True}],
    ],
)
def test_a_request_that_is_none_is_refused(chain: Chain, params: list[Any]) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "simulateTransaction", "params": params}
    answer: Any = chain.answer(json.dumps(request).encode())
    assert answer["error"]["code"] == -32602
