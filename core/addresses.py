"""Find tokens in running text: addresses, chart links, tickers. Pure; nothing is looked up.

An address is taken only if it decodes to 32 bytes (Solana) or is 0x and 40 hex digits (EVM). Whether it names
a mint or a pool is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from data.models.ids import SOL_MINT, USDC_MINT, Chain
from data.models.text import visible

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGIT = {char: value for value, char in enumerate(_ALPHABET)}

_BASE58 = re.compile(rf"(?<![0-9A-Za-z])[{_ALPHABET}]{{32,44}}(?![0-9A-Za-z])")
_EVM = re.compile(r"(?<![0-9A-Za-z])0[xX][0-9a-fA-F]{40}(?![0-9A-Za-z])")
_URL = re.compile(
    r"(?:https?://)?(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,8}/[^\s<>\"'`|\\^{}]{1,300}", re.IGNORECASE
)
_TICKER = re.compile(r"\$([^\s$.,;:!?()<>\[\]{}\"'`|*~]{1,24})")
_LONGEST_TEXT = 20_000

_CHAINS = {
    "solana": Chain.SOLANA, "sol": Chain.SOLANA,
    "ethereum": Chain.ETHEREUM, "eth": Chain.ETHEREUM, "ether": Chain.ETHEREUM,
    "bsc": Chain.BSC, "bnb": Chain.BSC, "base": Chain.BASE,
}  # fmt: skip
_ANCHORS = {SOL_MINT, USDC_MINT}
_POOL_PREFIX = "pool:"


class RefKind(StrEnum):
    """What a reference names, as far as its form tells."""

    ADDRESS = "address"  # a mint, or a pool in disguise
    POOL = "pool"
    TICKER = "ticker"


@dataclass(frozen=True, slots=True)
class TokenRef:
    """What a person called a token by; `chain` None where the form does not tell.

    `folded` says that the letters' case is lost (some chart links lower it), so that the text names a pool
    only to a vendor that can look it up regardless of case.
    """

    kind: RefKind
    text: str
    chain: Chain | None = None
    folded: bool = False

    def __str__(self) -> str:
        prefix = {RefKind.TICKER: "$", RefKind.POOL: _POOL_PREFIX}.get(self.kind, "")
        return prefix + self.text


def decode_base58(text: str) -> bytes | None:
    """Decode base58 as Solana writes it; None where a letter is not of its alphabet."""
    value = 0
    for char in text:
        digit = _DIGIT.get(char)
        if digit is None:
            return None
        value = value * 58 + digit
    leading = len(text) - len(text.lstrip("1"))
    return b"\0" * leading + value.to_bytes((value.bit_length() + 7) // 8, "big")


def is_solana_address(text: str) -> bool:
    """Tell whether the text decodes to 32 bytes."""
    return 32 <= len(text) <= 44 and (decoded := decode_base58(text)) is not None and len(decoded) == 32


def address_ref(text: str) -> TokenRef | None:
    """Read a bare address."""
    if _EVM.fullmatch(text):
        return TokenRef(RefKind.ADDRESS, text.lower())
    return TokenRef(RefKind.ADDRESS, text, Chain.SOLANA) if is_solana_address(text) else None


def find(text: str) -> tuple[TokenRef, ...]:
    """Find every address and chart link in a message, in their order, each once."""
    clean = visible(text[:_LONGEST_TEXT])
    found: list[tuple[int, TokenRef]] = []
    covered: list[tuple[int, int]] = []
    for match in _URL.finditer(clean):
        ref = link_ref(match.group())
        if ref is not None:
            found.append((match.start(), ref))
            covered.append(match.span())
    for pattern in (_BASE58, _EVM):
        for match in pattern.finditer(clean):
            if not any(start <= match.start() < end for start, end in covered):
                ref = address_ref(match.group())
                if ref is not None:
                    found.append((match.start(), ref))
    return tuple(dict.fromkeys(ref for _, ref in sorted(found, key=lambda item: item[0])))


def find_tickers(text: str) -> tuple[TokenRef, ...]:
    """Find every `$TICKER` that is not an amount of money."""
    names = (match.group(1) for match in _TICKER.finditer(visible(text[:_LONGEST_TEXT])))
    return tuple(dict.fromkeys(TokenRef(RefKind.TICKER, name) for name in names if not is_amount(name)))


def is_amount(name: str) -> bool:
    """Tell whether a word after a dollar sign is a sum such as 40, 1.5m or 3,000."""
    digits = name.rstrip("kKmMbB+").replace(",", "").replace(".", "")
    return digits.isdigit()


def link_ref(url: str) -> TokenRef | None:
    """Read a link to a known chart, explorer or exchange page; None for any other."""
    parts = urlsplit(url if "://" in url else f"https://{url}")
    host = (parts.hostname or "").removeprefix("www.")
    path = [segment for segment in parts.path.split("/") if segment]
    site = next((name for name in _SITES if host == name or host.endswith(f".{name}")), None)
    if site is None:
        return None
    if (mint := _queried(parts.query)) is not None:
        return mint
    return _in_path(path, pool=_SITES[site] or "pools" in path or "pair-explorer" in path)


# Whether an address in the site's path names a pool.
_SITES = {
    "dexscreener.com": True,
    "geckoterminal.com": False,
    "birdeye.so": False,
    "pump.fun": False,
    "jup.ag": False,
    "raydium.io": False,
    "solscan.io": False,
    "gmgn.ai": False,
    "photon-sol.tinyastro.io": True,
    "axiom.trade": True,
    "dextools.io": True,
    "rugcheck.xyz": False,
    "orca.so": False,
    "solana.fm": False,
    "etherscan.io": False,
    "basescan.org": False,
    "bscscan.com": False,
}


def _queried(query: str) -> TokenRef | None:
    """Find the token in the query of a swap page: the side that is not SOL or USDC."""
    values = parse_qs(query, max_num_fields=20)
    for name in ("outputMint", "outputCurrency", "inputMint", "inputCurrency", "buy", "sell"):
        for value in values.get(name, ()):
            ref = address_ref(value)
            if ref is not None and ref.text not in _ANCHORS:
                return ref
    return None


def _in_path(path: list[str], *, pool: bool) -> TokenRef | None:
    """Find the address in a path, and the chain named before it."""
    chain: Chain | None = None
    candidates: list[str] = []
    for segment in path:
        named = _CHAINS.get(segment.lower())
        if named is not None:
            chain = named
        # Swap pages join two mints by a dash, GeckoTerminal ids a chain and an address by a low line.
        candidates.extend(piece for piece in re.split(r"[-_]", segment) if piece not in _ANCHORS)
    for candidate in candidates:
        ref = address_ref(candidate)
        if ref is not None:
            kind = RefKind.POOL if pool else RefKind.ADDRESS
            folded = ref.chain is Chain.SOLANA and candidate == candidate.lower()
            return TokenRef(kind, ref.text, ref.chain or chain, folded=folded)
        if pool and chain is Chain.SOLANA and 32 <= len(candidate) <= 44 and candidate.isalnum():
            return TokenRef(RefKind.POOL, candidate, chain, folded=True)
    return None


def parse_ref(word: str) -> TokenRef | None:
    """Read one word or link as a token: an address, a chart link, `$TICKER`, or a bare ticker.

    `pool:ADDRESS` names a pool, as `str()` of a reference writes it.
    """
    clean = visible(word[:_LONGEST_TEXT]).strip().strip("`*_~\"'<>()[]{},;")
    if not clean:
        return None
    if clean.startswith(_POOL_PREFIX):
        return _in_path(["solana", clean.removeprefix(_POOL_PREFIX)], pool=True)
    found = find(clean)
    if found:
        return found[0]
    if looks_like_address(clean):
        return None
    name = clean.removeprefix("$")
    if not 0 < len(name) <= 24 or any(char.isspace() for char in name) or "/" in name:
        return None
    return TokenRef(RefKind.TICKER, name)


def looks_like_address(word: str) -> bool:
    """Tell whether a word was meant as an address, though it is not one."""
    return len(word) >= 28 or word.lower().startswith("0x")
