"""What an alert waits for, in words, and how far its figure is from it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.addresses import word_of
from core.alerts.grammar import number, plain, time, written
from core.alerts.service import distance
from core.alerts.turn import Sighting
from data.models.alerts import AlertRule, Figure, Gauge, Way
from data.models.ids import TokenKey
from handlers import figures

_FIGURES = {
    Figure.PRICE: "price",
    Figure.CAP: "market cap",
    Figure.FDV: "fully diluted value",
    Figure.LIQUIDITY: "liquidity",
    Figure.VOLUME: "volume",
    Figure.HOLDERS: "holders",
    Figure.RSI: "RSI",
}
_WAYS = {Way.ABOVE: "at or above", Way.BELOW: "at or below", Way.CROSS: "crossing"}
_VERDICTS = ("clear", "caution", "block")
_STEPPED = 1000  # from here on a sum is written in steps
_MOVES = frozenset({Figure.RISE, Figure.FALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A rule on a token with the figure's value now; None is unknown."""

    token: TokenKey
    symbol: str
    rule: AlertRule
    seen: Sighting | None = None

    @property
    def name(self) -> str:
        """How people call the token."""
        return self.symbol or figures.address(self.token.address)

    def words(self, rule: AlertRule | None = None) -> str:
        """Write the sentence that sets this alert, the token by its address."""
        return written(rule or self.rule, word_of(self.token))


def amount(gauge: Gauge, value: Decimal) -> str:
    """Write a value of a figure, exactly: in steps only where they lose nothing."""
    match gauge.figure:
        case Figure.RISE | Figure.FALL:
            return f"{plain(value * 100)} %"
        case Figure.SECURITY:
            return _VERDICTS[int(value)] if 0 <= value < len(_VERDICTS) else "unknown"
        case Figure.HOLDERS | Figure.RSI:
            return f"{value:,f}" if value == value.to_integral_value() else plain(value)
    said = figures.price(value) if value < _STEPPED else figures.usd(value)
    if number(said) == value:
        return said
    return f"${value:,f}"


def rounded(gauge: Gauge, value: Decimal) -> str:
    """Write a value as it was measured."""
    match gauge.figure:
        case Figure.RISE | Figure.FALL:
            return figures.percent(value, signed=True)
        case Figure.PRICE:
            return figures.price(value)
        case Figure.RSI:
            return f"{value:.1f}"
        case Figure.HOLDERS | Figure.SECURITY:
            return amount(gauge, value)
    return figures.usd(value)


def condition(rule: AlertRule, name: str) -> str:
    """Say what is waited for, as in `BONK price at or above $0.00003`."""
    gauge, threshold = rule.gauge, rule.threshold
    if gauge.figure is Figure.SECURITY or threshold is None:
        return f"{name}: the first look's verdict changes"
    if gauge.figure is Figure.RISE:
        return f"{name} up {amount(gauge, threshold)} from its lowest of the last {gauge.span}"
    if gauge.figure is Figure.FALL:
        return f"{name} down {amount(gauge, -threshold)} from its highest of the last {gauge.span}"
    span = f" {gauge.span}" if gauge.span else ""
    return f"{name} {_FIGURES[gauge.figure]}{span} {_WAYS[rule.way]} {amount(gauge, threshold)}"


def manner(rule: AlertRule) -> str:
    """Say how often it fires, and for how long it waits."""
    parts = ["once"]
    if rule.repeat:
        back = "" if rule.way is Way.CHANGE else f", after going back by {figures.percent(rule.band_ratio)}"
        parts = [f"each time, {time(rule.cooldown_s)} apart or more{back}"]
    if rule.lasts_s is not None:
        parts.append(f"for {time(rule.lasts_s)}")
    return ", ".join(parts)


def standing(shown: Shown) -> str:
    """Say where the figure is and what it must still do: `now $0.000021, needs +42.9 %`."""
    gauge, seen = shown.rule.gauge, shown.seen
    if seen is None:
        if gauge.figure in _MOVES:
            return "counts from now on, with what is stored of the time before"
        return "now unknown, or its sources disagree: it waits until they tell one value"
    now = f"now {rounded(gauge, seen.value)}"
    away = distance(shown.rule, seen.value)
    if away is None or gauge.figure is Figure.SECURITY:
        return now
    if not away.points:
        return f"{now}, needs {figures.percent(away.needs, signed=True)}"
    if gauge.figure in _MOVES:
        return f"{now}, needs {figures.percent(away.needs, signed=True)[:-2]} points"
    return f"{now}, needs {away.needs:+.1f}"


def met_already(shown: Shown) -> bool:
    """Tell whether the figure is beyond the threshold now, so that it must go back first."""
    seen, threshold = shown.seen, shown.rule.threshold
    if seen is None or threshold is None:
        return False
    above, below = seen.value >= threshold, seen.value <= threshold
    return (shown.rule.way is Way.ABOVE and above) or (shown.rule.way is Way.BELOW and below)
