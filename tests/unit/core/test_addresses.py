"""Addresses in text: what decodes by an independent decoder is found whole, and nothing else is."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from core import addresses
from core.addresses import RefKind, TokenRef
from data.models.ids import SOL_MINT, Chain, TokenKey

BONK = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
PUMP = "E9pqwP37fggDQ4L5hQdAJkgxjwrXZjv6rwMfiu7fpump"
SHORT = "So11111111111111111111111111111111111111112"  # 43 letters
SYSTEM = "11111111111111111111111111111111"  # 32 letters
UNI = "0x1f9840a85d5aF5bf1D1762F925BDADdC4201F984"
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LOOKALIKES = dict(
    zip("ABCEHKMPTXaceopxyi", "АВСЕНКМРТХасеорхуі", strict=True),
    Z="\u0396",
    N="\u039d",
    u="\uff55",
    v="\u1d42b"[0],
    R="\U0001d411",
    D="\u216e",
    n="\uff4e",
    S="\u0405",
)


def decodes(text: str) -> bool:
    """Tell whether an independent decoder takes the text for 32 bytes."""
    try:
        return str(Pubkey.from_string(text)) == text
    except ValueError:
        return False


def base58(raw: bytes) -> str:
    value, digits = int.from_bytes(raw, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        digits = ALPHABET[digit] + digits
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + digits


Mutation = Callable[[str, int, random.Random], str]
MUTATIONS: dict[str, Mutation] = {
    "case": lambda a, at, rng: a[:at] + a[at].swapcase() + a[at + 1 :],
    "forbidden letter": lambda a, at, rng: a[:at] + rng.choice("0OIl") + a[at + 1 :],
    "look-alike": lambda a, at, rng: a[:at] + LOOKALIKES.get(a[at], "\uff11") + a[at + 1 :],
    "look-alike at an end": lambda a, at, rng: rng.choice([f"\u0410{a[1:]}", f"{a[:-1]}\u0435"]),
    "letter lost": lambda a, at, rng: a[:at] + a[at + 1 :],
    "letter added": lambda a, at, rng: a[:at] + rng.choice(ALPHABET) + a[at:],
    "cut": lambda a, at, rng: a[: max(1, at)],
    "other letter": lambda a, at, rng: a[:at] + rng.choice(ALPHABET) + a[at + 1 :],
    "accent": lambda a, at, rng: a[:at] + rng.choice("\u0301\u0308\u0323\u20dd") + a[at:],
    "glued to a word": lambda a, at, rng: rng.choice([f"x{a}", f"{a}x", f"0{a}", f"{a}O", f"é{a}", f"{a}ж"]),
    "33 bytes": lambda a, at, rng: base58(rng.randbytes(33)),
    "31 bytes": lambda a, at, rng: base58(rng.randbytes(31)),
    "64 bytes": lambda a, at, rng: base58(rng.randbytes(64)),
    "broken": lambda a, at, rng: a[:at] + rng.choice("`*_ \n.,-/\u3164|") + a[at:],
}


@pytest.mark.parametrize("kind", MUTATIONS)
def test_a_spoilt_address_is_never_taken_for_another(kind: str) -> None:
    rng = random.Random(kind)
    for _ in range(10_000 // len(MUTATIONS) + 1):
        address = base58(rng.randbytes(32))
        spoilt = MUTATIONS[kind](address, rng.randrange(len(address)), rng)
        for text in (spoilt, f"buy {spoilt} now"):
            for ref in (*addresses.find(text), *filter(None, [addresses.parse_ref(spoilt)])):
                if ref.kind is RefKind.TICKER:
                    assert ref.text in spoilt and len(ref.text) <= 24
                    continue
                words = spoilt.split() if kind == "broken" else [spoilt]
                pieces = [piece for word in words for piece in _pieces(word)]
                assert ref.text in pieces, (spoilt, ref)
                assert decodes(ref.text), (spoilt, ref)


def _pieces(word: str) -> list[str]:
    for sign in "`*_.,-/|\u3164":
        word = word.replace(sign, " ")
    return word.split()


@pytest.mark.parametrize(
    "sign", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\ufe0f", "\x00"]
)
def test_what_cannot_be_seen_inside_an_address_changes_nothing(sign: str) -> None:
    for at in range(len(BONK) + 1):
        assert addresses.find(BONK[:at] + sign + BONK[at:]) == (
            TokenRef(RefKind.ADDRESS, BONK, Chain.SOLANA),
        )


WRAPPERS = [
    "{}",
    "`{}`",
    "```{}```",
    "**{}**",
    "__{}__",
    "~~{}~~",
    "||{}||",
    "<{}>",
    "({})",
    "[{}]",
    "{{{}}}",
    '"{}"',
    "'{}'",
    "«{}»",
    "“{}”",
    "CA:{}",
    "ca - {}",
    "CA={}",
    "mint/{}",
    "{}.",
    "{},",
    "{}!",
    "{}?",
    "{};",
    "{}:",
    "\n{}\n",
    "\t{}",
    "\u200b{}\u200b",
    "\u202a{}\u202c",
    "\ufeff{}",
    "👉{}👈",
    "🅰{}",
    "合约{}",
    "合约：{}。",
    "コントラクト{}です",
    "컨트랙트{}입니다",
    "$SOL {} $BONK",
    "#{}",
    "@{}",
    "${}",
    "->{}<-",
    "{}…",
    "* {}",
    "https://example.com/{}",
    "https://t.me/some_bot?start=r-name-{}",
    "https://t.me/bot?start=ca_{}",
    "x.com/i/{}/photo",
    "[chart](https://example.com/{})",
    "{}\\n",
    "1) {}",
    "{}‼️",
    "❤️{}❤️",
    "\u3164{}\u3164",
]


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("address", [BONK, PUMP, SHORT, SYSTEM, UNI])
def test_a_harmless_wrapper_hides_no_address(wrapper: str, address: str) -> None:
    found = addresses.find(wrapper.format(address))
    expected = address.lower() if address.startswith("0x") else address
    assert [ref.text for ref in found] == [expected]
    assert found[0].kind is RefKind.ADDRESS


@given(st.binary(min_size=32, max_size=32), st.sampled_from(WRAPPERS))
def test_every_public_key_is_found_in_every_wrapper(raw: bytes, wrapper: str) -> None:
    address = base58(raw)
    assert [ref.text for ref in addresses.find(wrapper.format(address))] == [address]
    assert addresses.is_solana_address(address)
    assert addresses.decode_base58(address) == raw


@given(st.text(ALPHABET + "0OIl", min_size=30, max_size=46))
def test_only_what_decodes_to_32_bytes_is_an_address(text: str) -> None:
    assert addresses.is_solana_address(text) == decodes(text)


@given(st.text(st.characters(exclude_categories=()), max_size=120))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for ref in (*addresses.find(text), *addresses.find_tickers(text)):
        assert ref.text.encode()
    addresses.parse_ref(text)
    addresses.link_ref(text)


def test_several_in_one_message_are_found_in_order_and_once() -> None:
    text = f"{PUMP} or {BONK}? See https://dexscreener.com/base/{UNI} and {BONK} again, not {BONK[:-4]}"
    assert [str(ref) for ref in addresses.find(text)] == [PUMP, BONK, f"pool:base:{UNI.lower()}"]


def test_a_transaction_or_a_key_is_no_address() -> None:
    signature = base58(random.Random(1).randbytes(64))
    assert addresses.find(f"https://solscan.io/tx/{signature}") == ()
    assert addresses.find(f"https://etherscan.io/tx/0x{'ab' * 32}") == ()
    assert addresses.find("0x" + "0" * 39) == ()


def test_an_address_that_the_longest_text_cuts_is_not_read_as_a_shorter_one() -> None:
    for filler in ("word " * 4_000, "\n" * 20_000, "🚀" * 20_000):
        for shift in range(40):
            text = filler[: 20_000 - 44 + shift] + f" {BONK} and more"
            assert {ref.text for ref in addresses.find(text)} <= {BONK}


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a.",
        "a-",
        "a.a.a.a.a/",
        "aaaa.aa/",
        "https://",
        "1",
        "$",
        "$a",
        "0x",
        "0xa",
        "x.co/1",
        "\u0300\u0316",
        BONK,
        f"{BONK} ",
        f"https://dexscreener.com/solana/{BONK.lower()} ",
        "jup.ag/swap/",
        "jup.ag/?a&",
        "%",
        "[",
        "/",
        "pump.fun/coin/",
        "合",
        "𝕬",
        "(" * 5 + ")" * 5,
        "a" * 63 + ".",
    ],
)
def test_a_hundred_thousand_characters_are_searched_at_once(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    addresses.find(text)
    addresses.find_tickers(text)
    addresses.parse_ref(text)
    addresses.decode_base58(text[:44])
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("word", "written"),
    [
        (BONK, BONK),
        (f"`{BONK}`", BONK),
        (f"solana:{BONK}", BONK),
        (UNI, UNI.lower()),
        (f"base:{UNI}", f"base:{UNI.lower()}"),
        (f"pool:{BONK}", f"pool:{BONK}"),
        (f"pool:ethereum:{UNI}", f"pool:ethereum:{UNI.lower()}"),
        ("$BONK", "$BONK"),
        ("bonk", "$bonk"),
        ("$300", "$300"),
        ("草泥马", "$草泥马"),
        ("🟠", "$🟠"),
        ("◎dog", "$◎dog"),
        ("ai.gov", "$ai.gov"),
    ],
)
def test_a_word_is_read_as_a_token(word: str, written: str) -> None:
    ref = addresses.parse_ref(word)
    assert ref is not None
    assert str(ref) == written
    assert addresses.parse_ref(str(ref)) == ref


@pytest.mark.parametrize(
    "word",
    [
        "",
        " ",
        "\u3164",
        "$",
        "$\u200b",
        "``",
        "Hold Coin",
        "FI/RE",
        "a" * 25,
        BONK[:-4],
        BONK + "x",
        "0x12",
        UNI[:-1],
        UNI + "0",
        "pool:" + BONK[:-3],
        "pool:moon:" + BONK[:-4],
        "https://example.com/page",
        "/",
        "x" * 50,
        BONK.replace("D", "0", 1),
        "pool:" + "O" * 44,
        "\u0410" + BONK[1:],
    ],
)
def test_a_word_that_names_no_token_is_refused(word: str) -> None:
    assert addresses.parse_ref(word) is None


def test_a_mistyped_address_is_known_as_one() -> None:
    assert addresses.looks_like_address(BONK[:-4])
    assert addresses.looks_like_address("0x12")
    assert not addresses.looks_like_address("$BONK")


@pytest.mark.parametrize("chain", Chain)
def test_a_token_is_written_so_that_its_chain_comes_back(chain: Chain) -> None:
    token = TokenKey(chain, BONK if chain is Chain.SOLANA else UNI.lower())
    ref = addresses.parse_ref(addresses.word_of(token))
    assert ref == TokenRef(RefKind.ADDRESS, token.address, chain)
    assert addresses.parse_ref(str(token)) == ref


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("$BONK to the moon", ["BONK"]),
        ("$BONK, $WIF and $BONK", ["BONK", "WIF"]),
        ("paid $40 for $1.5k, up $3,000 or $2M", []),
        ("($POPCAT)", ["POPCAT"]),
        ("US$BONK $$$ $ $a", ["a"]),
        ("$草泥马 $🟠 $るるる", ["草泥马", "🟠", "るるる"]),
        ("$" + "x" * 25, []),
        (f"${BONK}", []),
        ("$LOL\u200bOL", ["LOLOL"]),
        ("$b $k $1b", ["b", "k"]),
        ("$TWO/SOL", ["TWO"]),
    ],
)
def test_tickers_are_found_and_sums_of_money_are_not(text: str, names: list[str]) -> None:
    assert [ref.text for ref in addresses.find_tickers(text)] == names


def test_an_anchor_is_read_when_it_is_all_there_is() -> None:
    assert addresses.find(f"https://raydium.io/swap/?inputMint=sol&outputMint={SOL_MINT}") == (
        TokenRef(RefKind.ADDRESS, SOL_MINT, Chain.SOLANA),
    )
