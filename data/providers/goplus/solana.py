"""GoPlus's scan of a Solana mint: who may do what, and who holds it. Knows no honeypots and no taxes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from data.models.fields import (
    CLOSE_AUTHORITY,
    CREATOR,
    DEFAULT_FROZEN,
    DEV_RATIO,
    FEE_AUTHORITY,
    FREEZE_AUTHORITY,
    HOLDERS,
    LARGEST_RATIO,
    LP_BURNED_RATIO,
    MINT_AUTHORITY,
    MUTABLE,
    NAME,
    NEXT_FEE_EPOCH,
    NEXT_FEE_RATIO,
    NON_TRANSFERABLE,
    PERMANENT_DELEGATE,
    SUPPLY,
    SYMBOL,
    TOP10_RATIO,
    TRANSFER_FEE_RATIO,
    TRANSFER_HOOK,
    Authority,
    Field,
)
from data.models.ids import Chain
from data.models.market import Fact, Risk, RiskLevel, facts
from data.providers import values
from data.providers.base import Json
from data.providers.goplus import holders
from data.providers.goplus.flags import Sign, charge, flag, fraction, risks

FIELDS: frozenset[Field[Any]] = frozenset(
    {
        SYMBOL,
        NAME,
        SUPPLY,
        MINT_AUTHORITY,
        FREEZE_AUTHORITY,
        CLOSE_AUTHORITY,
        PERMANENT_DELEGATE,
        TRANSFER_HOOK,
        TRANSFER_FEE_RATIO,
        NEXT_FEE_RATIO,
        NEXT_FEE_EPOCH,
        FEE_AUTHORITY,
        NON_TRANSFERABLE,
        DEFAULT_FROZEN,
        MUTABLE,
        CREATOR,
        DEV_RATIO,
        HOLDERS,
        TOP10_RATIO,
        LARGEST_RATIO,
        LP_BURNED_RATIO,
    }
)

_FROZEN_STATES = {1: False, 2: True}
_OWNED = {"metadata_mutable": "metadata_upgrade_authority"}  # the others call it `authority`
_POWERS = (
    Sign("balance_mutable_authority", "Balances can be changed", RiskLevel.DANGER,
         "An authority can move or burn anybody's tokens"),
    Sign("mintable", "Mintable", RiskLevel.WARN, "More tokens can be made"),
    Sign("freezable", "Freezable", RiskLevel.WARN, "Accounts can be frozen, so that they cannot sell"),
    Sign("closable", "Closable", RiskLevel.WARN, "The mint can be closed"),
    Sign("default_account_state_upgradable", "Default state can be changed", RiskLevel.WARN,
         "New accounts can be made to begin frozen"),
    Sign("transfer_fee_upgradable", "Transfer fee can be changed", RiskLevel.WARN,
         "The fee taken from each transfer can be raised"),
    Sign("transfer_hook_upgradable", "Transfer hook can be changed", RiskLevel.WARN,
         "The program that each transfer runs through can be replaced"),
    Sign("metadata_mutable", "Metadata can be changed", RiskLevel.INFO, "Name and picture can be changed"),
)  # fmt: skip
_STATES = (
    Sign("non_transferable", "Not transferable", RiskLevel.DANGER, "It cannot be sent or sold"),
    Sign("default_frozen", "New accounts begin frozen", RiskLevel.DANGER,
         "An authority chooses who may trade"),
    Sign("hooked", "Transfer hook", RiskLevel.WARN,
         "Each transfer runs through a program that can refuse it"),
    Sign("trusted_token", "Trusted", RiskLevel.GOOD, "On the vendor's list of well-known tokens"),
)  # fmt: skip


def facts_of(report: Mapping[str, Json]) -> tuple[Fact[Any], ...]:
    """Read what a scan states; what it leaves out, and what contradicts itself, is unknown."""
    meta = values.mapping(report.get("metadata"))
    creator = _creator(report)
    shares = holders.shares(report, Chain.SOLANA)
    return facts(
        (SYMBOL, values.symbol(meta.get("symbol"))),
        (NAME, values.text(meta.get("name"))),
        (SUPPLY, values.positive(report.get("total_supply"))),
        (MINT_AUTHORITY, _authority(report, "mintable")),
        (FREEZE_AUTHORITY, _authority(report, "freezable")),
        (CLOSE_AUTHORITY, _authority(report, "closable")),
        (PERMANENT_DELEGATE, _authority(report, "balance_mutable_authority")),
        (TRANSFER_HOOK, _hook(report)),
        (TRANSFER_FEE_RATIO, _fee(report)),
        *_scheduled(report),
        (FEE_AUTHORITY, _authority(report, "transfer_fee_upgradable")),
        (NON_TRANSFERABLE, _non_transferable(report)),
        (DEFAULT_FROZEN, _begins_frozen(report)),
        (MUTABLE, _held(report, "metadata_mutable")),
        (CREATOR, creator),
        (DEV_RATIO, holders.share_of(report, Chain.SOLANA, creator)),
        (HOLDERS, values.count(report.get("holder_count"))),
        (TOP10_RATIO, shares.top10),
        (LARGEST_RATIO, shares.largest),
        (LP_BURNED_RATIO, _burned_share(report)),
    )


def risks_of(report: Mapping[str, Json]) -> tuple[Risk, ...]:
    """Say in plain words what the scan found."""
    powers = {sign.key: _held(report, sign.key) for sign in _POWERS}
    hook = _hook(report)
    states = {
        "non_transferable": _non_transferable(report),
        "default_frozen": _begins_frozen(report),
        "hooked": None if hook is None else not hook.revoked,
        "trusted_token": flag(report.get("trusted_token")),
    }
    return (
        *_malicious(report),
        *risks(_POWERS, powers),
        *charge("Transfer fee", _fee(report)),
        *risks(_STATES, states),
    )


def _held(report: Mapping[str, Json], key: str) -> bool | None:
    return flag(values.mapping(report.get(key)).get("status"))


def _people(report: Mapping[str, Json], key: str) -> list[Mapping[str, Json]]:
    power = values.mapping(report.get(key))
    return [values.mapping(row) for row in values.items(power.get(_OWNED.get(key, "authority")))]


def _authority(report: Mapping[str, Json], key: str) -> Authority | None:
    """Say who may act: nobody only where the status says so and names nobody."""
    held, people = _held(report, key), _people(report, key)
    if held is None or held != bool(people):
        return None
    named = values.address(people[0].get("address")) if people else None
    return None if held and named is None else Authority(named)


def _hook(report: Mapping[str, Json]) -> Authority | None:
    """Name the program that transfers run through; an empty list means none."""
    listed = report.get("transfer_hook")
    if not isinstance(listed, list):
        return None
    named = values.address(values.mapping(listed[0]).get("address")) if listed else None
    return None if listed and named is None else Authority(named)


def _fee(report: Mapping[str, Json]) -> Decimal | None:
    """Read the fee in force; an empty object means none."""
    fee = report.get("transfer_fee")
    if fee == {}:
        return Decimal(0)
    return fraction(values.mapping(values.mapping(fee).get("current_fee_rate")).get("fee_rate"))


def _scheduled(report: Mapping[str, Json]) -> tuple[tuple[Field[Any], Any], ...]:
    """Read the fee that comes next; several, or one without its epoch, are not understood."""
    listed = values.items(values.mapping(report.get("transfer_fee")).get("scheduled_fee_rate"))
    row = values.mapping(listed[0]) if len(listed) == 1 else {}
    ratio, epoch = fraction(row.get("fee_rate")), values.count(row.get("epoch"))
    return () if ratio is None or epoch is None else ((NEXT_FEE_RATIO, ratio), (NEXT_FEE_EPOCH, epoch))


def _non_transferable(report: Mapping[str, Json]) -> bool | None:
    """Read the flag under its name on the wire, or the one of the vendor's own client."""
    return flag(report.get("non_transferable", report.get("none_transferable")))


def _begins_frozen(report: Mapping[str, Json]) -> bool | None:
    return _FROZEN_STATES.get(values.count(report.get("default_account_state")) or 0)


def _creator(report: Mapping[str, Json]) -> str | None:
    """Name the creator, where the scan names one only: several are those who share in royalties."""
    listed = values.items(report.get("creators"))
    return values.address(values.mapping(listed[0]).get("address")) if len(listed) == 1 else None


def _burned_share(report: Mapping[str, Json]) -> Decimal | None:
    """Tell which part of the deepest pool's shares is burned; a zero may be a figure that was not made."""
    pools = [values.mapping(row) for row in values.items(report.get("dex"))]
    sizes = [values.number(pool.get("tvl")) for pool in pools]
    known = [(size, pool) for size, pool in zip(sizes, pools, strict=True) if size is not None]
    if not known or len(known) < len(pools):
        return None
    _, deepest = max(known, key=lambda each: each[0])
    if deepest.get("type") != "Standard":
        return None  # concentrated liquidity has no pool token to burn
    return values.share(deepest.get("burn_percent")) or None


def _malicious(report: Mapping[str, Json]) -> tuple[Risk, ...]:
    """Name the people of a token whom the vendor knows for their misdeeds, each once."""
    people = [person for sign in _POWERS for person in _people(report, sign.key)]
    people += [
        values.mapping(row) for key in ("transfer_hook", "creators") for row in values.items(report.get(key))
    ]
    named = [values.address(row.get("address")) for row in people if flag(row.get("malicious_address"))]
    words = "The vendor knows it for earlier misdeeds"
    return tuple(
        Risk(name="Malicious address", level=RiskLevel.DANGER, description=words, value=address)
        for address in dict.fromkeys(named)
        if address is not None
    )
