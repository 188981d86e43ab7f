"""The wallet's card: figures with their sources, unknowns as such, hostile names inert, and ways onward."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.fit import fit
from bot.frontend import DISCORD, TELEGRAM
from core.wallets.copyability import Copyability, Followed, Unknown
from core.wallets.history import History
from core.wallets.holdings import Held, Kind, Standing
from core.wallets.labels import Label
from core.wallets.ledger import Closed, ledger
from core.wallets.moves import Side
from core.wallets.report import Bag, WalletReport, key_of
from core.wallets.stats import record
from data.models.ids import SOL_MINT, ProviderId
from data.models.market import Capability, Gap, GapReason
from data.models.money import TokenAmount
from data.models.wallets import WalletHolding, WalletProfit, WalletSpan
from handlers.cards.wallet import no_wallet_card, wallet_card
from handlers.reply import Reply, Style
from tests.fakes.clock import START
from tests.integration.scene import HOSTILE
from tests.unit.core.wallets.test_ledger import move

WALLET = "7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar"
MINT = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
CHAIN = ProviderId("solana")
SOL = 10**9


def bag(symbol: str | None = "Bonk", usd: str | None = "12.5", mint: str = MINT) -> Bag:
    value = None if usd is None else Decimal(usd)
    return Bag(
        token=key_of(mint), amount=TokenAmount(12_345_678, 5), symbol=symbol, name=symbol, price_usd=value,
        value_usd=value,
    )  # fmt: skip


FIRST = WalletReport(
    wallet=WALLET, span=WalletSpan.D7, at=START, standing=Standing(kind=Kind.WALLET),
    held=Held(
        holdings=(WalletHolding(mint=MINT, amount=12_345_678, decimals=5),), whole=True, sources=(CHAIN,),
        gaps=(),
    ),
    bags=(bag(),), sol_usd=Decimal(150),
)  # fmt: skip
BOOK = ledger(
    [move(1, Side.BUY, 10, 2 * SOL, mint=MINT), move(9, Side.SELL, 10, 3 * SOL, before=10, mint=MINT)]
)
WHOLE = replace(
    FIRST,
    history=History(
        since=START - timedelta(days=7), listed=2, whole=True, source=CHAIN, at=START, transactions=()
    ),
    ledger=BOOK,
    record=record(BOOK.closed),
)


def words(reply: Reply) -> str:
    fields = [f"{each.name}: {each.value.plain}" for each in reply.fields]
    return "\n".join([reply.title.plain, reply.body.plain, *fields, reply.footer.plain])


def test_the_first_frame_shows_what_is_held_and_that_the_rest_is_being_read() -> None:
    told = words(wallet_card(FIRST))
    assert "Bonk DezX…B263 $12.50" in told
    assert "Worth: $12.50" in told
    assert "Trades: reading…" in told
    assert "Win rate" not in told


def test_the_whole_card_tells_profit_and_how_far_it_can_be_believed() -> None:
    told = words(wallet_card(WHOLE))
    assert "Realised: +1 SOL (+$150 today)" in told
    assert "Win rate: unproven · 100 %, n = 1 (21 to 100 %); below 50" in told
    assert "Trades: 1 buy, 1 sell" in told
    assert "All 0 transactions of the 7 days that took effect were read." in told
    assert "the chain · 12:00 UTC" in told


def test_fifty_closed_positions_are_proven() -> None:
    closed = Closed(
        mint=MINT, opened_at=START, closed_at=START, cost=SOL, proceeds=2 * SOL, fees=0, whole=True
    )
    assert "unproven" not in words(wallet_card(replace(WHOLE, record=record([closed] * 50))))
    assert "unproven" in words(wallet_card(replace(WHOLE, record=record([closed] * 49))))


def test_what_following_brings_is_told_with_its_delay_its_size_and_its_unknowns() -> None:
    (closed,) = BOOK.closed
    told = Followed(closed=closed, own_ratio=Decimal("0.5"), ratio=Decimal("-0.12"))
    unknown = Followed(closed=closed, own_ratio=Decimal(3), ratio=None, unknown=Unknown.ENTRY)
    some = words(wallet_card(replace(WHOLE, copies=Copyability(followed=(told, unknown)))))
    assert "Copying it: -12.0 % against its own +50.0 % · 60 s later, 0.5 SOL, n = 1" in some
    assert "1 unknown: no bars a minute after it bought" in some
    none = words(wallet_card(replace(WHOLE, copies=Copyability(followed=(unknown,)))))
    assert "Copying it: unknown: no bars a minute after it bought" in none


def test_what_is_left_out_is_named() -> None:
    book = ledger(
        [move(1, Side.BUY, 10, None, mint=MINT), move(2, Side.SELL, 5, 3 * SOL, before=10, mint=MINT),
         move(3, Side.BUY, 7, SOL, mint="gone" * 10)]
    )  # fmt: skip
    history = replace(WHOLE.history, whole=False, unread=7) if WHOLE.history else None
    gap = Gap(
        source=ProviderId("birdeye"), capability=Capability.WALLET, reason=GapReason.RATE_LIMITED, at=START
    )
    profit = WalletProfit(wallet=WALLET, span=WalletSpan.D7, realised_usd=Decimal(-5), buys=1, sells=2)
    told = words(
        wallet_card(
            replace(
                WHOLE,
                ledger=book,
                record=None,
                history=history,
                gaps=(gap,),
                profits=((ProviderId("birdeye"), profit),),
                labels=(Label("busy", "a lot"),),
            )
        )
    )
    assert "3 SOL came for tokens whose cost is unknown: no profit is told of them." in told
    assert "1 trade not in SOL or dollars, or at a price nobody tells." in told
    assert "Of gone…gone its book says it holds more than it does" in told
    assert "0 transactions were read, 7 were not: the figures are of what was since" in told
    assert "birdeye reckons: realised -$5, 1 buy, 2 sells · by its own method" in told
    assert "Missing: birdeye: rate limited" in told
    assert "busy · a lot" in told
    assert "Win rate: unknown: no position that was closed has a known cost" in told


@pytest.mark.parametrize("name", HOSTILE)
def test_a_strangers_name_is_short_inert_and_beside_its_address(name: str) -> None:
    reply = wallet_card(replace(WHOLE, bags=(bag(name),)))
    assert "DezX…B263" in words(reply)
    assert all(span.style is not Style.COMMAND and not span.url for span in reply.body.spans)
    assert max(len(span.text) for span in reply.body.spans if span.style is Style.STRONG) <= 12
    for limits in (TELEGRAM, DISCORD):
        assert fit(reply, limits).title.plain == reply.title.plain


def test_a_thousand_bags_are_a_few_rows() -> None:
    many = tuple(bag(f"T{at}", str(at), mint=f"{at:044}") for at in range(1_000, 0, -1))
    reply = wallet_card(replace(WHOLE, bags=many, unpriced=3))
    assert "and 992 more, 3 of all without a price" in words(reply)
    assert len(reply.body.plain) < 1_500


def test_nothing_known_and_no_answer_are_different_things() -> None:
    empty = Held(holdings=(), whole=True, sources=(CHAIN,), gaps=())
    nobody = replace(WHOLE, held=empty, bags=(), ledger=ledger([]), record=None)
    nobody = replace(nobody, history=replace(WHOLE.history, listed=0) if WHOLE.history else None)
    reply = wallet_card(nobody)
    assert "Nothing is known of it" in words(reply)
    assert reply.buttons[-1][0].invoke is not None
    assert reply.buttons[-1][0].invoke.args == {"token": WALLET}
    silent = replace(
        nobody, held=Held(holdings=(), whole=False, sources=(), gaps=()), history=History(since=START)
    )
    told = words(wallet_card(silent))
    assert "Nothing is known of it" not in told
    assert "What it did is unknown: no node tells its history." in told
    assert "Holdings: unknown" in told
    assert "no source answered" in told


@pytest.mark.parametrize(
    ("kind", "owner", "buttons"),
    [
        (Kind.MINT, None, ["t"]),
        (Kind.OWNED, None, ["t"]),
        (Kind.TOKEN_ACCOUNT, WALLET, ["wallet", "t"]),
        (Kind.PROGRAM, None, []),
    ],
)
def test_what_is_no_wallet_leads_to_what_it_is(kind: Kind, owner: str | None, buttons: list[str]) -> None:
    reply = no_wallet_card(replace(FIRST, wallet=MINT, standing=Standing(kind=kind, owner=owner)))
    assert reply.error == "not a wallet"
    assert kind.value in reply.body.plain
    found = [each.invoke for row in reply.buttons for each in row]
    assert [invoke.command for invoke in found if invoke is not None] == buttons
    for invoke in found:
        assert invoke is not None
        assert invoke.args.get("token", WALLET if invoke.command == "wallet" else MINT) in {MINT, WALLET}


def test_the_other_spans_are_a_press_away() -> None:
    (spans, cards) = wallet_card(replace(WHOLE, bags=(bag("SOL", "1", SOL_MINT), bag()))).buttons
    assert [each.label for each in spans] == ["1d", "30d", "Follow"]
    assert [each.label for each in cards] == ["Bonk DezX…B263"]
