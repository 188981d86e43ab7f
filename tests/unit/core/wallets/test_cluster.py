"""Wallets of one owner count once, and several owners within a window are told once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.wallets.cluster import Several, owners, reached
from data.models.following import MoveSeen, SeveralRule
from data.models.ids import UserId
from tests.fakes.clock import START

NAMES = st.sampled_from("abcdefgh")
LINKS = st.dictionaries(NAMES, st.sampled_from("abcdefghxyz"))


def bought(wallet: str, minute: float, usd: str | None = "100") -> MoveSeen:
    return MoveSeen(
        wallet=wallet, signature=f"{wallet}{minute}", mint="M", slot=1, at=START + timedelta(minutes=minute),
        side="buy", units=1, value_usd=None if usd is None else Decimal(usd),
    )  # fmt: skip


def rule(count: int = 2, least: str | None = None) -> SeveralRule:
    return SeveralRule(
        user_id=UserId(1), owners=count, window_s=600, set_at=START,
        least_usd=None if least is None else Decimal(least),
    )  # fmt: skip


def found(
    *moves: MoveSeen, told: float | None = None, since: float = 0, of: SeveralRule | None = None
) -> Several | None:
    told_at = None if told is None else START + timedelta(minutes=told)
    whose = {move.wallet: move.wallet for move in moves}
    return reached(moves, whose, of or rule(), since=START + timedelta(minutes=since), told_at=told_at)


def test_one_funder_and_funding_one_another_join_wallets() -> None:
    assert owners("abcd", {"a": "x", "b": "x"}) == {"a": "a", "b": "a", "c": "c", "d": "d"}
    assert owners("abcd", {"b": "a", "c": "b"}) == {"a": "a", "b": "a", "c": "a", "d": "d"}
    assert owners("ab", {"a": "x", "x": "y", "b": "y"}) == {"a": "a", "b": "a"}
    assert owners("ab", {"a": "b", "b": "a"}) == {"a": "a", "b": "a"}  # whatever a node may tell


@given(st.frozensets(NAMES), LINKS)
def test_owners_part_the_wallets_as_links_connect_them(
    wallets: frozenset[str], links: dict[str, str]
) -> None:
    owner_of = owners(wallets, links)
    assert owner_of.keys() == wallets
    assert set(owner_of.values()) <= wallets
    for one in wallets:
        reach, edge = {one}, {one}
        while edge:
            near = {b for a, b in links.items() if a in edge} | {a for a, b in links.items() if b in edge}
            edge = near - reach
            reach |= near
        assert {each for each in wallets if owner_of[each] == owner_of[one]} == reach & wallets


def test_the_window_is_open_at_its_start_and_closed_at_its_end() -> None:
    assert found(bought("a", 0), bought("b", 10)) is None
    several = found(bought("a", 0.1), bought("b", 10))
    assert several is not None
    assert several.at == START + timedelta(minutes=10)


def test_one_wallet_is_one_owner_however_often_it_buys() -> None:
    assert found(bought("a", 1), bought("a", 2), bought("a", 3)) is None


def test_sums_add_up_and_what_is_unknown_adds_nothing() -> None:
    pair = (bought("a", 1, "60"), bought("b", 2, "100"), bought("a", 3, "40"))
    assert found(*pair, of=rule(least="100")) is not None
    assert found(*pair, of=rule(least="100.01")) is None
    assert found(bought("a", 1, None), bought("b", 2, "900"), of=rule(least="1")) is None
    untold = found(bought("a", 1, None), bought("b", 2, "900"))
    assert untold is not None
    assert untold.owners[0].value_usd is None


def test_nothing_is_told_again_within_a_window_before_or_after() -> None:
    pair = (bought("a", 20), bought("b", 21))
    assert found(*pair, told=12) is None
    assert found(*pair, told=30) is None  # it came to light late
    assert found(*pair, told=11) is not None


def test_a_purchase_that_came_to_light_late_completes_a_window_that_has_passed() -> None:
    several = found(bought("a", 1), bought("late", 3), bought("c", 50), since=3)
    assert several is not None
    assert several.signature == "late3"
    assert found(bought("a", 1), bought("b", 3), bought("c", 50), since=50) is None  # judged before
