"""Order books of Serum v3 and OpenBook v1, read from the chain's own accounts; neither has an API.

Knows that most markets of memecoins are empty shells, so that an empty book is an answer. Finds the markets
of OpenBook alone: on Serum itself nobody trades since the keys to it were lost. Refuses a crossed book, which
a program that matches on arrival cannot have.
Source: https://github.com/project-serum/serum-ts
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from data.chain import jsonrpc
from data.chain import serum as layout
from data.errors import BadPayload, InvariantBroken, NotListed
from data.models.ids import Chain, ProviderId, TokenKey
from data.models.market import Capability, Pool, TokenSide
from data.models.trading import OrderBook
from data.providers import values
from data.providers.base import Ask, Endpoint, ErrorMap, Json, Provider, Quota

_DEXES = {layout.SERUM: "serum", layout.OPENBOOK: "openbook"}
_FINALITY = {"encoding": "base64", "commitment": "confirmed"}
_ACCOUNTS = 5


def markets_payload(ask: Ask) -> Json:
    """Ask for the markets that a token is the base of."""
    of_token = {"memcmp": {"offset": layout.BASE_MINT_AT, "bytes": ask.token.address}}
    filters = [{"dataSize": layout.MARKET_SPACE}, of_token]
    return jsonrpc.request("getProgramAccounts", [layout.OPENBOOK, {**_FINALITY, "filters": filters}])


def book_payload(ask: Ask) -> Json:
    """Ask for a market, its bids and asks and both mints, all of one slot."""
    return jsonrpc.request("getMultipleAccounts", [list(ask.accounts), _FINALITY])


def parse_markets(body: Json, ask: Ask, at: datetime) -> tuple[Pool, ...]:
    """Read the markets of a token; one that cannot be read is left out, and none has a price of its own.

    Raises:
        BadPayload: the answer is no list, or no market in it can be read.
        NotListed: the token has none.
    """
    rows = [values.mapping(row) for row in values.required_items(jsonrpc.result(body), "markets")]
    found = tuple(pool for row in rows if (pool := _pool(row)) is not None and pool.base.token == ask.token)
    if rows and not found:
        raise BadPayload("no market that can be read")
    if not found:
        raise NotListed("no market of this token")
    return found


def _pool(row: Mapping[str, Json]) -> Pool | None:
    address, account = values.address(row.get("pubkey")), values.mapping(row.get("account"))
    try:
        market = layout.market(address or "", layout.account_data(account, layout.PROGRAMS))
    except (BadPayload, NotListed):
        return None
    return Pool(
        chain=Chain.SOLANA,
        address=market.address,
        dex=_DEXES[account["owner"]],
        base=TokenSide(token=_token(market.base_mint)),
        quote=TokenSide(token=_token(market.quote_mint)),
        accounts=market.accounts,
    )


def parse_book(body: Json, ask: Ask, at: datetime) -> tuple[OrderBook, ...]:
    """Read the book of the market whose accounts were asked for, in the order of `Market.accounts`.

    Raises:
        BadPayload: an account cannot be read, is not the market's, or the book is crossed.
        NotListed: an account is gone, or is not a program's that it must be of.
        InvariantBroken: what was asked for are not the accounts of a market.
    """
    if len(ask.accounts) != _ACCOUNTS:
        raise InvariantBroken(f"{_ACCOUNTS} accounts expected, {len(ask.accounts)} given")
    value, slot = jsonrpc.in_context(body)
    accounts = values.required_items(value, "accounts")
    if len(accounts) != _ACCOUNTS:
        raise BadPayload(f"{len(accounts)} accounts instead of {_ACCOUNTS}")
    program = values.mapping(accounts[0]).get("owner")
    owners = layout.PROGRAMS & {program} if isinstance(program, str) else frozenset[str]()
    market, bids, asks = (layout.account_data(account, owners) for account in accounts[:3])
    mints = (layout.account_data(account, jsonrpc.TOKEN_PROGRAMS) for account in accounts[3:])
    return (_book(ask.accounts, (market, bids, asks, *mints), slot),)


def _book(addresses: tuple[str, ...], data: tuple[bytes, ...], slot: int | None) -> OrderBook:
    market = layout.market(addresses[0], data[0])
    if market.accounts != addresses:
        raise BadPayload("accounts of another market")
    places = (layout.mint_decimals(data[3]), layout.mint_decimals(data[4]))
    bids = layout.levels(layout.orders(data[1], layout.Side.BIDS), market, *places)
    asks = layout.levels(layout.orders(data[2], layout.Side.ASKS), market, *places)
    if bids and asks and bids[0].price >= asks[0].price:
        raise BadPayload("a crossed book")
    return OrderBook(
        market=market.address,
        base=_token(market.base_mint),
        quote=_token(market.quote_mint),
        bids=bids,
        asks=asks,
        slot=slot,
    )


def _token(mint: str) -> TokenKey:
    return TokenKey(Chain.SOLANA, mint)


PROVIDER = Provider(
    id=ProviderId("serum"),
    title="Serum / OpenBook v1",
    docs="https://github.com/project-serum/serum-ts",
    base_url=jsonrpc.PUBLIC_URL,
    trust=0.9,
    chains={Chain.SOLANA: "solana"},
    quotas={"default": Quota(calls=20, per_s=10, burst=5)},  # half of what a public node grants a method
    endpoints=(
        Endpoint(
            capability=Capability.POOLS,
            path="",  # the address of a node may hold a path and a key of its own
            method="POST",
            payload=markets_payload,
            parse=parse_markets,
            ttl_s=600,
            stale_s=7200,
            timeout_s=8.0,  # a node looks through all accounts of the program
            samples=("getAccountInfo-market-sol-usdc-openbook.json",),
        ),
        Endpoint(
            capability=Capability.BOOK,
            path="",
            method="POST",
            payload=book_payload,
            parse=parse_book,
            ttl_s=3,
            stale_s=60,
            needs="accounts",
            samples=("getAccountInfo-asks-15-orders.json",),
        ),
    ),
    errors=ErrorMap(in_body=jsonrpc.fault),
)
