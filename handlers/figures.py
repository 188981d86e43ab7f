"""Numbers and times as people read them; percent exists only here."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_STEPS = ((Decimal("1e12"), "T"), (Decimal("1e9"), "B"), (Decimal("1e6"), "M"), (Decimal("1e3"), "K"))
_SHORTENED_ZEROS = 4
_STEPPED = Decimal("999.995")  # two decimals would write 1000.00
_WITH_CENTS = Decimal(1000)  # from here on a price is written to the cent
_LONG_PERCENT = Decimal("1e7")


def significant(value: Decimal, digits: int) -> Decimal:
    """Round to so many significant digits."""
    if not value:
        return value
    rounded = value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1), rounding=ROUND_HALF_EVEN)
    if rounded.adjusted() > value.adjusted():  # 0.9996 became 1.000
        rounded = rounded.quantize(Decimal(1).scaleb(rounded.adjusted() - digits + 1))
    return rounded


def price(value: Decimal) -> str:
    """Write a price in USD with four significant digits: $1,234.50, $0.01234, $0.0₅1234."""
    if value < 0:
        return f"-{price(value.copy_abs())}"
    if not value:
        return "$0"
    if value < 1:
        value = significant(value, 4)
    if value >= 1:
        return f"${value:,.2f}" if value >= _WITH_CENTS else f"${significant(value, 5):,f}"
    digits = f"{value:f}".rstrip("0")
    zeros = len(digits) - len("0." + digits[2:].lstrip("0"))
    if zeros >= _SHORTENED_ZEROS:
        return f"$0.0{str(zeros).translate(_SUBSCRIPT)}{digits[2 + zeros :]}"
    return f"${digits}"


def usd(value: Decimal) -> str:
    """Write a sum in USD: $512.30, $45.2K, $3.81B."""
    return f"-{usd(value.copy_abs())}" if value < 0 else f"${short(value, cents=True)}"


def short(value: Decimal, *, cents: bool = False) -> str:
    """Write a number with three digits and its step: 45.2K, 1.20M."""
    if value < 0:
        return f"-{short(value.copy_abs(), cents=cents)}"
    if not value:
        return "0"
    for step, sign in _STEPS if value >= _STEPPED else ():
        scaled = significant(value / step, 3)
        if scaled >= 1:
            return f"{scaled:f}{sign}" if scaled < 1000 else f"{scaled:,.0f}{sign}"
    if value == value.to_integral_value():
        return f"{value:f}".partition(".")[0]
    return f"{value:.2f}" if cents or value >= 1 else f"{significant(value, 3):f}"


def count(value: int) -> str:
    """Write a whole number with its groups."""
    return f"{value:,}"


def percent(ratio: Decimal, *, signed: bool = False) -> str:
    """Write a ratio as percent: +4.2 %, 0.3 %, +1,240 %."""
    value = ratio * 100
    if value.is_zero():
        return "0 %"
    size = abs(value)
    if size >= _LONG_PERCENT:
        return f"{'-' if value < 0 else '+' if signed else ''}{short(size)} %"
    places = 0 if size >= 100 else 1 if size >= 1 else 2
    words = f"{value:+,.{places}f}" if signed else f"{value:,.{places}f}"
    return f"{words} %" if words.strip("+-0.") else "0 %"


def age(span: timedelta) -> str:
    """Write a length of time by its largest unit: 40s, 12m, 7h, 3d, 2.1y."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    if seconds < 86400 * 2:
        return f"{seconds // 3600}h"
    if seconds < 86400 * 365:
        return f"{seconds // 86400}d"
    return f"{seconds / (86400 * 365):.1f}y"


def ago(at: datetime, now: datetime) -> str:
    """Write how long ago something was."""
    return f"{age(now - at)} ago" if now - at >= timedelta(seconds=1) else "now"


def clock_time(at: datetime) -> str:
    """Write an instant of today in UTC."""
    return f"{at.hour:02}:{at.minute:02} UTC"  # strftime costs ten times as much


def date(at: datetime) -> str:
    """Write a day."""
    return f"{at:%d %b %Y}"


def address(text: str) -> str:
    """Write an address by its ends."""
    return text if len(text) <= 13 else f"{text[:4]}…{text[-4:]}"


def amount(value: Decimal) -> str:
    """Write how much of something: 2.5, 1,234,567.89, 0.0₅1234; never in steps."""
    if value < 0:
        return f"-{amount(value.copy_abs())}"
    if value < 1:
        return price(value).removeprefix("$")
    return f"{value:,.{2 if value >= _WITH_CENTS else 6}f}".rstrip("0").rstrip(".")
