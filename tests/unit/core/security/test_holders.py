"""Which list of holders is shown, and the shares that are worked out."""

from __future__ import annotations

from decimal import Decimal

from core.security.holders import fullest, with_ratios
from data.models.holders import Holder, HolderList
from data.models.ids import ProviderId
from data.models.market import Answer, Capability
from tests.fakes.clock import START
from tests.fakes.snapshots import BONK

CHAIN, VENDOR = ProviderId("solana"), ProviderId("solscan")


def answer(source: ProviderId, *holders: Holder) -> Answer:
    record = HolderList(token=BONK, holders=holders)
    return Answer(source=source, capability=Capability.HOLDERS, records=(record,), at=START)


def test_a_list_that_names_wallets_goes_before_one_of_accounts() -> None:
    accounts = answer(CHAIN, *(Holder(owner=f"account{n}", account=f"account{n}") for n in range(20)))
    wallets = answer(VENDOR, Holder(owner="wallet", account="account0"))
    assert fullest([accounts, wallets]) == (wallets.records[0], VENDOR)
    assert fullest([accounts]) == (accounts.records[0], CHAIN)
    assert fullest([answer(VENDOR)]) is None
    assert fullest([]) is None


def test_a_share_is_worked_out_from_the_supply_and_never_passes_the_whole() -> None:
    listed = HolderList(
        token=BONK,
        holders=(
            Holder(owner="a", amount=Decimal(25)),
            Holder(owner="b", amount=Decimal(25), ratio=Decimal("0.3")),
            Holder(owner="c", amount=Decimal(101)),
            Holder(owner="d"),
        ),
    )
    shares = [holder.ratio for holder in with_ratios(listed, Decimal(100)).holders]
    assert shares == [Decimal("0.25"), Decimal("0.3"), None, None]
    assert with_ratios(listed, None) == listed
    assert with_ratios(listed, Decimal(0)) == listed
