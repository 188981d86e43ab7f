"""What makes two tokens alike, and which vendors are asked about many tokens at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.security.listed import Listed
from core.security.listing import batches, described
from core.security.similar import Likeness, alike, likeness, picture
from data.models.fields import CREATED_AT, LIQUIDITY_USD, MARKET_CAP_USD, SYMBOL
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import Answer, Capability, Gap, GapReason, TokenMatch, TokenReport, facts
from data.providers.base import Call, discover
from tests.fakes.clock import START

OWN = Listed(
    token=TokenKey(Chain.SOLANA, "own"), symbol="PEPE", name="Pepe Coin", creator="maker",
    image="https://cdn.example/cms/images/0DIyMd5F?width=64",
)  # fmt: skip
OTHER = Listed(token=TokenKey(Chain.SOLANA, "other"), asked=2)
SYMBOL_, NAME, IMAGE, CREATOR = Likeness.SYMBOL, Likeness.NAME, Likeness.IMAGE, Likeness.CREATOR


@pytest.mark.parametrize(
    ("changes", "sibling", "expected"),
    [
        ({}, False, ()),
        ({"symbol": "pepe"}, False, (SYMBOL_,)),
        ({"symbol": "P\u0415P\u0415"}, False, (SYMBOL_,)),  # Cyrillic letters
        ({"symbol": "P\u00c9PE"}, False, (SYMBOL_,)),
        ({"symbol": "PEPE2"}, False, ()),
        ({"name": "pepe  coin"}, False, (NAME,)),
        ({"name": "PEPE-C0IN"}, False, (NAME,)),
        ({"symbol": "\u200b", "name": "!!!"}, False, ()),  # nothing that can be seen is like nothing
        ({"image": "https://other.example/0DIyMd5F"}, False, (IMAGE,)),
        ({"image": "https://other.example/"}, False, ()),
        ({"creator": "maker"}, False, (CREATOR,)),
        ({"creator": "Maker"}, False, ()),
        ({}, True, (CREATOR,)),
        ({"symbol": "PEPE", "name": "Pepe Coin"}, True, (SYMBOL_, NAME, CREATOR)),
    ],
)
def test_what_two_tokens_have_in_common(
    changes: dict[str, str], sibling: bool, expected: tuple[Likeness, ...]
) -> None:
    assert likeness(OWN, replace(OTHER, **changes), sibling=sibling) == expected  # type: ignore[arg-type]


def test_of_what_is_unknown_nothing_is_alike() -> None:
    bare = Listed(token=OWN.token)
    assert likeness(bare, Listed(token=OTHER.token), sibling=False) == ()
    assert picture(None) is picture("") is None


def test_the_most_alike_come_first_and_a_search_fills_in_what_no_batch_told() -> None:
    keys = [TokenKey(Chain.SOLANA, name) for name in ("a", "b", "c")]
    listed = {
        keys[0]: Listed(token=keys[0], symbol="PEPE", asked=1),
        keys[1]: Listed(token=keys[1], symbol="PEPE", name="Pepe Coin", asked=1),
        keys[2]: Listed(token=keys[2], asked=1),
    }
    deep = TokenMatch(token=keys[2], symbol="PEPE", name="x", liquidity_usd=Decimal(9), verified=True)
    found = alike(OWN, listed, {keys[2]: deep}, ())
    assert [like.listed.token.address for like in found] == ["b", "c", "a"]
    assert found[1].verified
    assert found[1].listed.liquidity_usd == Decimal(9)


def test_many_tokens_are_asked_in_the_batches_that_each_vendor_takes() -> None:
    tokens = [TokenKey(Chain.SOLANA, f"mint{number}") for number in range(61)]
    sizes: dict[str, list[int]] = {}
    for call in batches(tokens, discover().values()):
        sizes.setdefault(call.provider.id, []).append(len(call.ask.tokens))
        assert len(call.ask.tokens) <= call.endpoint.batch
    assert sizes["dexscreener"] == sizes["geckoterminal"] == [30, 30, 1]
    assert sizes["jupiter"] == [61]
    assert "birdeye" not in sizes  # it tells prices, and whose they are not


def test_what_several_say_of_one_token_is_put_together() -> None:
    token = OWN.token
    calls = {call.provider.id: call for call in batches([token], discover().values())}

    def told(name: str, *said: tuple[object, object]) -> tuple[Call, Answer]:
        report = TokenReport(token=token, facts=facts(*said))  # type: ignore[arg-type]
        source = ProviderId(name)
        answer = Answer(source=source, capability=Capability.PRICE, records=(report,), at=START)
        return calls[source], answer

    gap = Gap(
        source=ProviderId("geckoterminal"), capability=Capability.PRICE, reason=GapReason.TIMEOUT, at=START
    )
    known = described(
        token,
        [
            told("dexscreener", (SYMBOL, "OWN"), (MARKET_CAP_USD, Decimal(7))),
            told("geckoterminal", (SYMBOL, "LATER"), (LIQUIDITY_USD, Decimal(3)), (CREATED_AT, START)),
            told("jupiter", (LIQUIDITY_USD, Decimal(5)), (CREATED_AT, START - timedelta(days=1))),
            (calls[ProviderId("geckoterminal")], gap),
            told("raydium", (SYMBOL, "NAMED")),
        ],
    )
    assert (known.symbol, known.liquidity_usd, known.created_at) == (
        "OWN",
        Decimal(5),
        START - timedelta(days=1),
    )
    # Who did not answer has denied nothing; who knows no market says nothing of one.
    assert known.asked == 3
    assert known.sources == ("dexscreener", "geckoterminal", "jupiter")
    assert described(token, [told("raydium", (SYMBOL, "NAMED"))]).sources == ()
    assert described(OTHER.token, [told("jupiter")]).asked == 0
    denied = replace(gap, reason=GapReason.NOT_LISTED)
    assert described(token, [(calls[ProviderId("geckoterminal")], denied)]).asked == 1
