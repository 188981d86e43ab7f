"""Who was there first: the first buyers of a token, who bought together, and what they still hold. Pure.

A history too long to be read to its start says
nothing of the first buyers, and is said to be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from core.security import purchases
from core.security.purchases import Start
from data.models.ids import ProviderId
from data.models.launch import Creation, EarlyBuy, Origin, Transaction
from data.models.money import divided

FIRST = 20  # buyers that are listed
AT_ONCE_SLOTS = 25  # ten seconds of blocks
_AT_ONCE = timedelta(seconds=10)
_TOGETHER = 3  # buyers in one block
_FIRST_SLOTS = 5  # in which such a block counts
_FRESH = timedelta(days=1)


class Tie(StrEnum):
    """What ties wallets together."""

    BLOCK = "bought in one block"
    TRANSACTION = "bought in one transaction"
    FUNDER = "new wallets with one funder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """One early buyer with all of its early purchases; amounts in base units.

    `held` is what its token accounts hold now, None unknown. `fresh`: its first transaction was within a day
    before its first purchase.
    """

    wallet: str
    slot: int
    at: datetime | None
    bought: int
    paid: int | None
    held: int | None
    signatures: tuple[str, ...]
    accounts: tuple[str, ...]
    is_creator: bool = False
    at_once: bool = False
    funder: str | None = None
    fresh: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Wallets that one thing ties together; `by` is the block, the transaction or the funder."""

    tie: Tie
    by: str
    wallets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How a token began, as far as the chain was read.

    `reached`: its history was read to its start; `looked` counts the transactions of the history that were
    passed on the way, `read` those that were opened, `unread` those that could not be. `supply` is in base
    units. Buyers are in the order of their first purchase.
    """

    reached: bool
    looked: int
    read: int = 0
    unread: int = 0
    supply: int | None = None
    creation: Creation | None = None
    began: Start | None = None
    buyers: tuple[Buyer, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    traced: int = 0
    source: ProviderId | None = None
    at: datetime | None = None
    detail: str = ""
    venues: frozenset[str] = field(default_factory=frozenset)

    @property
    def known(self) -> bool:
        """Whether anything can be said of the first buyers."""
        return self.reached and self.read > 0

    @property
    def bundled(self) -> tuple[Buyer, ...]:
        """List the buyers that are in a bundle."""
        wallets = {wallet for bundle in self.bundles for wallet in bundle.wallets}
        return tuple(buyer for buyer in self.buyers if buyer.wallet in wallets)

    @property
    def snipers(self) -> tuple[Buyer, ...]:
        """List the buyers of the first ten seconds, without the creator."""
        return tuple(buyer for buyer in self.buyers if buyer.at_once and not buyer.is_creator)

    @property
    def first(self) -> tuple[Buyer, ...]:
        """List the first twenty buyers, without the creator."""
        return tuple(buyer for buyer in self.buyers if not buyer.is_creator)[:FIRST]

    def bought_ratio(self, buyers: Iterable[Buyer]) -> Decimal | None:
        """Tell which part of the supply wallets bought; None where the supply is unknown."""
        return self.share(sum(buyer.bought for buyer in buyers))

    def held_ratio(self, buyers: Iterable[Buyer]) -> Decimal | None:
        """Tell which part of the supply wallets hold now; None where one of them is unknown."""
        held = [buyer.held for buyer in buyers]
        known = [amount for amount in held if amount is not None]
        return self.share(sum(known)) if len(known) == len(held) else None

    def share(self, amount: int) -> Decimal | None:
        """Tell which part of the supply an amount is; None where it cannot be a part of it."""
        if not self.supply or amount > self.supply:
            return None
        return divided(Decimal(amount), Decimal(self.supply))


def buyers(
    buys: Sequence[EarlyBuy],
    made: Creation | None,
    began: Start | None,
    held: Mapping[str, int] | None,
    origins: Mapping[str, Origin],
) -> tuple[Buyer, ...]:
    """Put each wallet's purchases together; `held` is what token accounts hold now, None unknown."""
    of_wallet: defaultdict[str, list[EarlyBuy]] = defaultdict(list)
    for buy in buys:
        of_wallet[buy.buyer].append(buy)
    return tuple(
        _buyer(wallet, own, began or Start(buys[0].slot, buys[0].at), made, held, origins.get(wallet))
        for wallet, own in of_wallet.items()
    )


def _buyer(
    wallet: str,
    own: Sequence[EarlyBuy],
    began: Start,
    made: Creation | None,
    held: Mapping[str, int] | None,
    origin: Origin | None,
) -> Buyer:
    first = own[0]
    paid = [buy.quote for buy in own]
    accounts = tuple(dict.fromkeys(buy.account for buy in own))
    amounts = None if held is None else [held.get(account) for account in accounts]
    return Buyer(
        wallet=wallet,
        slot=first.slot,
        at=first.at,
        bought=sum(buy.tokens for buy in own),
        paid=None if None in paid else sum(quote for quote in paid if quote is not None),
        held=None if amounts is None or None in amounts else sum(each or 0 for each in amounts),
        signatures=tuple(dict.fromkeys(buy.signature for buy in own)),
        accounts=accounts,
        is_creator=made is not None and wallet == made.creator,
        at_once=first.slot - began.slot <= AT_ONCE_SLOTS
        and (first.at is None or began.at is None or first.at - began.at <= _AT_ONCE),
        funder=None if origin is None else origin.funder,
        fresh=_fresh(first, origin),
    )


def _fresh(first: EarlyBuy, origin: Origin | None) -> bool | None:
    """Tell whether a wallet was new when it bought; of a busy one it is known only how old it is at least."""
    if origin is None or origin.first_at is None or first.at is None:
        return None
    young = first.at - origin.first_at <= _FRESH
    return None if young and origin.first_slot is None else young


def bundles(early: Sequence[Buyer], began: Start | None) -> tuple[Bundle, ...]:
    """Find wallets that bought together: in one of the first blocks, in one transaction, of one funder."""
    if not early or began is None:
        return ()
    others = [buyer for buyer in early if not buyer.is_creator]
    by_slot: defaultdict[int, list[str]] = defaultdict(list)
    by_signature: defaultdict[str, list[str]] = defaultdict(list)
    by_funder: defaultdict[str, list[str]] = defaultdict(list)
    for buyer in others:
        if buyer.slot - began.slot < _FIRST_SLOTS:
            by_slot[buyer.slot].append(buyer.wallet)
        for signature in buyer.signatures:
            by_signature[signature].append(buyer.wallet)
        if buyer.funder is not None and buyer.fresh:
            by_funder[buyer.funder].append(buyer.wallet)
    found = [
        *((Tie.BLOCK, str(slot), wallets) for slot, wallets in by_slot.items() if len(wallets) >= _TOGETHER),
        *((Tie.TRANSACTION, name, wallets) for name, wallets in by_signature.items() if len(wallets) > 1),
        *((Tie.FUNDER, name, wallets) for name, wallets in by_funder.items() if len(wallets) >= _TOGETHER),
    ]
    return tuple(Bundle(tie=tie, by=by, wallets=tuple(wallets)) for tie, by, wallets in found)


def told(
    base: Launch,
    transactions: Sequence[Transaction],
    mint: str,
    *,
    held: Mapping[str, int] | None,
    origins: Mapping[str, Origin],
) -> Launch:
    """Work out all that the first transactions tell; call again as more becomes known."""
    pools = purchases.venues(transactions, mint) | base.venues
    made = purchases.creation(transactions, mint)
    buys = purchases.early_buys(transactions, mint, pools)
    began = purchases.start(transactions, mint, pools, buys)
    early = buyers(buys, made, began, held, origins)
    return replace(
        base, creation=made, began=began, buyers=early, bundles=bundles(early, began), venues=pools,
        traced=len(origins),
    )  # fmt: skip
