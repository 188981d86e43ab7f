"""Birdeye's JSON about one token: market data, prices, overview and security facts.

Says nothing of the unknown in a success; shares are fractions in the security facts, per cent elsewhere.
Source: https://docs.birdeye.so/reference
"""

from __future__ import annotations

from collections.abc import Iterable

from data.sandbox.holders import Role
from data.sandbox.tokens import Token, TokenProgram
from data.sandbox.wire.birdeye import lists, wallets
from data.sandbox.wire.birdeye.envelope import BAD_REQUEST, ID, factor, human, picture, told
from data.sandbox.wire.call import Answer, Call, Vendor
from data.sandbox.world import World

_WINDOWS = {
    "1m": 60,
    "5m": 300,
    "30m": 1_800,
    "1h": 3_600,
    "2h": 7_200,
    "4h": 14_400,
    "8h": 28_800,
    "24h": 86_400,
}
_PRICE_ONLY = {"6h": 21_600, "12h": 43_200}
_MOST_PRICES = 100
_DAY_S = 86_400
_UNSCALED = {"isScaledUiToken": False, "multiplier": None}


def market(world: World, call: Call) -> Answer:
    """Answer `/defi/v3/token/market-data`."""
    token = world.tokens.get(call.query.get("address", ""))
    if token is None:
        return told(None)
    price = world.price_usd(token.mint) * factor(world, token.mint)
    return told(
        {
            "address": token.mint,
            "price": price,
            "liquidity": world.liquidity_usd(token.mint) * factor(world, token.mint),
            "total_supply": token.supply_units,
            "circulating_supply": token.supply_units,
            "fdv": price * token.supply_units,
            "market_cap": price * token.supply_units,
            "holder": world.holder_count(token.mint),
            "is_scaled_ui_token": False,
            "multiplier": None,
        }
    )


def prices(world: World, call: Call) -> Answer:
    """Answer `/defi/multi_price`: keyed by mint, null for the unknown."""
    mints = call.listed("list_address")
    if not mints or len(mints) > _MOST_PRICES:
        return BAD_REQUEST
    with_liquidity = call.query.get("include_liquidity") == "true"
    known = {mint: world.tokens.get(mint) for mint in mints}
    return told({mint: token and _price(world, token, with_liquidity) for mint, token in known.items()})


def _price(world: World, token: Token, with_liquidity: bool) -> dict[str, object]:
    ratio = factor(world, token.mint)
    change = world.token_activity(token.mint, _DAY_S).change_ratio
    main = world.main_pool(token.mint)
    return {
        "isScaledUiToken": False,
        "value": world.price_usd(token.mint) * ratio,
        "updateUnixTime": int(world.now.timestamp()),
        "updateHumanTime": human(world.now),
        "priceInNative": 1 if main is None else world.state(main).price_native,
        "priceChange24h": None if change is None else change * 100,
        **({"liquidity": world.liquidity_usd(token.mint) * ratio} if with_liquidity else {}),
    }


def overview(world: World, call: Call) -> Answer:
    """Answer `/defi/token_overview`; a span without a trade is null."""
    token = world.tokens.get(call.query.get("address", ""))
    if token is None:
        return told(None)
    ratio, last = factor(world, token.mint), world.last_trade_at(token.mint)
    price = world.price_usd(token.mint) * ratio
    pages, listed = token.socials, token.coingecko_id
    body: dict[str, object] = {
        "address": token.mint,
        "decimals": token.decimals,
        "symbol": token.symbol,
        "name": token.name,
        "marketCap": price * token.supply_units,
        "fdv": price * token.supply_units,
        "extensions": {
            **({"coingeckoId": listed} if listed else {}),
            "website": pages.website,
            "telegram": pages.telegram,
            "twitter": pages.twitter,
        },
        "logoURI": picture(token),
        "liquidity": world.liquidity_usd(token.mint) * ratio,
        "lastTradeUnixTime": int(last.timestamp()) if last else None,
        "lastTradeHumanTime": human(last) if last else None,
        "price": price,
        "totalSupply": token.supply_units,
        "circulatingSupply": token.supply_units,
        "holder": world.holder_count(token.mint),
        "numberMarkets": len(world.pools_of(token.mint)),
        **_UNSCALED,
    }
    for window, span_s in (_WINDOWS | _PRICE_ONLY).items():
        body |= dict(_window(world, token, window, span_s, price))
    return told(body)


def _window(
    world: World, token: Token, window: str, span_s: int, price: float
) -> Iterable[tuple[str, object]]:
    """Write what happened in one window; six and twelve hours have a price alone."""
    seen, ratio = world.token_activity(token.mint, span_s), factor(world, token.mint)
    quiet = seen.buys + seen.sells == 0
    change = seen.change_ratio
    yield f"history{window}Price", price if change is None else price / (1.0 + change)
    yield f"priceChange{window}Percent", None if change is None else change * 100
    if window in _PRICE_ONLY:
        return
    yield f"uniqueWallet{window}", None if quiet else max(seen.buyers, seen.sellers)
    for side, trades, volume in (
        ("", seen.buys + seen.sells, seen.volume_usd),
        ("Buy", seen.buys, seen.buy_volume_usd),
        ("Sell", seen.sells, seen.sell_volume_usd),
    ):
        yield f"{side.lower() or 'trade'}{window}", None if quiet else trades
        yield f"v{side}{window}", None if quiet else volume * ratio / price
        yield f"v{side}{window}USD", None if quiet else volume * ratio


def security(world: World, call: Call) -> Answer:
    """Answer `/defi/token_security`; a flag without a finding is null, not false."""
    token = world.tokens.get(call.query.get("address", ""))
    if token is None:
        return told({})
    held = world.named_holders(token.mint)
    wallets = [holder.amount for holder in held if holder.role is not Role.POOL]
    created = sum(holder.amount for holder in held if holder.role is Role.CREATOR)
    everyone, users = sum(holder.amount for holder in held[:10]), sum(wallets[:10])
    unit, at = 10**token.decimals, int(token.created_at.timestamp())
    return told(
        {
            "creatorAddress": token.creator,
            "creatorOwnerAddress": None,
            "ownerAddress": token.mint_authority,
            "ownerOfOwnerAddress": None,
            "creationTx": None,
            "creationTime": at,
            "creationSlot": world.slot_at(token.created_at),
            "mintTx": None,
            "mintTime": at,
            "mintSlot": world.slot_at(token.created_at),
            "creatorBalance": created / unit if token.creator else None,
            "ownerBalance": None,
            "ownerPercentage": None,
            "creatorPercentage": created / token.supply if token.creator else None,
            "metaplexUpdateAuthority": token.creator,
            "metaplexOwnerUpdateAuthority": None,
            "metaplexUpdateAuthorityBalance": created / unit if token.creator else None,
            "metaplexUpdateAuthorityPercent": created / token.supply if token.creator else None,
            "mutableMetadata": token.coingecko_id is not None,
            "top10HolderBalance": everyone / unit,
            "top10HolderPercent": everyone / token.supply,
            "top10UserBalance": users / unit,
            "top10UserPercent": users / token.supply,
            "isTrueToken": None,
            "fakeToken": None,
            "totalSupply": token.supply_units,
            "preMarketHolder": [],
            "lockInfo": None,
            "freezeable": True if token.freeze_authority else None,
            "freezeAuthority": token.freeze_authority,
            "transferFeeEnable": True if token.extension("transferFeeConfig") is not None else None,
            "transferFeeData": None,  # of a shape that no document shows
            "isToken2022": token.program is TokenProgram.TOKEN_2022,
            "nonTransferable": True if token.extension("nonTransferable") is not None else None,
            "jupStrictList": True if token.coingecko_id else None,
        }
    )


VENDOR = Vendor(
    id=ID,
    root="",
    routes={
        "/defi/v3/token/market-data": market,
        "/defi/multi_price": prices,
        "/defi/token_overview": overview,
        "/defi/token_security": security,
        "/defi/v3/token/holder": lists.holders,
        "/defi/v3/token/txs": lists.trades,
        "/defi/v2/tokens/new_listing": lists.listings,
        "/defi/token_trending": lists.trending,
        "/defi/v3/search": lists.search,
        "/wallet/v2/current-net-worth": wallets.net_worth,
        "/wallet/v2/pnl/summary": wallets.profit,
    },
    throttled={"success": False, "message": "Too many requests"},
    refusal={"success": False, "message": "Internal server error"},
)
