"""GMGN's answers in the practice market: the recorded rows' shape, and its ways with the unknown."""

from __future__ import annotations

from data.sandbox.catalogue import BONK_MINT
from data.sandbox.holders import Role
from data.sandbox.world import World
from tests.unit.data.providers.cases import gmgn as built
from tests.unit.data.sandbox.shapes import sample
from tests.unit.data.sandbox.test_wire import NOBODY, ask, body, every_mint, shaped
from tests.unit.data.sandbox.worlds import named


def test_a_page_lies_in_two_envelopes_and_has_the_documented_shape(world: World) -> None:
    answers = [body(world, "gmgn", "/v1/token/info", chain="sol", address=mint) for mint in every_mint(world)]
    documented = {**built.info()["data"], "og": False, "launchpad": ""}
    documented["dev"] |= {"address": ""}
    documented["link"] = dict.fromkeys(("address", "twitter_username", "website", "telegram", "discord"), "")
    documented["stat"] = {
        "holder_count": 1, "top_10_holder_rate": "0", "creator_hold_rate": 0.0, "fresh_wallet_rate": "0",
    }  # fmt: skip
    shaped((each["data"]["data"] for each in answers), [documented], lacking={"wallet_tags_stat"})


def test_a_security_page_has_the_documented_shape(world: World) -> None:
    answers = (
        body(world, "gmgn", "/v1/token/security", chain="sol", address=mint)["data"]
        for mint in every_mint(world)
    )
    documented = built.security()["data"]
    mixed = documented | {"creator_balance_rate": 0.01, "suspected_insider_hold_rate": "0.125"}
    shaped(answers, [documented, mixed], nullable={"rug_ratio"})


def test_the_page_of_a_trap_names_its_live_authority_and_its_tax(world: World) -> None:
    taxed = body(world, "gmgn", "/v1/token/security", chain="sol", address=named(world, "TITHE").mint)["data"]
    assert (taxed["buy_tax"], taxed["sell_tax"]) == ("0.08", "0.08")
    bonk = body(world, "gmgn", "/v1/token/security", chain="sol", address=BONK_MINT)["data"]
    assert (bonk["buy_tax"], bonk["renounced_mint"], bonk["is_honeypot"]) == ("", True, "")


def test_holders_are_listed_with_pools_among_them(world: World) -> None:
    rows = body(
        world, "gmgn", "/v1/market/token_top_holders", chain="sol", address=BONK_MINT, limit="10"
    )["data"]["list"]  # fmt: skip
    held = world.named_holders(BONK_MINT)[:10]
    assert [row["address"] for row in rows] == [each.owner for each in held]
    assert [row["addr_type"] == 2 for row in rows] == [each.role is Role.POOL for each in held]
    assert all(bool(row["exchange"]) == (row["addr_type"] == 2) for row in rows)


def test_a_rank_has_the_recorded_shape_and_no_live_authorities(world: World) -> None:
    rows = body(world, "gmgn", "/v1/market/rank", chain="sol", interval="1h", limit="100")["data"]["rank"]
    recorded = sample("gmgn/web-rank-swaps-eth")["data"]["rank"]
    extra = {"rank", "name", "launchpad_platform", "top_10_holder_rate", "top70_sniper_hold_rate"}
    absent = set(recorded[0]) - set(rows[0])
    shaped(rows, recorded, extra=extra, lacking=absent)
    tokens = [world.tokens[row["address"]] for row in rows]
    assert all(token.mint_authority is None and token.freeze_authority is None for token in tokens)
    volumes = [world.token_activity(token.mint, 3_600).volume_usd for token in tokens]
    assert volumes == sorted(volumes, reverse=True)


def test_the_unknown_is_empty_and_another_chain_is_refused(world: World) -> None:
    for path, empty in (("info", {}), ("security", {})):
        assert body(world, "gmgn", f"/v1/token/{path}", chain="sol", address=NOBODY)["data"] == empty
    assert body(world, "gmgn", "/v1/market/token_top_holders", address=NOBODY)["data"] == {"list": []}
    assert ask(world, "gmgn", "/v1/token/info", chain="bsc", address=BONK_MINT).status == 400
