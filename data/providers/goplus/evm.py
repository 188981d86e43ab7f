"""GoPlus's scan of an EVM contract: what its code can do, what trading it costs, and who holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.models.fields import (
    BUY_TAX_RATIO,
    CREATOR,
    DEV_RATIO,
    FREEZE_AUTHORITY,
    HOLDERS,
    HONEYPOT,
    LARGEST_RATIO,
    LP_BURNED_RATIO,
    LP_LOCKED_RATIO,
    LP_LOCKS,
    MINT_AUTHORITY,
    NAME,
    PAUSE_AUTHORITY,
    SELL_TAX_RATIO,
    SUPPLY,
    SYMBOL,
    TOP10_RATIO,
    TRANSFER_FEE_RATIO,
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
        PAUSE_AUTHORITY,
        HONEYPOT,
        BUY_TAX_RATIO,
        SELL_TAX_RATIO,
        TRANSFER_FEE_RATIO,
        CREATOR,
        DEV_RATIO,
        HOLDERS,
        TOP10_RATIO,
        LARGEST_RATIO,
        LP_LOCKED_RATIO,
        LP_BURNED_RATIO,
        LP_LOCKS,
    }
)

_NOTE = 200
_DANGER, _WARN, _INFO = RiskLevel.DANGER, RiskLevel.WARN, RiskLevel.INFO
_SIGNS = (
    Sign("is_honeypot", "Honeypot", _DANGER, "It cannot be sold"),
    Sign("is_airdrop_scam", "Airdrop scam", _DANGER, "It is sent around to lure people to a fraud"),
    Sign("is_true_token", "Imitation", _DANGER, "It passes itself off as another token", bad=False),
    Sign("owner_change_balance", "Owner can change balances", _DANGER,
         "The owner can set what anybody holds"),
    Sign("hidden_owner", "Hidden owner", _DANGER, "Somebody keeps control after giving it up"),
    Sign("can_take_back_ownership", "Ownership can be taken back", _DANGER,
         "Ownership that was given up can be regained"),
    Sign("selfdestruct", "Can destroy itself", _DANGER, "The contract can be removed, tokens and all"),
    Sign("personal_slippage_modifiable", "Tax for one address", _DANGER,
         "The tax of a single address can be set"),
    Sign("cannot_sell_all", "Cannot be sold at once", _WARN, "Nobody can sell all they hold in one trade"),
    Sign("cannot_buy", "Cannot be bought", _WARN, "Purchases are refused"),
    Sign("is_open_source", "Source not published", _WARN, "What the contract does cannot be read", bad=False),
    Sign("is_proxy", "Proxy contract", _WARN, "The code behind it can be replaced"),
    Sign("is_mintable", "Mintable", _WARN, "More tokens can be made"),
    Sign("transfer_pausable", "Transfers can be paused", _WARN, "All trading can be stopped"),
    Sign("is_blacklisted", "Blacklist", _WARN, "Addresses can be barred from selling"),
    Sign("slippage_modifiable", "Tax can be changed", _WARN, "The tax on trades can be raised"),
    Sign("anti_whale_modifiable", "Trade limit can be changed", _WARN, "The largest trade can be set"),
    Sign("gas_abuse", "Gas abuse", _WARN, "Trades are made to pay for somebody else's gas"),
    Sign("external_call", "Calls other contracts", _INFO, "Transfers depend on another contract"),
    Sign("is_anti_whale", "Trade limit", _INFO, "Trades or holdings are limited in size"),
    Sign("is_whitelisted", "Whitelist", _INFO, "Some addresses are exempt from its rules"),
    Sign("trading_cooldown", "Trading cooldown", _INFO, "One must wait between trades"),
    Sign("is_in_dex", "Not traded", _INFO, "No pool of it is known", bad=False),
    Sign("trust_list", "Trusted", RiskLevel.GOOD, "On the vendor's list of well-known tokens"),
)  # fmt: skip


def facts_of(report: Mapping[str, Json], chain: Chain) -> tuple[Fact[Any], ...]:
    """Read what a scan states; what it leaves out is unknown."""
    creator = values.address_on(chain, report.get("creator_address"))
    shares, kept = holders.shares(report, chain), values.items(report.get("lp_holders"))
    return facts(
        (SYMBOL, values.symbol(report.get("token_symbol"))),
        (NAME, values.text(report.get("token_name"))),
        (SUPPLY, values.positive(report.get("total_supply"))),
        (MINT_AUTHORITY, _nobody(report, "is_mintable")),
        (FREEZE_AUTHORITY, _nobody(report, "is_blacklisted")),
        (PAUSE_AUTHORITY, _nobody(report, "transfer_pausable")),
        (HONEYPOT, flag(report.get("is_honeypot"))),
        (BUY_TAX_RATIO, fraction(report.get("buy_tax"))),
        (SELL_TAX_RATIO, fraction(report.get("sell_tax"))),
        (TRANSFER_FEE_RATIO, fraction(report.get("transfer_tax"))),
        (CREATOR, creator),
        (DEV_RATIO, fraction(report.get("creator_percent")) if creator else None),
        (HOLDERS, values.count(report.get("holder_count"))),
        (TOP10_RATIO, shares.top10),
        (LARGEST_RATIO, shares.largest),
        (LP_LOCKED_RATIO, holders.locked_share(kept, chain)),
        (LP_BURNED_RATIO, holders.burned_share(kept, chain)),
        (LP_LOCKS, holders.locks(kept, chain)),
    )


def risks_of(report: Mapping[str, Json]) -> tuple[Risk, ...]:
    """Say in plain words what the scan found."""
    return (
        *risks(_SIGNS, {sign.key: flag(report.get(sign.key)) for sign in _SIGNS}),
        *charge("Buy tax", fraction(report.get("buy_tax"))),
        *charge("Sell tax", fraction(report.get("sell_tax"))),
        *charge("Transfer tax", fraction(report.get("transfer_tax"))),
        *_others(report),
    )


def _nobody(report: Mapping[str, Json], key: str) -> Authority | None:
    """Say that nobody may act, where readable code that cannot be replaced has no way to.

    Who may, where there is a way, is not told: it need not be the owner.
    """
    readable = flag(report.get("is_open_source")) is True and flag(report.get("is_proxy")) is False
    return Authority(None) if readable and flag(report.get(key)) is False else None


def _others(report: Mapping[str, Json]) -> tuple[Risk, ...]:
    """Read the findings that are more than a flag: imitations, the creator's record, notes."""
    found: list[Risk] = []
    fake = values.mapping(report.get("fake_token"))
    if flag(fake.get("value")):
        original = values.address(fake.get("true_token_address")) or ""
        words = "It copies a well-known token"
        found.append(Risk(name="Fake token", level=_DANGER, description=words, value=original))
    if traps := values.count(report.get("honeypot_with_same_creator")):
        words = "Its creator has made tokens that cannot be sold"
        found.append(Risk(name="Creator of honeypots", level=_DANGER, description=words, value=str(traps)))
    if said := values.text(report.get("other_potential_risks"), _NOTE):
        found.append(Risk(name="Other risks", level=_WARN, description=said))
    if said := values.text(report.get("note"), _NOTE):
        found.append(Risk(name="Note", level=_INFO, description=said))
    return tuple(found)
