"""Who was there first, out of transactions spelled out: bundles, snipers, new wallets, what is unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from core.security import launch as reading
from core.security import purchases
from core.security.launch import Launch, Tie
from data.models.launch import CoinChange, CurveTrade, Origin, TokenChange, Transaction
from tests.fakes.clock import START

MINT, MAKER, POOL = "mint", "maker", "pool"
SUPPLY = 1_000
BORN = 100
BASE = Launch(reached=True, looked=50, read=5, supply=SUPPLY)


def change(owner: str, gained: int, before: int = 0, mint: str = MINT) -> TokenChange:
    start = before if gained >= 0 else max(before, -gained)
    return TokenChange(account=f"{owner}'s", owner=owner, mint=mint, before=start, after=start + gained)


def moved(
    slot: int, *changes: TokenChange, signers: tuple[str, ...], created: str = "", number: int = 0
) -> Transaction:
    return Transaction(
        signature=f"s{slot}-{'-'.join(signers)}-{number}",
        slot=slot,
        at=START + timedelta(seconds=(slot - BORN) * 0.4),
        failed=False,
        signers=signers,
        tokens=changes,
        coins=tuple(CoinChange(account=signer, lamports=-2_000) for signer in signers),
        created=(created,) if created else (),
    )


def born(bought: int = 40) -> Transaction:
    return moved(BORN, change(POOL, 900), change(MAKER, bought), signers=(MAKER, MINT), created=MINT)


def bought(slot: int, *wallets: str, each: int = 50, number: int = 0) -> Transaction:
    changes = [change(wallet, each) for wallet in wallets]
    return moved(slot, *changes, change(POOL, -each * len(wallets)), signers=wallets, number=number)


def old(wallet: str, funder: str = "exchange") -> Origin:
    return Origin(wallet=wallet, first_at=START - timedelta(days=90), first_slot=1, funder=funder)


def new(wallet: str, funder: str = "boss") -> Origin:
    return Origin(wallet=wallet, first_at=START - timedelta(minutes=5), first_slot=90, funder=funder)


def told(*transactions: Transaction, held: dict[str, int] | None = None, **origins: Origin) -> Launch:
    return reading.told(BASE, transactions, MINT, held=held, origins=origins)


def ties(launch: Launch) -> dict[Tie, set[str]]:
    return {bundle.tie: set(bundle.wallets) for bundle in launch.bundles}


def test_who_made_it_and_who_bought_are_told_from_its_pool() -> None:
    launch = told(born(), bought(130, "a"), bought(140, "b"))
    assert launch.creation is not None
    assert (launch.creation.creator, launch.creation.slot) == (MAKER, BORN)
    assert [buyer.wallet for buyer in launch.buyers] == [MAKER, "a", "b"]
    assert [buyer.wallet for buyer in launch.first] == ["a", "b"]
    assert launch.venues == {POOL}
    assert launch.bundles == ()
    assert launch.buyers[0].is_creator


def test_three_in_one_of_the_first_blocks_are_a_bundle_and_two_are_not() -> None:
    three = told(born(), *(bought(BORN, name) for name in "abc"))
    assert ties(three) == {Tie.BLOCK: {"a", "b", "c"}}
    assert ties(told(born(), bought(BORN, "a"), bought(BORN, "b"))) == {}
    assert ties(told(born(), *(bought(BORN + 4, name) for name in "abc"))) == {Tie.BLOCK: {"a", "b", "c"}}
    assert ties(told(born(), *(bought(BORN + 5, name) for name in "abc"))) == {}
    # The creator's own purchase makes no third.
    assert ties(told(born(), bought(BORN, MAKER), bought(BORN, "a"), bought(BORN, "b"))) == {}
    # One wallet that buys three times is one buyer.
    assert ties(told(born(), *(bought(BORN, "a", number=n) for n in range(3)))) == {}


def test_several_buyers_of_one_transaction_are_a_bundle_whenever_they_buy() -> None:
    assert ties(told(born(), bought(900, "a", "b"))) == {Tie.TRANSACTION: {"a", "b"}}


def test_a_purchase_for_wallets_that_do_not_sign_counts_and_a_gift_does_not() -> None:
    paid_for = moved(BORN + 2, change("x", 50), change("y", 50), change(POOL, -100), signers=("boss",))
    assert ties(told(born(), paid_for)) == {Tie.TRANSACTION: {"x", "y"}}
    gift = moved(BORN + 2, change("friend", 20), change(MAKER, -20, 40), signers=(MAKER,))
    assert [buyer.wallet for buyer in told(born(), gift).buyers] == [MAKER]


def test_a_sale_and_another_token_make_nobody_a_buyer() -> None:
    sold = moved(120, change("a", -50, 50), change(POOL, 50, 100), signers=("a",))
    other = moved(121, change("b", 50, mint="other"), change(POOL, -50, 100, mint="other"), signers=("b",))
    launch = told(born(), bought(110, "a"), sold, other)
    assert [buyer.wallet for buyer in launch.buyers] == [MAKER, "a"]


def test_new_wallets_of_one_funder_are_one_hand_and_old_ones_of_an_exchange_are_not() -> None:
    spread = [bought(BORN + 40 * step, name) for step, name in enumerate("abc", 1)]
    assert ties(told(born(), *spread, a=new("a"), b=new("b"), c=new("c"))) == {Tie.FUNDER: {"a", "b", "c"}}
    assert ties(told(born(), *spread, a=old("a"), b=old("b"), c=old("c"))) == {}
    assert ties(told(born(), *spread, a=new("a"), b=new("b"), c=new("c", "other"))) == {}
    assert ties(told(born(), *spread)) == {}


def test_a_wallet_is_new_if_its_first_transaction_was_within_a_day_before() -> None:
    def fresh(origin: Origin | None) -> bool | None:
        known = {} if origin is None else {"a": origin}
        return told(born(), bought(BORN + 1, "a"), **known).buyers[1].fresh

    assert fresh(None) is None
    assert fresh(replace(old("a"), first_at=None)) is None
    assert fresh(old("a")) is False
    assert fresh(replace(new("a"), first_at=START - timedelta(hours=23))) is True
    assert fresh(replace(new("a"), first_at=START - timedelta(hours=25))) is False
    # Of a busy wallet only the newest page is read: it is at least that old, and may be older.
    assert fresh(replace(new("a"), first_slot=None)) is None
    assert fresh(replace(old("a"), first_slot=None)) is False


def test_snipers_are_those_of_the_first_ten_seconds_without_the_creator() -> None:
    launch = told(born(), bought(BORN, "a"), bought(BORN + 25, "b"), bought(BORN + 26, "c"))
    assert [buyer.wallet for buyer in launch.snipers] == ["a", "b"]
    late = replace(bought(BORN + 3, "d"), at=START + timedelta(seconds=11))  # the chain stood still
    assert told(born(), late).snipers == ()


def test_what_is_held_is_unknown_as_soon_as_one_account_is() -> None:
    launch = told(born(), bought(BORN, "a"), bought(BORN, "b"), held={"a's": 20, "b's": 0, "maker's": 0})
    assert launch.bought_ratio(launch.first) == Decimal("0.1")
    assert launch.held_ratio(launch.first) == Decimal("0.02")
    half = told(born(), bought(BORN, "a"), bought(BORN, "b"), held={"a's": 20})
    assert [buyer.held for buyer in half.first] == [20, None]
    assert half.held_ratio(half.first) is None
    assert told(born(), bought(BORN, "a")).held_ratio(launch.first[:0]) == 0
    assert replace(launch, supply=None).bought_ratio(launch.first) is None
    assert replace(launch, supply=99).bought_ratio(launch.first) is None  # nobody bought more than there is


def test_what_was_paid_is_the_launchpads_word_before_the_wallets() -> None:
    trade = CurveTrade(user="a", mint=MINT, is_buy=True, tokens=50, quote=1_500)
    logged = replace(
        bought(BORN, "a"), trades=(trade, replace(trade, user="b"), replace(trade, is_buy=False))
    )
    assert told(born(), logged).first[0].paid == 1_500
    assert told(born(), bought(BORN, "a")).first[0].paid == 2_000
    assert told(born(), replace(bought(BORN, "a"), coins=())).first[0].paid is None
    in_dollars = replace(logged, trades=(replace(trade, quote=None),))
    assert told(born(), in_dollars).first[0].paid is None
    swapped = bought(BORN, "a")
    swapped = replace(swapped, tokens=(*swapped.tokens, change("a", -900, 900, mint="dollars")))
    assert told(born(), swapped).first[0].paid is None


def test_seconds_are_counted_from_where_it_could_be_bought_and_not_from_its_mint() -> None:
    made = moved(BORN, change(MAKER, 1_000), signers=(MAKER, MINT), created=MINT)
    given = moved(BORN + 10, change("friend", 10), change(MAKER, -10, 1_000), signers=(MAKER,))
    filled = moved(9_000, change(MAKER, -900, 990), change(POOL, 900), signers=(MAKER,))
    launch = told(made, given, filled, *(bought(9_000, name) for name in "abc"), bought(9_026, "late"))
    assert launch.began == (9_000, filled.at)
    assert ties(launch) == {Tie.BLOCK: {"a", "b", "c"}}
    assert [buyer.wallet for buyer in launch.snipers] == ["a", "b", "c"]
    sale_first = moved(BORN + 9, change("a", -50, 50), change(POOL, 50, 100), signers=("a",))
    assert told(bought(BORN + 2, "a"), sale_first).began == (BORN + 2, bought(BORN + 2, "a").at)


def test_where_nobody_knows_who_made_it_the_first_purchase_is_the_start() -> None:
    launch = told(bought(BORN + 9, "a"), bought(BORN + 9, "b"), bought(BORN + 9, "c"))
    assert launch.creation is None
    assert ties(launch) == {Tie.BLOCK: {"a", "b", "c"}}
    assert told().buyers == ()


def test_the_first_sol_of_a_wallet_is_from_who_signed_and_paid() -> None:
    first = Transaction(
        signature="f", slot=3, at=START, failed=False, signers=("boss",), tokens=(),
        coins=(CoinChange(account="boss", lamports=-100), CoinChange(account="a", lamports=95)),
    )  # fmt: skip
    assert purchases.origin_of("a", first) == Origin(wallet="a", first_at=START, first_slot=3, funder="boss")
    assert purchases.origin_of("a", replace(first, coins=())).funder is None
    own = replace(first, signers=("a",), coins=(CoinChange(account="a", lamports=-5),))
    assert purchases.origin_of("a", own).funder is None
