"""What is told of followed wallets, laid out; labels and symbols are strangers' words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

import handlers.alerts
from bot.fit import fit
from bot.frontend import DISCORD, TELEGRAM, Limits
from core.events import decode, encode
from core.security.score import Verdict
from core.wallets.events import Buyer, SeveralBought, WalletMoved
from data.errors import BadArgument
from data.models.following import Filters, MoveSeen, SeveralRule, Tells
from data.models.ids import Chain, TokenKey, UserId
from handlers.alerts.registry import discover
from handlers.alerts.wallet import Known, move_card, several_card
from handlers.commands.trackw import understood
from handlers.reply import Reply
from tests.fakes.clock import START
from tests.fakes.hostile import corpus

MINT = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
WALLET = "7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar"
OTHER = "4Nd1mYvZ7T1zZC4dr8ZZm4y9vZp2LmFf8yWb6c1qLbGg"
MOVED = WalletMoved(
    label="whale", token=TokenKey(Chain.SOLANA, MINT), symbol="BONK", seen_at=START + timedelta(seconds=3),
    move=MoveSeen(
        wallet=WALLET, signature="s", mint=MINT, slot=5, at=START, side="buy", units=250_000_00000,
        lamports=2_500_000_000, value_usd=Decimal(500),
    ),
)  # fmt: skip
KNOWN = Known(
    symbol="BONK", decimals=5, price_usd=Decimal("0.0025"), cap_usd=Decimal(2_000_000),
    liquidity_usd=Decimal(90_000), verdict=Verdict.CAUTION,
)  # fmt: skip
RULE = SeveralRule(
    user_id=UserId(1), owners=2, window_s=3_600, least_usd=Decimal(300), set_at=START
)  # fmt: skip
SEVERAL = SeveralBought(
    token=TokenKey(Chain.SOLANA, MINT), symbol="BONK", rule=RULE, at=START,
    buyers=(
        Buyer(
            wallets=(WALLET, OTHER), labels=("whale", ""), value_usd=Decimal(700),
            first_at=START - timedelta(minutes=7), last_at=START,
        ),
        Buyer(wallets=("x",), labels=("",), value_usd=None, first_at=START, last_at=START),
    ),
)  # fmt: skip


def words(reply: Reply) -> str:
    return f"{reply.title.plain}\n{reply.body.plain}\n{reply.footer.plain}"


def test_a_move_says_who_what_how_much_at_which_price_and_what_it_is_worth_now() -> None:
    told = words(move_card(MOVED, KNOWN))
    assert "whale bought BONK" in told
    assert "Bought 250K BONK (DezX…B263) for 2.5 SOL · $500" in told
    assert "at $0.002 · +25.0 % by now" in told
    assert "Cap $2.00M · liquidity $90.0K · first look: caution" in told
    assert "old when it was seen" not in told
    labels = [button.label for row in move_card(MOVED, KNOWN).buttons for button in row]
    assert labels == ["Chart", "Scan", "Wallet", "Mute"]


def test_what_is_unknown_is_left_out_or_called_so_and_what_came_late_says_how_late() -> None:
    bare = replace(MOVED.move, lamports=None, value_usd=None, side="in")
    told = words(move_card(replace(MOVED, move=bare, symbol="", seen_at=START + timedelta(hours=2)), Known()))
    assert "whale received a token" in told
    assert "Received DezX…B263, unpaid" in told
    assert "Cap unknown · liquidity unknown" in told
    assert "It was 2h old when it was seen." in told
    swapped = words(move_card(replace(MOVED, move=replace(bare, side="sell")), KNOWN))
    assert "for another token" in swapped


def test_several_are_named_with_sums_and_times() -> None:
    told = words(several_card(SEVERAL, KNOWN))
    assert "2 owners bought BONK" in told
    assert "whale + 4Nd1…LbGg $700 · 7m before the last, 11:53 UTC" in told
    assert "x worth unknown · last, 12:00 UTC" in told
    assert "2 independent owners buy the same token within 1h, each for $300 or more" in told


def test_events_are_read_back_to_the_last_digit() -> None:
    huge = replace(MOVED, move=replace(MOVED.move, units=2**70, value_usd=Decimal("0.000000000000000001")))
    assert decode(WalletMoved, encode(huge)) == huge
    assert decode(SeveralBought, encode(SEVERAL)) == SEVERAL
    assert {"wallet", "wallets"} <= set(discover(handlers.alerts))


@pytest.mark.parametrize("limits", [TELEGRAM, DISCORD])
def test_no_label_or_symbol_breaks_a_card(limits: Limits) -> None:
    for name in (case.text for case in corpus()):
        moved = fit(move_card(replace(MOVED, label=name, symbol=name), replace(KNOWN, symbol=name)), limits)
        assert MINT in moved.body.plain
        buyer = replace(SEVERAL.buyers[0], labels=(name, name))
        shown = fit(several_card(replace(SEVERAL, buyers=(buyer,) * 20), replace(KNOWN, symbol=name)), limits)
        assert "\u202e" not in words(moved) + words(shown)


def test_a_label_and_filters_are_told_apart() -> None:
    assert understood("my whale") == ("my whale", None)
    assert understood("") == ("", None)
    assert understood("my buys whale $1.5k") == (
        "my whale",
        Filters(tells=Tells.BUYS, least_usd=Decimal(1_500)),
    )
    assert understood(f"{MINT} all >=200") == (
        "",
        Filters(tells=Tells.ALL, least_usd=Decimal(200), mints=(MINT,)),
    )
    assert understood("whale 7 500") == ("whale 7 500", None)
    for wrong in ("buys sells", "$5 $6", "x" * 40):
        with pytest.raises(BadArgument):
            understood(wrong)
