"""Putting a wallet together: the chain's amounts, vendors' names, prices, and what stands at an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.boards.rows import Row
from core.wallets.history import History
from core.wallets.holdings import Held, Kind, Standing, put_together, standing
from core.wallets.ledger import ledger
from core.wallets.moves import Side
from core.wallets.prices import then
from core.wallets.report import WalletReport, bags, key_of, to_price
from data.models.fields import PRICE_USD, SYMBOL
from data.models.ids import SOL, SOL_MINT, ProviderId
from data.models.launch import ChainAccount
from data.models.market import Answer, Candle, Capability, Gap, GapReason
from data.models.wallets import CoinBalance, WalletHolding, WalletHoldings, WalletSpan
from tests.fakes.clock import START
from tests.unit.core.wallets.test_ledger import move

ME, BONK = "me", "bonk"
TOKENS, LAMPORTS = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", 10**9


def account(mint: str, amount: int, decimals: int | None = 5) -> ChainAccount:
    return ChainAccount(
        address=f"{mint}'s", program=TOKENS, mint=mint, owner=ME, amount=amount, decimals=decimals
    )


def answer(*records: object, source: str = "solana") -> Answer:
    return Answer(
        source=ProviderId(source),
        capability=Capability.OWNED,
        records=records,
        at=START,  # type: ignore[arg-type]
    )


def gap(source: str = "solana") -> Gap:
    return Gap(source=ProviderId(source), capability=Capability.OWNED, reason=GapReason.TIMEOUT, at=START)


CHAIN = (
    answer(CoinBalance(address=ME, lamports=3)),
    answer(account(SOL_MINT, 4, 9), account(BONK, 7), account(BONK, 5), account("dust", 0)),
    answer(),
)
VENDOR = answer(
    WalletHoldings(
        wallet=ME,
        holdings=(
            WalletHolding(mint=BONK, amount=999, decimals=5, symbol="Bonk", price_usd=Decimal(9)),
            WalletHolding(mint="other", amount=1, decimals=0, symbol="O"),
        ),
        total_usd=Decimal(50),
    ),
    source="birdeye",
)


def test_amounts_are_the_chains_and_names_the_vendors() -> None:
    held = put_together(CHAIN, [VENDOR])
    assert {row.mint: (row.amount, row.symbol) for row in held.holdings} == {
        SOL_MINT: (7, None),
        BONK: (12, "Bonk"),
    }
    assert held.whole
    assert held.sources == ("solana", "birdeye")
    assert held.total_usd == 50


def test_a_part_of_the_chain_is_not_the_whole_and_a_vendor_stands_in() -> None:
    silent = put_together((CHAIN[0], gap(), None), [VENDOR])
    assert not silent.whole
    assert {row.mint: row.amount for row in silent.holdings} == {BONK: 999, "other": 1}
    assert silent.sources == ("birdeye",)
    assert len(silent.gaps) == 1
    alone = put_together((CHAIN[0], gap(), CHAIN[2]), [gap("birdeye")])
    assert not alone.whole
    assert {row.mint: row.amount for row in alone.holdings} == {SOL_MINT: 3}
    assert put_together((gap(), gap(), gap()), []).holdings == ()


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (None, Kind.UNTOLD),
        (ChainAccount(address=ME, program=None), Kind.ABSENT),
        (ChainAccount(address=ME, program="11111111111111111111111111111111"), Kind.WALLET),
        (ChainAccount(address=ME, program=TOKENS), Kind.MINT),
        (account(BONK, 1), Kind.TOKEN_ACCOUNT),
        (ChainAccount(address=ME, program="BPFLoaderUpgradeab1e11111111111111111111111"), Kind.PROGRAM),
        (ChainAccount(address=ME, program="675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8"), Kind.OWNED),
    ],
)
def test_what_stands_at_an_address_follows_from_its_program(told: ChainAccount | None, kind: Kind) -> None:
    found = standing(told)
    assert found.kind is kind
    assert found.may_be_a_wallet == (kind in {Kind.UNTOLD, Kind.ABSENT, Kind.WALLET})
    assert found.owner == (ME if kind is Kind.TOKEN_ACCOUNT else None)


def priced(mint: str, usd: str, symbol: str = "S") -> Row:
    return Row(token=key_of(mint), values={PRICE_USD: Decimal(usd), SYMBOL: symbol}, seen_at=START, at=START)


def held(*rows: WalletHolding) -> Held:
    return Held(holdings=rows, whole=True, sources=(ProviderId("solana"),), gaps=())


def test_a_bag_is_worth_its_price_and_earned_what_it_is_worth_beyond_its_cost() -> None:
    book = ledger([move(1, Side.BUY, 100_000, LAMPORTS)])
    rows = {key_of(BONK): priced(BONK, "400"), SOL: priced(SOL_MINT, "150")}
    own = held(
        WalletHolding(mint=BONK, amount=100_000, decimals=5),
        WalletHolding(mint=SOL_MINT, amount=10**9, decimals=9),
        WalletHolding(mint="junk", amount=1, decimals=0),
    )  # fmt: skip
    first, second, last = bags(own, rows, book, Decimal(150))
    assert (first.value_usd, first.unrealised_usd) == (400, 250)
    assert (second.symbol, second.value_usd, second.unrealised_usd) == ("SOL", 150, None)
    assert (last.value_usd, last.price_usd) == (None, None)
    report = WalletReport(
        wallet=ME, span=WalletSpan.D7, at=START, standing=Standing(kind=Kind.WALLET),
        bags=(first, second, last), held=own,
    )  # fmt: skip
    assert (report.value_usd, report.unrealised_usd) == (550, 250)
    assert replace(report, bags=(last,)).value_usd is None


def test_units_that_left_unseen_earn_nothing() -> None:
    """Half of what was bought is still there: only that half has earned."""
    book = ledger([move(1, Side.BUY, 100_000, LAMPORTS)])
    own = held(WalletHolding(mint=BONK, amount=50_000, decimals=5))
    (bag,) = bags(own, {key_of(BONK): priced(BONK, "400")}, book, Decimal(150))
    assert bag.unrealised_usd == 125


def test_what_was_traded_is_priced_first_and_collectibles_are_not() -> None:
    rows = [WalletHolding(mint=f"m{at}", amount=5, decimals=6) for at in range(200)]
    own = held(
        *rows, WalletHolding(mint=BONK, amount=5, decimals=6), WalletHolding(mint="nft", amount=1, decimals=0)
    )
    chosen = to_price(own, ledger([move(1, Side.BUY, 5, 1)]), 60)
    assert len(chosen) == 60
    assert chosen[:2] == (SOL, key_of(BONK))
    assert key_of("nft") not in to_price(own, None, 1_000)


def test_figures_are_of_what_was_read_without_a_gap() -> None:
    since = START - timedelta(days=7)
    assert History(since=since, whole=True).start == since
    assert History(since=since).start == since


def test_the_price_of_then_is_that_of_its_bar_and_none_where_bars_are_missing() -> None:
    start = int(START.timestamp())
    price = then([Candle(start + at * 60, 1, 1, 1, 10.0 + at, 1) for at in (0, 1, 5)], 60)
    assert price(START - timedelta(seconds=1)) is None
    assert price(START) == Decimal("10.0")
    assert price(START + timedelta(seconds=61)) == Decimal("11.0")
    assert price(START + timedelta(seconds=185)) is None
    assert then([], 60)(START) is None
