"""Alerts in words: `BONK price > 0.00003`, `mc cross 1m`, `-20% 1h`, `BONK +50% 24h repeat for 7d`. Pure.

    alert     = [token] condition { option }
    condition = [figure [span]] way amount | percent span | "security"
    figure    = price | mc | fdv | liquidity | volume | holders | rsi
    way       = ">" | "<" | above | below | cross
    percent   = ("+" | "-") number "%"
    option    = once | repeat | "for" time | "cooldown" time | "band" number "%"

A rise or fall is counted from the lowest or highest price of the window, as it was observed. Without a token
the one that was looked at last is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from core.addresses import TokenRef, parse_ref
from data.errors import BadArgument, NotConfigured
from data.models.alerts import BAND_RATIO, COOLDOWN_S, AlertRule, Figure, Gauge, Way
from data.models.fields import Span
from data.models.market import Timeframe
from data.models.money import EXACT, percent_to_ratio
from data.models.text import one_line, visible

EXAMPLE = "BONK price > 0.00003"
LONGEST = 300  # characters
WINDOWS_S: Mapping[str, int] = {
    "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "2h": 7200, "4h": 14_400, "6h": 21_600, "12h": 43_200,
    "24h": 86_400, "3d": 259_200, "7d": 604_800,
}  # fmt: skip
_SAME_WINDOW = {"1d": "24h", "60m": "1h", "72h": "3d", "1w": "7d"}
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST_S = 365 * 86_400
_SHORTEST_S = 60
_STEPS = {"": 0, "k": 3, "m": 6, "b": 9, "t": 12}
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_MOST_RISE = Decimal(10_000)
_MOST_BAND = Decimal("0.5")

_FIGURES: Mapping[str, Figure] = {
    "price": Figure.PRICE, "mc": Figure.CAP, "mcap": Figure.CAP, "marketcap": Figure.CAP, "cap": Figure.CAP,
    "fdv": Figure.FDV, "liq": Figure.LIQUIDITY, "liquidity": Figure.LIQUIDITY, "vol": Figure.VOLUME,
    "volume": Figure.VOLUME, "holders": Figure.HOLDERS, "rsi": Figure.RSI, "security": Figure.SECURITY,
    "scan": Figure.SECURITY,
}  # fmt: skip
_WAYS: Mapping[str, Way] = {
    ">": Way.ABOVE, ">=": Way.ABOVE, "above": Way.ABOVE, "over": Way.ABOVE, "<": Way.BELOW, "<=": Way.BELOW,
    "below": Way.BELOW, "under": Way.BELOW, "cross": Way.CROSS, "crosses": Way.CROSS, "crossing": Way.CROSS,
    "hits": Way.CROSS, "touches": Way.CROSS,
}  # fmt: skip
_SIGNS = {"up": "+", "rises": "+", "down": "-", "drops": "-", "falls": "-"}
_ABSENT = {
    "wallet": "Alerts on wallets", "portfolio": "Alerts on a portfolio's value",
}  # fmt: skip
_FILLERS = frozenset({"alert", "me", "when", "if", "is", "at", "goes", "the", "in", "within", "and", "to"})
_SPANNED = {Figure.VOLUME: tuple(Span), Figure.RSI: tuple(Timeframe)}
_USUAL_SPAN = {Figure.VOLUME: Span.H24.value, Figure.RSI: Timeframe.H1.value}

_OPERATOR = re.compile(r"\s*(>=|<=|=>|=<|>|<)\s*")
_SWAPPED = {"=>": ">=", "=<": "<="}
_NUMBER = re.compile(r"\$?([1-9]\d{0,2}(?:,\d{3})+|\d{1,24})?(\.\d{1,30})?([kmbt])?\$?", re.ASCII)
_SHORT_ZEROS = re.compile(r"\$?0\.0([₀-₉]{1,2})(\d{1,12})", re.ASCII)
_PERCENT = re.compile(r"([+-]?)(\d{1,9}(?:\.\d{1,9})?)%", re.ASCII)
_TIME = re.compile(r"(\d{1,6})([mhdw])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An alert as it was said; `token` None is the one that was looked at last."""

    token: TokenRef | None
    rule: AlertRule


def parse(sentence: str) -> Wanted:
    """Read an alert as people type it.

    Raises:
        BadArgument: a word is not understood or missing; it is named.
        NotConfigured: nothing here tells what it waits for.
    """
    if len(sentence) > LONGEST:
        raise _bad(f"An alert has at most {LONGEST} characters, this one has {len(sentence):,}.")
    spaced = _OPERATOR.sub(lambda found: f" {_SWAPPED.get(found[1], found[1])} ", visible(sentence))
    words = [word for word in spaced.split() if word.casefold() not in _FILLERS]
    if not words:
        raise _bad("What shall I wait for?")
    words, options = _options(words)
    token, words = _token(words)
    rule = _condition(words)
    return Wanted(token, replace(rule, **options))


def written(rule: AlertRule, token: str = "") -> str:
    """Write a rule so that it is read back as the same; `token` is a word that names one."""
    gauge, amount = rule.gauge, rule.threshold
    words = [token] if token else []
    if gauge.figure is Figure.SECURITY or amount is None:
        words.append("security")
    elif gauge.figure in {Figure.RISE, Figure.FALL}:
        sign = "+" if gauge.figure is Figure.RISE else "-"
        words += [f"{sign}{plain(EXACT.scaleb(abs(amount), 2))}%", gauge.span]
    else:
        words += [gauge.figure.value, gauge.span, rule.way.value, plain(amount)]
    if rule.repeat:
        words.append("repeat")
        if rule.cooldown_s != COOLDOWN_S:
            words += ["cooldown", time(rule.cooldown_s)]
        if rule.band_ratio != BAND_RATIO:
            words += ["band", f"{plain(EXACT.scaleb(rule.band_ratio, 2))}%"]
    if rule.lasts_s is not None:
        words += ["for", time(rule.lasts_s)]
    return " ".join(filter(None, words))


def plain(number: Decimal) -> str:
    """Write a number with all its digits, and none besides."""
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def time(seconds: int) -> str:
    """Write a length of time by the largest unit that holds it whole."""
    unit = next(unit for unit in ("w", "d", "h", "m") if seconds % _SECONDS[unit] == 0 or unit == "m")
    return f"{seconds // _SECONDS[unit]}{unit}"


def _bad(problem: str, example: str = EXAMPLE) -> BadArgument:
    return BadArgument(problem, argument="rule", hint=f"Example: {example}")


def _shown(word: str) -> str:
    return repr(one_line(word, 40))


def _options(words: list[str]) -> tuple[list[str], dict[str, Any]]:
    """Take the options out of the words, wherever they stand."""
    left: list[str] = []
    options: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        match word.casefold():
            case "once":
                options["repeat"] = False
            case "repeat" | "repeating" | "always":
                options["repeat"] = True
            case "for":
                options["lasts_s"] = _seconds(next(rest, ""), "for", "for 7d")
            case "cooldown":
                options["cooldown_s"] = _seconds(next(rest, ""), "cooldown", "cooldown 30m")
                options.setdefault("repeat", True)
            case "band" | "hysteresis":
                options["band_ratio"] = _band(next(rest, ""))
                options.setdefault("repeat", True)
            case _:
                left.append(word)
    return left, options


def _seconds(word: str, option: str, example: str) -> int:
    found = _TIME.fullmatch(word.casefold())
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if not _SHORTEST_S <= seconds <= _LONGEST_S:
        said = f"{_shown(word)} is none" if word else "there is none"
        raise _bad(f"After {option!r} comes a time from 1m to 365d; {said}.", f"{EXAMPLE} {example}")
    return seconds


def _band(word: str) -> Decimal:
    found = _PERCENT.fullmatch(word)
    ratio = percent_to_ratio(Decimal(found[2])) if found and found[1] != "-" else Decimal(-1)
    if not 0 <= ratio <= _MOST_BAND:
        said = f"{_shown(word)} is none" if word else "there is none"
        raise _bad(f"After 'band' comes a share from 0% to 50%; {said}.", f"{EXAMPLE} repeat band 2%")
    return ratio


def _token(words: list[str]) -> tuple[TokenRef | None, list[str]]:
    """Take the token off the front, if one is named."""
    if not words:
        return None, words
    first = words[0].casefold()
    if first in _ABSENT:
        raise NotConfigured(f"{_ABSENT[first]} are not available yet.", hint=f"Example: {EXAMPLE}")
    if first in _FIGURES or first in _WAYS or first in _SIGNS or _PERCENT.fullmatch(first):
        return None, words
    ref = parse_ref(words[0])
    if ref is None:
        raise _bad(
            f"{_shown(words[0])} is neither a token (an address, $TICKER, or a chart link) nor a figure "
            "(price, mc, liquidity, volume, holders, rsi, security)."
        )
    return ref, words[1:]


def _condition(words: list[str]) -> AlertRule:
    if not words:
        raise _bad("Which value shall I wait for?")
    first = words[0].casefold()
    if first in _ABSENT:
        raise NotConfigured(f"{_ABSENT[first]} are not available yet.", hint=f"Example: {EXAMPLE}")
    if first in _SIGNS and len(words) > 1:
        words = [_SIGNS[first] + words[1].removeprefix("+").removeprefix("-"), *words[2:]]
        first = words[0]
    if _PERCENT.fullmatch(first):
        return _move(words)
    figure = _FIGURES.get(first)
    if figure is Figure.SECURITY:
        return _security(words[1:])
    rest = words[1:] if figure is not None else words
    return _comparison(figure or Figure.PRICE, rest)


def _move(words: list[str]) -> AlertRule:
    """Read a rise or fall within a window."""
    found = _PERCENT.fullmatch(words[0])
    assert found is not None
    example = "BONK -20% 1h"
    if not found[1]:
        raise _bad(f"Is {_shown(words[0])} a rise or a fall? Write +{words[0]} or -{words[0]}.", example)
    if len(words) < 2:
        raise _bad(f"{_shown(words[0])} within which time? One of {', '.join(WINDOWS_S)}.", example)
    span = words[1].casefold()
    span = _SAME_WINDOW.get(span, span)
    if span not in WINDOWS_S:
        raise _bad(f"{_shown(words[1])} is no window I keep: {', '.join(WINDOWS_S)}.", example)
    _none_left(words[2:])
    ratio = percent_to_ratio(Decimal(found[2]))
    rising = found[1] == "+"
    if not 0 < ratio <= (_MOST_RISE if rising else 1) or (not rising and ratio == 1):
        lies = "from 0% to +1,000,000%" if rising else "between 0% and -100%"
        raise _bad(f"{_shown(words[0])} is no move to wait for: it lies {lies}.", example)
    return AlertRule(
        gauge=Gauge(Figure.RISE if rising else Figure.FALL, span),
        way=Way.ABOVE if rising else Way.BELOW,
        threshold=ratio if rising else -ratio,
    )


def _security(words: list[str]) -> AlertRule:
    _none_left([word for word in words if word.casefold() not in {"change", "changes", "changed"}])
    return AlertRule(gauge=Gauge(Figure.SECURITY), way=Way.CHANGE, threshold=None)


def _comparison(figure: Figure, words: list[str]) -> AlertRule:
    span = _USUAL_SPAN.get(figure, "")
    spans = _SPANNED.get(figure, ())
    if words and spans and words[0].casefold() in {each.value for each in spans}:
        span, words = words[0].casefold(), words[1:]
    example = f"BONK {figure.value} {span} > 70" if figure is Figure.RSI else EXAMPLE
    if not words:
        raise _bad(f"Shall {figure.value} be above, below or cross a value?", example)
    way = _WAYS.get(words[0].casefold())
    if way is None:
        known = f", or a span ({', '.join(spans)})" if spans else ""
        raise _bad(f"{_shown(words[0])} is not >, <, above, below or cross{known}.", example)
    if len(words) < 2:
        raise _bad(f"{words[0]} which value?", example)
    amount = _amount(words[1], figure, example)
    _none_left(words[2:])
    return AlertRule(gauge=Gauge(figure, span), way=way, threshold=amount)


def _amount(word: str, figure: Figure, example: str) -> Decimal:
    amount = number(word)
    if amount is None:
        hint = " (write a decimal point, not a comma)" if re.fullmatch(r"\$?\d+,\d+", word, re.ASCII) else ""
        raise _bad(f"{_shown(word)} is not an amount such as 0.00003, 10k or 2.5m{hint}.", example)
    if figure is Figure.RSI and not 0 < amount < 100:
        raise _bad(f"RSI lies between 0 and 100: {_shown(word)} is never crossed.", example)
    if not amount:
        raise _bad(f"{figure.value} never reaches 0; name an amount above it.", example)
    return amount


def number(word: str) -> Decimal | None:
    """Read an amount: 0.00003, $1.5m, 3,000, or with its zeros counted as cards write it: 0.0₄3."""
    short = _SHORT_ZEROS.fullmatch(word)
    if short is not None:
        return Decimal(f"0.{'0' * int(short[1].translate(_SUBSCRIPTS))}{short[2]}")
    found = _NUMBER.fullmatch(word.casefold())
    if found is None or not (found[1] or found[2]):
        return None
    digits = Decimal((found[1] or "0").replace(",", "") + (found[2] or ""))
    return EXACT.scaleb(digits, _STEPS[found[3] or ""])


def _none_left(words: list[str]) -> None:
    if words:
        raise _bad(
            f"I do not understand {_shown(' '.join(words))}. After the condition may come: once, repeat, "
            "for 7d, cooldown 30m, band 2%.",
            f"{EXAMPLE} repeat for 7d",
        )
