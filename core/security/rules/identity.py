"""Whether it is what it calls itself: look-alikes of well-known coins, changeable names, age."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

from core.security.facts import Finding, Severity, TokenFacts, since, words
from core.security.known import MONEY, WELL_KNOWN
from core.security.registry import rule
from data.models.fields import CREATED_AT, MUTABLE, NAME, SYMBOL

_YOUNG = timedelta(hours=1)
# Letters of other scripts, and digits, that pass for Latin ones.
_LOOKS_LIKE = str.maketrans(
    "0135аеорсухіјѕԛԝһɡոսᴏοικτνρυχ",
    "oiesaeopcyxijsqwhgnuooiktvpux",
)


def skeleton(name: str) -> str:
    """Reduce a name to what it looks like. Source: the idea of UTS 39, for the letters that tickers use."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(char for char in folded if not unicodedata.combining(char)).translate(_LOOKS_LIKE)
    return "".join(char for char in letters if char.isalnum())


_SKELETONS = {skeleton(name): (name, mint) for name, mint in WELL_KNOWN.items()}


@rule(SYMBOL, NAME)
def look_alike(facts: TokenFacts) -> Finding | None:
    """Ask whether it bears the name of a well-known coin."""
    symbol = facts.value(SYMBOL)
    if symbol is None or not facts.on_solana:
        return None
    known = _SKELETONS.get(skeleton(symbol))
    if known is None or known[1] == facts.token.address:
        return None
    name, mint = known
    severity = Severity.BLOCK if name in MONEY else Severity.CAUTION
    return facts.finding(
        severity, "It looks like {name}, which is {mint}", SYMBOL, name=words(name.upper()), mint=words(mint)
    )


@rule(MUTABLE)
def mutable_metadata(facts: TokenFacts) -> Finding | None:
    """Ask whether its name can change."""
    if facts.value(MUTABLE) and not facts.established:
        return facts.finding(Severity.NOTE, "Its name and picture can be changed", MUTABLE)
    return None


@rule(CREATED_AT)
def age(facts: TokenFacts) -> Finding | None:
    """Ask how long it has traded."""
    born = facts.value(CREATED_AT)
    if born is None:
        return facts.finding(Severity.UNKNOWN, "Age: unknown")
    severity = Severity.CAUTION if facts.at - born < _YOUNG else Severity.CLEAR
    return facts.finding(severity, "First pool {born}", CREATED_AT, born=since(born))
