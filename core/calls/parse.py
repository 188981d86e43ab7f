"""Read a chat message as calls: which token it tells people to buy, and the price and gains it names. Pure.

Only a message that points at a token now is a call: a statement ("the coin is: ABC"), a ticker or a pair that
is the whole message, a trading link, or an address. Boasts, results, delays and adverts that merely mention a
ticker are none. Nothing is looked up; a ticker proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from core import addresses
from core.addresses import RefKind, TokenRef
from data.models.text import visible

_LONGEST_TEXT = 8_000
_ADVERT = 280  # characters, links apart; who recommends is brief, who advertises tells of a roadmap
_MOST_CALLS = 5  # a message with more addresses is a list, of which each is as much a call as the first

QUOTES = frozenset({"USDT", "USDC", "USD", "BTC", "ETH", "BNB", "SOL", "BUSD", "DOGE", "TRX", "WETH", "WBNB"})

# Words that people shout alone in a message, and words that follow "coin is" without being a name.
_SHOUTS = frozenset({
    "ALERT", "ALL", "AND", "ARE", "ATH", "BEARISH", "BEGIN", "BIG", "BOOM", "BREAKING", "BULLISH",
    "BUY", "BUYING", "CONGRATS", "CRYPTO", "DIP", "DONE", "DUMP", "EASY", "ENJOY", "ENTER", "EVERYONE",
    "FINISHED", "FIRE", "FOMO", "FREE", "GAIN", "GEM", "GET", "GG", "GM", "GN", "GO", "GOOD", "GREAT",
    "GUYS", "HELLO", "HEY", "HI", "HODL", "HOLD", "HOT", "HUGE", "IN", "INCOMING", "INSANE", "IT",
    "JOIN", "KUCOIN", "LAST", "LATOKEN", "LEFT", "LET", "LFG", "LFGG", "LFGGG", "LINK", "LIVE",
    "LOADING", "LOL", "LONG", "MARKET", "MEXC", "MONEY", "MOON", "MOONING", "NEW", "NEXT", "NFA",
    "NICE", "NO", "NOT", "NOTHING", "NOW", "OK", "OMG", "ON", "OUR", "OUT", "OVER", "POLONIEX", "PRICE",
    "PROFIT", "PUMP", "PUMPING", "PUSH", "READY", "RESULT", "RESULTS", "ROCKET", "RUG", "RUN", "SAFE",
    "SCAM", "SELL", "SELLING", "SEND", "SHILL", "SHORT", "SIGNAL", "SIGNALS", "SOON", "STARTED",
    "START", "STILL", "STOP", "SUCCESS", "THANKS", "THE", "TO", "TODAY", "TOMORROW", "UP", "UPDATE",
    "VIP", "VOTE", "WAGMI", "WAIT", "WAVE", "WELCOME", "WHALES", "WHAT", "WIN", "WITH", "WOW", "XXX",
    "YES", "YOU",
})  # fmt: skip
# Where the statement itself names the coin, only words of the sentence are no name: FIRE and MOON are real.
_FILLERS = frozenset({
    "A", "AN", "AND", "AT", "FOR", "HERE", "IN", "IS", "IT", "NOT", "NOW", "OF", "ON", "OUR", "PUMPING",
    "READY", "THE", "THIS", "TO", "TODAY", "TOP", "WE", "WILL", "XXX", "YOU",
})  # fmt: skip

_NAME = r"[A-Za-z0-9]{2,12}"
_LINK = re.compile(r"h*https?://[^\s<>\"'`|\\^{}]{1,400}", re.IGNORECASE)
_TRADE_LINK = re.compile(
    rf"(?:[\w-]{{1,63}}\.){{0,3}}?([a-z0-9-]{{2,30}})\.[a-z]{{2,8}}/(?:[\w-]{{1,20}}/){{0,3}}"
    rf"({_NAME})[-_/]({'|'.join(sorted(QUOTES))})\b",
    re.IGNORECASE,
)
_PAIR = re.compile(
    rf"(?<![\w/$#.-])[$#]?({_NAME}) ?[/\-_] ?({'|'.join(sorted(QUOTES))})(?![\w/])", re.IGNORECASE
)
_HASH = re.compile(r"#([A-Za-z][A-Za-z0-9]{1,11})")
_STATED = re.compile(
    r"(?<!if the )(?<!if )\b(?:coin|token|gem|ticker|symbol|pick)\b(?:/token|/coin)?"
    r"(?: (?:name|we|i|have|has|are|to|pumping|pump|picked|chosen|selected|choose|chose|buy|for|today|now"
    r"|that|of|the|day|week|this|called)){0,9}"
    r" {0,3}(?:(?:is|are|name)\b ?[:=>\-–—]{0,3}|[:=>–—]{1,3}|(?=[\u2190-\u2bff\u27a1]))",
    re.IGNORECASE,
)
_CANDIDATE = re.compile(rf"(?<![\w.@/])([$#]?)({_NAME})(?![\w/.])")
_NOT_A_CALL = re.compile(
    r"\b(?:(?:pump|signal|official|waiting) results?|results? one|congrat\w*|we pumped|peak gain"
    r"|peak(?:ed|s)? (?:of|price|was)|start(?:ing)? price|reach(?:ed|ing) (?:a |an )?(?:high|peak|over)"
    r"|smashed|skyrocketed|cancel\w*|postpone\w*|re-?schedul\w*|delayed|airdrops?|give-?away|whitelist|pre-?sale|ido"
    r"|contest|competition|registration|prize|leaderboard|staking|private sale|fair ?launch|listing date"
    r"|volume increased|update)\b|\bresults? ?[:📊]",
    re.IGNORECASE,
)
_OF_A_PROJECT = re.compile(
    r"\b(?:introducing|tokenomics|road ?map|ecosystem|partnerships?|governance|ico|nft"
    r"|community[- ]driven)\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:next (?:message|post)|(?:minutes?|hours?|days?) (?:left|until|before)"
    r"|will be (?:the )?(?:coin|announced|revealed|shared))\b",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"\b(?:price(?: before pump| now)?|entry(?: price| zone)?|current price|buy (?:at|around|under))"
    r" {0,2}[:=\-–@]{0,2} {0,2}(\$?)(\d[\d,]{0,12}(?:\.[\d₀-₉]{1,24})?)(?![\d₀-₉%xkmb]|[.,]\d)",
    re.IGNORECASE,
)
_GAIN_LINE = re.compile(
    r"\b(?:targets?|projected gains?|exp(?:ected)? growth|tp ?\d?)\b[^\n]{0,60}", re.IGNORECASE
)
_GAIN = re.compile(
    r"(?<![\d.$])\+?(\d{1,6}(?:\.\d{1,2})?)(?: ?% ?)?(?:[-–~]|(?: to )) ?(\d{1,6}) ?%"
    r"|\+?(\d{1,6}(?:\.\d{1,2})?) ?%"
)
_TIMES = re.compile(r"(?<![\w.])(\d{1,4}(?:\.\d)?) ?x\b", re.IGNORECASE)
_TARGET_USD = re.compile(r"\$ ?(\d[\d,]{0,12}(?:\.[\d₀-₉]{1,24})?)(?![\d₀-₉%xkmb]|[.,]\d)", re.IGNORECASE)
_SMALL_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One token that a message tells people to buy.

    `symbol` is upper case, as tickers are compared; None where none is plainly said. `token` is never a link
    to a pool; that is `pool`, which may be another token's. `price_usd` and `targets_usd` are what the writer
    says, `gains` are ratios (3 is +300 %). `exchange` is the name in a trading link's host.
    """

    symbol: str | None = None
    token: TokenRef | None = None
    pool: TokenRef | None = None
    exchange: str | None = None
    quote: str | None = None
    price_usd: Decimal | None = None
    targets_usd: tuple[Decimal, ...] = ()
    gains: tuple[Decimal, ...] = ()


def parse(text: str) -> tuple[Call, ...]:
    """Read the calls of a message, in their order; empty where it is none."""
    clean = visible(text[:_LONGEST_TEXT])
    prose = _LINK.sub(" ", clean)
    if _NOT_A_CALL.search(prose):
        return ()
    tokens, pool = _addresses(text, prose)
    exchange, linked, quote = _trading_link(clean)
    statements = list(_statements(prose))
    stated = next(filter(None, map(_named_after, statements)), None)
    pointed = stated or (statements and tokens)
    if len(" ".join(prose.split())) > _ADVERT and (not pointed or _OF_A_PROJECT.search(prose)):
        return ()
    symbol, paired = _symbol(prose, stated, has_token=bool(tokens or pool))
    symbol, quote = symbol or linked, paired or quote
    if not tokens and pool is None and (symbol is None or (_AHEAD.search(prose) and linked is None)):
        return ()
    price, targets, gains = price_said(prose), _targets(prose), _gains(prose)
    if len(tokens) > 1:
        names = _tickers(prose)
        named = names if len(names) == len(tokens) else [None] * len(tokens)
        return tuple(
            Call(symbol=name, token=token)
            for name, token in list(zip(named, tokens, strict=True))[:_MOST_CALLS]
        )
    return (
        Call(
            symbol=symbol, token=tokens[0] if tokens else None, pool=pool, exchange=exchange, quote=quote,
            price_usd=price, targets_usd=targets, gains=gains,
        ),
    )  # fmt: skip


def _addresses(text: str, prose: str) -> tuple[list[TokenRef], TokenRef | None]:
    """Find the tokens written out, else the one of the first link; and the first link to a pool.

    Links beside a written address are evidence of other things: lockers, owners, pools.
    """
    everything = addresses.find(text)
    written = [ref for ref in addresses.find(prose) if ref.kind is RefKind.ADDRESS]
    linked = [ref for ref in everything if ref.kind is RefKind.ADDRESS]
    pool = next((ref for ref in everything if ref.kind is RefKind.POOL), None)
    return written or linked[:1], pool


def _trading_link(text: str) -> tuple[str | None, str | None, str | None]:
    """Read the exchange, symbol and quote out of the first link to a market of an exchange."""
    for link in _LINK.finditer(text):
        found = _TRADE_LINK.search(link.group())
        if found is not None and found[2].upper() not in QUOTES:
            return found[1].lower(), found[2].upper(), found[3].upper()
    return None, None, None


def _symbol(prose: str, stated: str | None, *, has_token: bool) -> tuple[str | None, str | None]:
    """Find the called ticker and, of a pair, its quote."""
    pair = next((found for found in _PAIR.finditer(prose) if found[1].upper() not in QUOTES), None)
    if stated is not None:
        return stated, pair[2].upper() if pair and pair[1].upper() == stated else None
    alone = _alone(prose)
    if alone is not None:
        return alone
    tickers = _tickers(prose)
    return (tickers[0] if has_token and len(tickers) == 1 else None), None


def _statements(prose: str) -> Iterator[str]:
    """Give what follows each "the coin is": the rest of its line and the next line that says something."""
    for found in _STATED.finditer(prose):
        lines = [line for line in prose[found.end() : found.end() + 160].split("\n") if _letters(line)]
        if lines:
            same_line = "\n" not in prose[found.end() : prose.index(lines[0], found.end())]
            yield lines[0] if same_line or "$" in lines[0] else f"{lines[0]}\n"


def _letters(line: str) -> bool:
    return any(char.isalnum() for char in line)


def _named_after(said: str) -> str | None:
    """Take the ticker out of what follows a statement: a marked one, else a single word."""
    words = [(mark, name) for mark, name in _CANDIDATE.findall(said) if not name.isdigit()]
    marked: list[str] = [name.upper() for mark, name in words if mark and name.upper() not in QUOTES]
    if marked:
        return marked[0]
    pair = _PAIR.search(said)
    if pair is not None:
        return pair[1].upper() if pair[1].upper() not in QUOTES | _FILLERS else None
    if len(words) != 1 or len(said.split()) > 4:
        return None  # a sentence, or a name of several words, is no ticker
    name: str = words[0][1].upper()
    return None if name in _FILLERS or name in QUOTES else name


def _alone(prose: str) -> tuple[str, str | None] | None:
    """Read a message that is nothing but a ticker or a pair, with any pictures around it."""
    line = " ".join(word for word in prose.split() if _letters(word) or word in {"/", "-"})
    if len(line) > 40 or ("\n" in prose.strip() and len(line) > 20):
        return None
    bare = line.strip("".join({char for char in line if not (char.isalnum() or char in "$#")}))
    pair = _PAIR.fullmatch(bare)
    if pair is not None and pair[1].upper() not in QUOTES:
        return pair[1].upper(), pair[2].upper()
    marked = re.fullmatch(rf"[$#]({_NAME})", bare)
    if marked is not None and not addresses.is_amount(marked[1]) and marked[1].upper() not in QUOTES:
        return marked[1].upper(), None
    shouted = re.fullmatch(r"[A-Z0-9]{2,12}", bare)
    if shouted and "!" not in prose and not bare.isdigit() and bare not in _SHOUTS | QUOTES:
        return (bare, None) if bare[:1].isalpha() or sum(map(str.isalpha, bare)) >= 2 else None
    return None


def _tickers(prose: str) -> list[str]:
    """List the `$TICKER` and `#TICKER` of a message, each once."""
    dollars = [ref.text.upper() for ref in addresses.find_tickers(prose)]
    hashed = [name.upper() for name in _HASH.findall(prose)]
    names = dollars or hashed
    return [name for name in dict.fromkeys(names) if name not in QUOTES]


def number(text: str) -> Decimal | None:
    """Read a number as chats write it; small digits after "0.0" count zeros: 0.0₃42 is 0.00042.

    Source: the notation of DexScreener and most wallets, seen in the calls of the test data.
    """
    zeros = re.fullmatch(r"0\.0([₀-₉]{1,2})(\d{1,20})", text)
    if zeros is not None:
        return Decimal(f"0.{'0' * int(zeros[1].translate(_SMALL_DIGITS))}{zeros[2]}")
    plain = text.replace(",", "")
    return Decimal(plain) if re.fullmatch(r"[0-9]{1,16}(?:\.[0-9]{1,24})?", plain) else None


def price_said(prose: str) -> Decimal | None:
    """Find the price that a message plainly names in USD; None where it names none, or several."""
    said = {number(found[2]) for found in _PRICE.finditer(prose) if found[1]}
    return said.pop() if len(said) == 1 else None


def _targets(prose: str) -> tuple[Decimal, ...]:
    lines = _GAIN_LINE.findall(prose)
    values = (number(found) for line in lines for found in _TARGET_USD.findall(line))
    return tuple(dict.fromkeys(value for value in values if value is not None))


def _gains(prose: str) -> tuple[Decimal, ...]:
    """Read "+300 %", "500-700%" and "10x" of the lines that name a target, as ratios of gain."""
    gains: list[Decimal] = []
    for line in _GAIN_LINE.findall(prose):
        for low, high, single in _GAIN.findall(line):
            gains += [Decimal(part) / 100 for part in (low, high, single) if part]
        gains += [Decimal(times) - 1 for times in _TIMES.findall(line)]
    return tuple(dict.fromkeys(gains))
