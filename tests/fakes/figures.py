"""Figures read back as a person reads them off a card."""

from __future__ import annotations

import re
from decimal import Decimal

_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def read_price(label: str) -> Decimal:
    """Read a price: in $0.0₅1234 the small number counts the zeros that it stands for."""
    label = label.replace("$", "").replace(",", "")
    zeros = re.fullmatch(r"0\.0([₀-₉]+)(\d+)", label)
    return Decimal(f"0.{'0' * int(zeros[1].translate(_PLAIN))}{zeros[2]}") if zeros else Decimal(label)
