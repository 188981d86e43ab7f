"""CoinGecko's page of one coin."""

from __future__ import annotations

from data.sandbox.tokens import Token
from data.sandbox.wire.call import iso_ms
from data.sandbox.wire.coingecko.figures import (
    NATIVE_SOL,
    Figures,
    change_pct,
    picture,
    ranked,
    rates_per_usd,
)
from data.sandbox.world import World


def describe(world: World, name: str, token: Token) -> dict[str, object]:
    """Write the page of one coin, listed under `name`."""
    rank = next(place for place, row in enumerate(ranked(world), 1) if row[0] == name)
    platform = None if name == NATIVE_SOL else "solana"
    handle = (token.socials.twitter or "").rsplit("/", 1)[-1]
    return {
        "id": name,
        "symbol": token.symbol.lower(),
        "name": token.name,
        "web_slug": name,
        "asset_platform_id": platform,
        "platforms": {"solana": token.mint} if platform else {"": ""},
        "detail_platforms": {
            platform or "": {
                "decimal_place": token.decimals if platform else None,
                "contract_address": token.mint if platform else "",
            }
        },
        "block_time_in_minutes": 0,
        "hashing_algorithm": None,
        "categories": ["Solana Ecosystem"],
        "preview_listing": False,
        "public_notice": None,
        "additional_notices": [],
        "has_supply_breakdown": False,
        "description": {"en": f"{token.name} on Solana"},
        "links": {
            "homepage": [token.socials.website or ""],
            "whitepaper": "",
            "blockchain_site": [f"https://solscan.io/token/{token.mint}"],
            "official_forum_url": [],
            "chat_url": [],
            "announcement_url": [],
            "snapshot_url": None,
            "twitter_screen_name": handle,
            "facebook_username": "",
            "bitcointalk_thread_identifier": None,
            "telegram_channel_identifier": "",
            "subreddit_url": None,
            "repos_url": {"github": [], "bitbucket": []},
        },
        "image": {size: picture(token, size) for size in ("thumb", "small", "large")},
        "country_origin": "",
        "genesis_date": None,
        **({"contract_address": token.mint} if platform else {}),
        "sentiment_votes_up_percentage": None,
        "sentiment_votes_down_percentage": None,
        "watchlist_portfolio_users": world.holder_count(token.mint) // 10,
        "market_cap_rank": rank,
        "market_data": _market_data(world, token, rank),
        "status_updates": [],
        "last_updated": iso_ms(world.now),
    }


def _market_data(world: World, token: Token, rank: int) -> dict[str, object]:
    figures, rates = Figures(world, token), rates_per_usd(world, ["usd", "sol"])
    before = 1.0 / (1.0 + figures.change_ratio)
    cap = {name: figures.cap_usd * rate for name, rate in rates.items()}
    return {
        "current_price": {name: figures.usd * rate for name, rate in rates.items()},
        "total_value_locked": None,
        "mcap_to_tvl_ratio": None,
        "fdv_to_tvl_ratio": None,
        "roi": None,
        "ath": {"usd": figures.peak_usd},
        "ath_change_percentage": {"usd": round((figures.usd / figures.peak_usd - 1.0) * 100, 5)},
        "ath_date": {"usd": iso_ms(figures.peak.at)},
        "market_cap": cap,
        "market_cap_rank": rank,
        "fully_diluted_valuation": cap,
        "market_cap_fdv_ratio": 1.0,
        "total_volume": {name: figures.volume_usd * rate for name, rate in rates.items()},
        "high_24h": {"usd": figures.high_usd},
        "low_24h": {"usd": figures.low_usd},
        "price_change_24h": figures.usd * (1.0 - before),
        "price_change_percentage_24h": round(figures.change_ratio * 100, 5),
        "price_change_percentage_7d": change_pct(world, token, "7d"),
        "price_change_percentage_14d": None,
        "price_change_percentage_30d": None,
        "price_change_24h_in_currency": {"usd": figures.usd * (1.0 - before)},
        "price_change_percentage_1h_in_currency": {"usd": change_pct(world, token, "1h")},
        "price_change_percentage_24h_in_currency": {"usd": round(figures.change_ratio * 100, 5)},
        "price_change_percentage_7d_in_currency": {"usd": change_pct(world, token, "7d")},
        "total_supply": token.supply_units,
        "max_supply": None,
        "max_supply_infinite": False,
        "circulating_supply": token.supply_units,
        "outstanding_supply": None,
        "last_updated": iso_ms(world.now),
    }
