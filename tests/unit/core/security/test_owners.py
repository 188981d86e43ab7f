"""Whose a holding is: addresses tell pools, labels can only accuse."""

from __future__ import annotations

import pytest

from core.charts.pictures import HolderKind
from core.security.known import BURNT, POOL_AUTHORITIES
from core.security.owners import clusters, kind_of, with_names
from data.models.holders import Holder, HolderList
from data.models.ids import ProviderId
from data.models.market import Answer, Capability
from tests.fakes.clock import START
from tests.fakes.snapshots import BONK, PEPE

WALLET, MAKER, VAULT, LOCKER = "7dGbd2QZ", "Maker111", "Pool1111", "Lock1111"


def kind(**about: object) -> HolderKind:
    holder = Holder(**({"owner": WALLET} | about))  # type: ignore[arg-type]
    return kind_of(holder, creator=MAKER, pools={VAULT}, programs={LOCKER})


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({}, HolderKind.HOLDER),
        ({"owner": VAULT}, HolderKind.POOL),
        ({"pooled": True}, HolderKind.POOL),
        ({"owner": LOCKER}, HolderKind.PROGRAM),
        ({"owner": MAKER}, HolderKind.CREATOR),
        ({"label": "creator (gmgn)"}, HolderKind.CREATOR),
        ({"label": "dev"}, HolderKind.CREATOR),
        ({"label": "rat_trader (gmgn)"}, HolderKind.INSIDER),
        ({"label": "Bundler"}, HolderKind.INSIDER),
        ({"label": "sniper"}, HolderKind.SNIPER),
        ({"label": "Devon's wallet"}, HolderKind.HOLDER),
        ({"owner": "0x000000000000000000000000000000000000dead"}, HolderKind.BURNED),
    ],
)
def test_a_holding_is_told_by_address_and_suspicion(about: dict[str, object], told: HolderKind) -> None:
    assert kind(**about) is told


@pytest.mark.parametrize("label", ["Raydium pool", "burned", "locked", "Binance", "LP"])
def test_no_name_that_a_wallet_gives_itself_excuses_it(label: str) -> None:
    assert kind(label=label) is HolderKind.HOLDER


def test_who_is_known_on_every_chain_needs_nobody_to_say_so() -> None:
    assert {kind(owner=owner) for owner in BURNT} == {HolderKind.BURNED}
    assert {kind(owner=owner) for owner in POOL_AUTHORITIES} == {HolderKind.POOL}


def test_insiders_and_the_accounts_of_one_wallet_are_clusters() -> None:
    wallet = "7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar"
    listed = (
        (Holder(owner=wallet, account="a"), HolderKind.HOLDER),
        (Holder(owner="x"), HolderKind.INSIDER),
        (Holder(owner=wallet, account="b"), HolderKind.HOLDER),
        (Holder(owner=VAULT, account="c"), HolderKind.POOL),
        (Holder(owner=VAULT, account="d"), HolderKind.POOL),
        (Holder(owner="y"), HolderKind.HOLDER),
    )
    assert clusters(listed) == ("7dGb…Crar", "Insiders", "7dGb…Crar", "", "", "")


def test_others_name_whose_a_holding_is_and_are_named_for_it() -> None:
    def answer(source: str, *holders: Holder, token: object = BONK) -> Answer:
        record = HolderList(token=token, holders=holders)  # type: ignore[arg-type]
        return Answer(source=ProviderId(source), capability=Capability.HOLDERS, records=(record,), at=START)

    listed = HolderList(
        token=BONK, holders=(Holder(owner="a"), Holder(owner="b", label="own"), Holder(owner="c"))
    )
    told = with_names(
        listed,
        [
            answer("goplus", Holder(owner="a", label="first"), Holder(owner="c", pooled=True)),
            answer("gmgn", Holder(owner="a", label="second"), Holder(owner="b", label="other")),
            answer("birdeye", Holder(owner="c", label="of another token"), token=PEPE),
        ],
    )
    assert [(each.label, each.pooled) for each in told.holders] == [
        ("first (goplus)", False),
        ("own", False),
        ("", True),
    ]
