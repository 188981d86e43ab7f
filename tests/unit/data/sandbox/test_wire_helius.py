"""Helius' methods on the practice chain, against its documented answers."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from data.models.ids import SOL_MINT, USDC_MINT
from data.sandbox.catalogue import BONK_MINT, PYUSD_MINT
from data.sandbox.chain import Chain
from data.sandbox.server import SandboxServer
from data.sandbox.wire import helius
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import Shape, differences, sample
from tests.unit.data.sandbox.worlds import START, named

NOBODY = "4Nd1mYvZ7T1zZC4dr8ZZm4y9vZp2LmFf8yWb6c1qLbGg"
# Of things that are not fungible only.
OF_ARTWORKS = {"compression", "grouping", "royalty", "supply", "attributes", "description", "external_url"}


def ask(world: World, method: str, params: object) -> Any:
    request = {"jsonrpc": "2.0", "id": "1", "method": method, "params": params}
    answer = Chain(world).answer(json.dumps(request).encode(), helius.METHODS)
    return json.loads(json.dumps(answer, allow_nan=False))


def test_an_asset_has_the_documented_shape(world: World) -> None:
    recorded = sample("helius/das-getAsset-pnft")["result"]
    fragment = sample("helius/das-token_info-fungible-fragment")
    told = ask(world, "getAssetBatch", {"ids": list(world.tokens)})["result"]
    shape = Shape().learn({key: value for key, value in recorded.items() if key != "token_info"})
    info = Shape().learn(recorded["token_info"]).learn(fragment["token_info"])
    of_an_owner = {"total_price", "balance", "associated_token_address"}
    assert len(told) == len(world.tokens)
    for each in told:
        held = each.pop("token_info")
        assert sorted(differences(each, shape, lacking=OF_ARTWORKS | {"image"})) == []
        assert sorted(differences(held, info, lacking=of_an_owner)) == []


def test_one_asset_and_its_batch_say_the_same(world: World) -> None:
    one = ask(world, "getAsset", {"id": BONK_MINT})["result"]
    assert ask(world, "getAssetBatch", {"ids": [NOBODY, BONK_MINT]})["result"] == [None, one]


def test_a_revoked_authority_is_left_out_and_a_live_one_named(world: World) -> None:
    assert not {"mint_authority", "freeze_authority"} & set(
        ask(world, "getAsset", {"id": BONK_MINT})["result"]["token_info"]
    )
    usdc = ask(world, "getAsset", {"id": USDC_MINT})["result"]["token_info"]
    assert usdc["mint_authority"] == world.tokens[USDC_MINT].mint_authority


def test_supplies_are_whole_numbers_of_base_units(world: World) -> None:
    assert ask(world, "getAsset", {"id": BONK_MINT})["result"]["token_info"]["supply"] == 8799471343582888521
    assert ask(world, "getAsset", {"id": SOL_MINT})["result"]["token_info"]["supply"] == 0


def test_only_what_is_much_traded_has_a_price(world: World) -> None:
    told = ask(world, "getAsset", {"id": BONK_MINT})["result"]["token_info"]["price_info"]
    assert told["currency"] == "USDC"
    assert told["price_per_token"] == pytest.approx(world.price_usd(BONK_MINT), rel=0.003)
    dead = ask(world, "getAsset", {"id": named(world, "FOSSIL").mint})["result"]
    assert "price_info" not in dead["token_info"]


def test_a_name_kept_in_the_mint_by_somebody_can_change(world: World) -> None:
    assert ask(world, "getAsset", {"id": PYUSD_MINT})["result"]["mutable"] is True
    assert ask(world, "getAsset", {"id": BONK_MINT})["result"]["mutable"] is False


def test_fees_have_the_documented_shape(world: World) -> None:
    recorded = sample("helius/getPriorityFeeEstimate-all-levels")
    params = [{"accountKeys": [BONK_MINT], "options": {"includeAllPriorityFeeLevels": True}}]
    told = ask(world, "getPriorityFeeEstimate", params)
    assert sorted(differences(told, Shape().learn(recorded))) == []
    levels = list(told["result"]["priorityFeeLevels"].values())
    assert levels == sorted(levels)
    single = ask(world, "getPriorityFeeEstimate", [{"transaction": "AQ=="}])
    assert single["result"] == {"priorityFeeEstimate": told["result"]["priorityFeeLevels"]["medium"]}


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("getAsset", {"id": NOBODY}, -32004),
        ("getAsset", [BONK_MINT], -32602),
        ("getAsset", {"id": 7}, -32602),
        ("getAssetBatch", {"ids": BONK_MINT}, -32602),
        ("getAssetBatch", {"ids": [BONK_MINT] * 1_001}, -32602),
        ("getPriorityFeeEstimate", [], -32602),
        ("getPriorityFeeEstimate", [{}], -32602),
        ("getPriorityFeeEstimate", {"accountKeys": [BONK_MINT]}, -32602),
        ("getNothing", {}, -32601),
    ],
)
def test_mistakes_are_refused(world: World, method: str, params: object, code: int) -> None:
    assert ask(world, method, params)["error"]["code"] == code


def test_it_is_a_node_besides(world: World) -> None:
    assert ask(world, "getHealth", [])["result"] == "ok"
    request = b'{"jsonrpc":"2.0","id":1,"method":"getAsset","params":{"id":"x"}}'
    told: Any = Chain(world).answer(request)  # another's node has no assets
    assert told["error"]["code"] == -32601


async def test_every_node_is_served_under_its_own_address() -> None:
    own = {"helius": ("getAsset", {"id": BONK_MINT}), "serum": ("getHealth", []), "solana": ("getHealth", [])}
    async with SandboxServer(World(7, START)) as server, aiohttp.ClientSession() as http:
        for vendor, (method, params) in own.items():
            request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            async with http.post(server.base_urls[vendor], json=request) as response:
                assert (await response.json())["result"]
        assert server.requests == dict.fromkeys(own, 1)


def test_it_words_a_throttled_call_as_documented() -> None:
    assert helius.VENDOR.throttled == sample("helius/error-429")["body"]
