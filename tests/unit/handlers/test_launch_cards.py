"""Cards on how a token began: whatever is known or not, they stand, fit, and never show unknown as none."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.fit import fit
from bot.frontend import DISCORD, TELEGRAM
from core.enrichment.finder import Found
from core.security.forensics import Launched
from core.security.launch import Bundle, Buyer, Launch, Tie
from core.security.listed import Listed
from core.security.maker import Maker
from core.security.promotion import Promoted
from core.security.record import Fate, Record, Sibling
from core.security.similar import Like, Likeness, Likes, own_of
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.launch import Creation, Origin, Promotion, PromotionOrder
from data.models.market import Answer, Capability, TokenSnapshot
from data.providers import values
from handlers.cards.launch import bundle_card, snipers_card
from handlers.cards.maker import dev_card
from handlers.cards.promotion import promotion_card
from handlers.cards.similar import similar_card
from handlers.reply import Reply, Tone
from tests.fakes.clock import START
from tests.fakes.replies import words_of
from tests.fakes.snapshots import BONK, SEEDS, known, snapshot_of

CHAIN, VENDOR = ProviderId("solana"), ProviderId("rugcheck")
WALLET = "7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar"


def words(reply: Reply) -> str:
    fields = (f"{each.name}: {each.value.plain}" for each in reply.fields)
    return "\n".join((reply.title.plain, reply.body.plain, *fields, reply.footer.plain))


def buyer(rng: random.Random, number: int) -> Buyer:
    bought = rng.choice((0, 1, 10**6, 10**15))
    return Buyer(
        wallet=f"{WALLET[:-2]}{number:02}", slot=100 + number, at=rng.choice((None, START)), bought=bought,
        paid=rng.choice((None, 0, 1, 10**18)), held=rng.choice((None, 0, bought)), signatures=("s",),
        accounts=("a",), is_creator=not number, at_once=rng.random() < 0.5,
        funder=rng.choice((None, WALLET)), fresh=rng.choice((None, True, False)),
    )  # fmt: skip


def launch_of(seed: int) -> Launch | None:
    rng = random.Random(seed)
    if rng.random() < 0.1:
        return None
    buyers = tuple(buyer(rng, number) for number in range(rng.choice((0, 1, 20, 36))))
    tied = tuple(each.wallet for each in buyers if rng.random() < 0.5)
    return Launch(
        reached=rng.random() < 0.8, looked=rng.choice((0, 9, 10_000)), read=rng.choice((0, 36)),
        unread=rng.choice((0, 3)), supply=rng.choice((None, 0, 10**15)), buyers=buyers,
        creation=rng.choice((None, Creation(creator=WALLET, signature="s", slot=100, at=None))),
        bundles=tuple(Bundle(tie=tie, by="5" * 88, wallets=tied) for tie in Tie if tied),
        source=rng.choice((None, CHAIN)), detail=rng.choice(("", "rate limited")), traced=rng.choice((0, 12)),
    )  # fmt: skip


def listed(rng: random.Random, number: int) -> Listed:
    figure = rng.choice((None, Decimal(0), Decimal("1e-9"), Decimal("1e30")))
    return Listed(
        token=TokenKey(Chain.SOLANA, f"{WALLET[:-2]}{number:02}"),
        symbol=rng.choice((None, values.symbol(words_of(rng, 30)))),
        name=values.text(words_of(rng, 80)), market_cap_usd=figure, liquidity_usd=figure, asked=1,
        created_at=rng.choice((None, START - timedelta(days=9))),
    )  # fmt: skip


def maker_of(seed: int) -> Maker:
    rng, snapshot = random.Random(seed), snapshot_of(seed)
    siblings = tuple(
        Sibling(listed=listed(rng, number), created_at=None, fate=rng.choice(list(Fate)))
        for number in range(rng.choice((0, 1, 60)))
    )
    origin = Origin(
        wallet=WALLET, first_at=rng.choice((None, START)), first_slot=rng.choice((None, 3)), funder=None
    )
    return Maker(
        found=Found(snapshot.token), snapshot=snapshot, wallet=rng.choice((None, WALLET)),
        told_by=rng.choice(((), (VENDOR,))), launch=launch_of(seed), origin=rng.choice((None, origin)),
        held=rng.choice((None, 0, 10**15)), supply=rng.choice((None, 0, 10**15)),
        record=Record(siblings=siblings, total=len(siblings), listed_by=rng.choice((None, VENDOR))),
    )  # fmt: skip


def likes_of(seed: int) -> Likes:
    rng, snapshot = random.Random(seed), snapshot_of(seed)
    others = tuple(
        Like(listed=listed(rng, number), likeness=(Likeness.SYMBOL,), verified=rng.random() < 0.5)
        for number in range(rng.choice((0, 1, 25)))
    )
    return Likes(found=Found(snapshot.token), snapshot=snapshot, own=own_of(snapshot), others=others)


def promoted_of(seed: int) -> Promoted:
    rng, snapshot = random.Random(seed), snapshot_of(seed)
    orders = tuple(
        PromotionOrder(
            kind=values.text(words_of(rng, 60)) or "tokenAd",
            status=values.text(words_of(rng, 60)) or "approved", at=rng.choice((None, START)),
        )
        for _ in range(rng.choice((0, 1, 40)))
    )  # fmt: skip
    answer = Answer(
        source=VENDOR, capability=Capability.PROMOTION, records=(), at=START, stale=rng.random() < 0.5
    )
    told = (
        ((answer, Promotion(orders=orders, boosts=rng.choice((None, 0, 3)))),) if rng.random() < 0.8 else ()
    )
    return Promoted(found=Found(snapshot.token), snapshot=snapshot, told=told, gaps=snapshot.gaps)


def launched(snapshot: TokenSnapshot, launch: Launch | None) -> Launched:
    return Launched(found=Found(snapshot.token), snapshot=snapshot, launch=launch)


CARDS = {
    "bundle": lambda seed: bundle_card(launched(snapshot_of(seed), launch_of(seed))),
    "snipers": lambda seed: snipers_card(launched(snapshot_of(seed), launch_of(seed))),
    "dev": lambda seed: dev_card(maker_of(seed)),
    "similar": lambda seed: similar_card(likes_of(seed)),
    "dp": lambda seed: promotion_card(promoted_of(seed)),
}


@pytest.mark.parametrize("name", CARDS)
def test_anything_makes_a_card_that_fits(name: str) -> None:
    for seed in SEEDS:
        reply = CARDS[name](seed)
        told = words(reply)
        assert told.strip(), seed
        assert not re.search(r"\dE[+-]?\d|NaN|Infinity|\bNone\b", told), (seed, told)
        assert "\u202e" not in told and "\x1b" not in told
        for limits in (TELEGRAM, DISCORD):
            fit(reply, limits)
        assert all(button.label for row in reply.rows for button in row)
        assert all(len(row) <= 5 for row in reply.rows)
        assert len(reply.rows) <= 5


BOUGHT = Buyer(
    wallet=WALLET, slot=100, at=START, bought=10, paid=None, held=None, signatures=("s",), accounts=("a",),
    at_once=True,
)  # fmt: skip
READ = Launch(
    reached=True, looked=700, read=20, supply=100, buyers=(BOUGHT,), source=CHAIN,
    creation=Creation(creator="maker", signature="s", slot=100, at=START),
)  # fmt: skip


def test_what_is_held_is_unknown_and_not_nothing() -> None:
    tied = replace(READ, bundles=(Bundle(tie=Tie.TRANSACTION, by="sig", wallets=(WALLET,)),))
    told = words(bundle_card(launched(known(), tied)))
    assert "Hold now: unknown" in told
    assert "took 10.0 %, holds ?" in told
    assert bundle_card(launched(known(), tied)).tone is Tone.WARN
    sold = replace(tied, buyers=(replace(BOUGHT, held=0),))
    assert "holds 0 %" in words(bundle_card(launched(known(), sold)))


def test_no_bundle_is_told_with_what_it_rests_on() -> None:
    told = words(bundle_card(launched(known(), READ)))
    assert "No bundle among the first 1 buyers." in told
    assert "over 700 transactions" in told and "the first 20 that took effect opened" in told
    unread = words(bundle_card(launched(known(), replace(READ, unread=4))))
    assert "4 could not be" in unread


def test_a_history_that_was_not_read_says_so() -> None:
    too_long = Launch(reached=False, looked=10_000)
    assert "its history is too long; looked at 10,000 transactions" in words(
        bundle_card(launched(known(), too_long))
    )
    down = Launch(reached=False, looked=0, detail="rate limited")
    assert "is unknown: rate limited." in words(snipers_card(launched(known(), down)))
    assert "Solana alone" in words(bundle_card(launched(known(), None)))


def test_sources_are_heard_where_the_chain_was_not_read() -> None:
    too_long = Launch(reached=False, looked=10_000)
    told = words(bundle_card(launched(known(insiders=Decimal("0.61")), too_long)))
    assert "Connected wallets hold: 61.0 % (coingecko)" in told
    assert "Connected" not in words(bundle_card(launched(known(), too_long)))


def test_a_creator_nobody_names_and_a_record_nobody_has_are_unknown() -> None:
    maker = Maker(
        found=Found(BONK), snapshot=known(), wallet=None, told_by=(), launch=None, origin=None, held=None,
        supply=None, record=Record(),
    )  # fmt: skip
    told = words(dev_card(maker))
    for said in (
        "Its creator is unknown.",
        "What else it made is unknown",
        "Holds now: unknown",
        "Other tokens: unknown",
    ):
        assert said in told
    named = words(dev_card(replace(maker, wallet=WALLET, told_by=(VENDOR,))))
    assert f"{WALLET} (rugcheck)" in named
    assert "The wallet's age is unknown." in named


def test_who_is_oldest_is_said_only_where_every_age_is_known() -> None:
    own = known(symbol="PEPE", created=START - timedelta(days=3), liquidity=Decimal(5))
    other = Listed(token=TokenKey(Chain.SOLANA, WALLET), symbol="PEPE", liquidity_usd=Decimal(9), asked=1)
    likes = Likes(
        found=Found(BONK), snapshot=own, own=own_of(own),
        others=(Like(listed=other, likeness=(Likeness.SYMBOL,)),),
    )  # fmt: skip
    assert "Oldest: unknown" in words(similar_card(likes))
    assert "Deepest: PEPE 7dGb…Crar" in words(similar_card(likes))
    young = replace(other, created_at=START, liquidity_usd=None)
    aged = replace(likes, others=(Like(listed=young, likeness=(Likeness.SYMBOL,)),))
    assert "Oldest: this one" in words(similar_card(aged))
    assert "original" not in words(similar_card(aged))
