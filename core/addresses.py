"""Find tokens in running text: addresses, chart links, tickers. Pure; nothing is looked up.

An address is taken only if it decodes to 32 bytes (Solana) or is 0x and 40 hex digits (EVM). Whether it names
a mint or a pool is not known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from data.models.ids import SOL_MINT, USDC_MINT, Chain, TokenKey
from data.models.text import visible

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGIT = {char: value for value, char in enumerate(_ALPHABET)}

_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{32,44}(?![0-9A-Za-z])")
_EVM = re.compile(r"0[xX][0-9a-fA-F]{40}")
_FOLDED = re.compile(r"[1-9a-z]{32,44}")  # base58 with its capitals lowered
_URL = re.compile(
    r"(?:https?://)?(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,8}/[^\s<>\"'`|\\^{}]{1,300}", re.IGNORECASE | re.ASCII
)
_AFTER_LINK = ".,;:!?)]*_~。，！？）"
_IN_TICKER = r"[^\s$.,;:!?()<>\[\]{}\"'`|*~/\\’‘“”«»…–—、。，！？：；（）]"
_TICKER = re.compile(rf"(?<![\w$])\$({_IN_TICKER}{{1,24}})(?!{_IN_TICKER})")
_MARKED = re.compile(rf"(pool:)?(?:({'|'.join(Chain)}):)?([0-9A-Za-z]{{32,44}})")
_LONGEST_TEXT = 20_000

_CHAINS = {
    "solana": Chain.SOLANA, "sol": Chain.SOLANA,
    "ethereum": Chain.ETHEREUM, "eth": Chain.ETHEREUM, "ether": Chain.ETHEREUM,
    "bsc": Chain.BSC, "bnb": Chain.BSC, "base": Chain.BASE,
}  # fmt: skip
_ANCHORS = {SOL_MINT, USDC_MINT}


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
        """Write it as one word that `parse_ref` reads back."""
        if self.kind is RefKind.TICKER:
            return f"${self.text}"
        pool = "pool:" if self.kind is RefKind.POOL else ""
        # A Solana address tells its chain by its form.
        chain = f"{self.chain}:" if self.chain not in {None, Chain.SOLANA} else ""
        return f"{pool}{chain}{self.text}"


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


def word_of(token: TokenKey) -> str:
    """Write a token as one word that `parse_ref` reads back, its chain included."""
    return str(TokenRef(RefKind.ADDRESS, token.address, token.chain))


def find(text: str) -> tuple[TokenRef, ...]:
    """Find every address and chart link in a message, in their order, each once."""
    clean = _readable(text)
    found: list[tuple[int, TokenRef]] = []
    covered: list[tuple[int, int]] = []
    for match in _URL.finditer(clean):
        ref = link_ref(match.group().rstrip(_AFTER_LINK))
        if ref is not None:
            found.append((match.start(), ref))
            covered.append(match.span())
    for at, run in _runs(clean):
        if not any(start <= at < end for start, end in covered):
            ref = address_ref(run)
            if ref is not None:
                found.append((at, ref))
    return tuple(dict.fromkeys(ref for _, ref in sorted(found, key=lambda item: item[0])))


def _readable(text: str) -> str:
    """Clean a text; of one that is too long, take the words that are whole."""
    if len(text) > _LONGEST_TEXT:
        words = text[:_LONGEST_TEXT].rsplit(maxsplit=1)
        text = words[0] if len(words) == 2 else ""
    return visible(text)


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """Find words of Latin letters and digits as long as an address, with their places."""
    for match in _RUN.finditer(text):
        start, end = match.span()
        if not _goes_on(text[start - 1 : start]) and not _goes_on(text[end : end + 1]):
            yield start, match.group()


def _goes_on(neighbour: str) -> bool:
    """Tell whether a word goes on with this character: one that imitates or accents a Latin letter.

    Without a foreign letter at its end an address may still decode, to another address. East Asian writing
    sets no blanks, and its wide letters imitate none.
    """
    if not neighbour or unicodedata.category(neighbour)[0] not in "LMN":
        return False
    return unicodedata.east_asian_width(neighbour) not in {"W", "H"}


def find_tickers(text: str) -> tuple[TokenRef, ...]:
    """Find every `$TICKER` that is not an amount of money."""
    names = (match.group(1) for match in _TICKER.finditer(_readable(text)))
    return tuple(dict.fromkeys(TokenRef(RefKind.TICKER, name) for name in names if not is_amount(name)))


def is_amount(name: str) -> bool:
    """Tell whether a word after a dollar sign is a sum such as 40, 1.5m or 3,000."""
    digits = name.rstrip("kKmMbB+").replace(",", "").replace(".", "")
    return digits.isdigit()


# What an address in the path of each site's pages names, and the chain of a site that has but one.
_SITES: dict[str, tuple[RefKind, Chain | None]] = {
    "dexscreener.com": (RefKind.POOL, None),
    "geckoterminal.com": (RefKind.ADDRESS, None),
    "birdeye.so": (RefKind.ADDRESS, None),
    "gmgn.ai": (RefKind.ADDRESS, None),
    "dextools.io": (RefKind.POOL, None),
    "axiom.trade": (RefKind.POOL, Chain.SOLANA),
    "photon-sol.tinyastro.io": (RefKind.POOL, Chain.SOLANA),
    "pump.fun": (RefKind.ADDRESS, Chain.SOLANA),
    "jup.ag": (RefKind.ADDRESS, Chain.SOLANA),
    "raydium.io": (RefKind.ADDRESS, Chain.SOLANA),
    "orca.so": (RefKind.ADDRESS, Chain.SOLANA),
    "solscan.io": (RefKind.ADDRESS, Chain.SOLANA),
    "solana.fm": (RefKind.ADDRESS, Chain.SOLANA),
    "rugcheck.xyz": (RefKind.ADDRESS, Chain.SOLANA),
    "etherscan.io": (RefKind.ADDRESS, Chain.ETHEREUM),
    "basescan.org": (RefKind.ADDRESS, Chain.BASE),
    "bscscan.com": (RefKind.ADDRESS, Chain.BSC),
}
_POOL_PAGES = {"pools", "pair-explorer"}
_SIDES = ("outputMint", "outputCurrency", "inputMint", "inputCurrency", "buy", "sell")


def link_ref(url: str) -> TokenRef | None:
    """Read a link to a known chart, explorer or exchange page; None for any other."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    site = next((name for name in _SITES if host == name or host.endswith(f".{name}")), None)
    if site is None:
        return None
    kind, chain = _SITES[site]
    values = parse_qs(parts.query)
    for named in values.get("chain", ()):
        chain = _CHAINS.get(named.lower(), chain)
    return _of_swap(values) or _in_path(parts.path.split("/"), kind, chain)


def _of_swap(values: dict[str, list[str]]) -> TokenRef | None:
    """Find the token in the query of a swap page: the side that is not SOL or USDC."""
    for side in _SIDES:
        for value in values.get(side, ()):
            ref = address_ref(value)
            if ref is not None and ref.text not in _ANCHORS:
                return ref
    return None


def _in_path(path: list[str], kind: RefKind, chain: Chain | None) -> TokenRef | None:
    """Find the address in a path, and the chain named before it."""
    for segment in path:
        chain = _CHAINS.get(segment.lower(), chain)
        if segment in _POOL_PAGES:
            kind = RefKind.POOL
        # Swap pages join two mints by a dash, GeckoTerminal a chain and an address by a low line.
        for _, run in _runs(segment):
            ref = None if run in _ANCHORS else _placed(run, kind, chain)
            if ref is not None:
                return ref
    return None


def _placed(text: str, kind: RefKind, chain: Chain | None) -> TokenRef | None:
    """Read an address of which is known what it names, and perhaps where."""
    ref = address_ref(text)
    if ref is None:
        folded = kind is RefKind.POOL and chain is Chain.SOLANA and _FOLDED.fullmatch(text)
        return TokenRef(kind, text, chain, folded=True) if folded else None
    if ref.chain is Chain.SOLANA:
        return TokenRef(kind, text, ref.chain, folded=kind is RefKind.POOL and text == text.lower())
    return TokenRef(kind, ref.text, None if chain is Chain.SOLANA else chain)


@lru_cache(maxsize=512)
def parse_ref(word: str) -> TokenRef | None:
    """Read one word or link as a token: an address, a chart link, `$TICKER`, or a bare ticker.

    `pool:ADDRESS` names a pool, `base:ADDRESS` a token on a chain, as `str()` of a reference writes them.
    """
    clean = _readable(word).strip().strip("`*_~\"'<>()[]{},;")
    if not clean:
        return None
    marked = _MARKED.fullmatch(clean)
    if marked is not None and (marked[1] or marked[2]):
        chain = Chain(marked[2]) if marked[2] else Chain.SOLANA
        return _placed(marked[3], RefKind.POOL if marked[1] else RefKind.ADDRESS, chain)
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
