"""Numbers on an axis: which ones to mark and how to write them, from 0.0₅123 to 60,000 and beyond."""

from __future__ import annotations

import re
from math import ceil, floor, isfinite, log10

from core.charts.spec import Scale

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LEADING_ZEROS = re.compile(r"0\.(0{4,})(?=\d)")
_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_WIDE_FROM = 1e7  # above this a price no longer fits beside the axis with all its digits
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LOG_MANTISSAS = (("1", "1.5", "2", "3", "4", "5", "6", "8"), ("1", "2", "3", "5"), ("1", "2", "5"))
_EVEN_UP_TO = 2.5  # a log axis shorter than this looks like a linear one, and takes its ticks


def price_label(value: float, digits: int = 4) -> str:
    """Write a price with `digits` significant digits, many leading zeros as one subscript: 0.0₅1230."""
    if not isfinite(value):
        return "–"
    if value == 0:
        return "0"
    unit, sign = _unit(value, _WIDE_FROM)
    return _fixed(value / unit, digits - 1 - floor(log10(abs(value / unit)))) + sign


def plain_price(value: float) -> str:
    """Write a price for the ear: four significant digits, no subscripts and no separators."""
    if value == 0:
        return "0"
    text = f"{value:.{max(0, 3 - floor(log10(abs(value))))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def volume_label(value: float) -> str:
    """Write an amount of USD in three digits: 12.3K."""
    unit, sign = _unit(value, 1e3)
    scaled = value / unit
    return _fixed(scaled, 0 if scaled >= 100 or scaled == 0 else 1 if scaled >= 10 else 2) + sign


def change_label(first: float, last: float) -> str:
    """Write a change in percent, or as a multiple from tenfold on; empty where it cannot be said."""
    if first <= 0 or not isfinite(last / first):
        return ""
    ratio = last / first
    if ratio >= 10:
        return f"×{ratio:,.0f}" if ratio >= 100 else f"×{ratio:.1f}"
    percent = max((ratio - 1) * 100, -99.9 if last > 0 else -100.0)  # what is left is not nothing
    text = f"{percent:+.1f}%"
    return "0.0%" if text in {"+0.0%", "-0.0%"} else text.replace("-", "−")


def price_ticks(low: float, high: float, scale: Scale, count: int) -> list[tuple[float, str]]:
    """Choose at most about `count` round prices in [low, high] and write them alike.

    Even steps share their decimals; where a log axis spans more, the ticks share their significant digits.
    """
    if scale is Scale.LOG and high / low >= _EVEN_UP_TO:
        return _log_ticks(low, high, count)
    step, decimals = _step((high - low) / count)
    ticks = [index * step for index in range(ceil(low / step), floor(high / step) + 1)]
    unit, sign = _unit(high, _WIDE_FROM)
    decimals += round(log10(unit))
    return [(tick, "0" if tick == 0 else _fixed(tick / unit, decimals) + sign) for tick in ticks]


def _unit(value: float, start: float) -> tuple[float, str]:
    """Find what a large value is counted in: thousands to trillions, from `start` on."""
    if abs(value) < start:
        return 1.0, ""
    return next(((unit, sign) for unit, sign in _UNITS if abs(value) >= unit), (1.0, ""))


def _fixed(value: float, decimals: int) -> str:
    return _LEADING_ZEROS.sub(
        lambda zeros: f"0.0{str(len(zeros[1])).translate(_SUBSCRIPTS)}", f"{value:,.{max(0, decimals)}f}"
    )


def _step(rough: float) -> tuple[float, int]:
    """Round a distance up to 1, 2, 2.5 or 5 times a power of ten; also tell the decimals it takes."""
    exponent = floor(log10(rough))
    mantissa = next(step for step in _STEPS if step * 10.0**exponent >= rough * (1 - 1e-9))
    return mantissa * 10.0**exponent, (1 if mantissa == 2.5 else 0) - exponent - (mantissa == 10.0)


def _log_ticks(low: float, high: float, count: int) -> list[tuple[float, str]]:
    """Choose as many round prices in each decade as fit, down to one in every few decades."""
    decades = log10(high / low)
    mantissas = next((some for some in _LOG_MANTISSAS if len(some) * decades <= count), ("1",))
    digits = max(len(mantissa.replace(".", "")) for mantissa in mantissas)
    every = max(1, ceil(decades / count))
    ticks = [
        float(f"{mantissa}e{exponent}")
        for exponent in range(floor(log10(low)), ceil(log10(high)) + 1, every)
        for mantissa in mantissas
    ]
    return [(tick, price_label(tick, digits)) for tick in ticks if low <= tick <= high]
