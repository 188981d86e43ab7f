"""Links to charts, explorers and exchanges: what their addresses name, on which chain; and real posts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from solders.pubkey import Pubkey

from core import addresses
from core.addresses import RefKind, TokenRef
from data.models.ids import SOL_MINT, USDC_MINT, Chain

DATA = Path(__file__).parents[2] / "data"
MINT = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"
PAIR = "8QaXeHBrShJTdtN1rWCccBxpSVvKksQ2PCu5nufb2zbk"
LOWERED = "czfq3xzzdmsdgdudyrnltrhgc47cxcznzvdcyreyxtgz"  # no base58: the l was a capital
EVM = "0x6982508145454ce325ddbe47a25d4ec3d2311933"
A, P = RefKind.ADDRESS, RefKind.POOL
SOL, ETH, BASE, BSC = Chain.SOLANA, Chain.ETHEREUM, Chain.BASE, Chain.BSC

LINKS = [
    (f"https://dexscreener.com/solana/{PAIR}", P, PAIR, SOL),
    (f"https://dexscreener.com/solana/{PAIR.lower()}", P, PAIR.lower(), SOL),
    (f"https://dexscreener.com/solana/{PAIR.lower()}?maker={MINT}", P, PAIR.lower(), SOL),
    (f"https://dexscreener.com/solana/{LOWERED}", P, LOWERED, SOL),
    (f"https://www.dexscreener.com/base/{EVM}", P, EVM, BASE),
    (f"dexscreener.com/ethereum/{EVM.upper().replace('0X', '0x')}", P, EVM, ETH),
    (f"https://dexscreener.com/bsc/{EVM}#trades", P, EVM, BSC),
    (f"https://www.geckoterminal.com/solana/pools/{PAIR}", P, PAIR, SOL),
    (f"https://www.geckoterminal.com/solana/tokens/{MINT}", A, MINT, SOL),
    (f"https://www.geckoterminal.com/de/eth/pools/{EVM}?utm_source=coingecko", P, EVM, ETH),
    (f"https://www.geckoterminal.com/base/tokens/{EVM}", A, EVM, BASE),
    (f"https://birdeye.so/token/{MINT}?chain=solana", A, MINT, SOL),
    (f"https://birdeye.so/token/{MINT}/{PAIR}?chain=solana", A, MINT, SOL),
    (f"https://birdeye.so/solana/token/{MINT}", A, MINT, SOL),
    (f"https://birdeye.so/token/{EVM}?chain=base", A, EVM, BASE),
    (f"https://birdeye.so/ethereum/token/{EVM}", A, EVM, ETH),
    (f"https://pump.fun/{MINT}", A, MINT, SOL),
    (f"https://pump.fun/coin/{MINT}", A, MINT, SOL),
    (f"https://www.pump.fun/coin/{MINT}?include-nsfw=true", A, MINT, SOL),
    (f"https://jup.ag/swap/SOL-{MINT}", A, MINT, SOL),
    (f"https://jup.ag/swap/{MINT}-USDC", A, MINT, SOL),
    (f"https://jup.ag/swap/{SOL_MINT}-{MINT}", A, MINT, SOL),
    (f"https://jup.ag/swap?sell={USDC_MINT}&buy={MINT}", A, MINT, SOL),
    (f"https://jup.ag/swap?sell={MINT}&buy={SOL_MINT}", A, MINT, SOL),
    (f"https://jup.ag/tokens/{MINT}", A, MINT, SOL),
    (f"https://raydium.io/swap/?inputMint=sol&outputMint={MINT}", A, MINT, SOL),
    (f"https://raydium.io/swap/?inputCurrency={SOL_MINT}&outputCurrency={MINT}&fixed=in", A, MINT, SOL),
    (f"https://solscan.io/token/{MINT}#markets", A, MINT, SOL),
    (f"https://solscan.io/account/{MINT}", A, MINT, SOL),
    (f"https://gmgn.ai/sol/token/{MINT}", A, MINT, SOL),
    (f"https://gmgn.ai/sol/token/abc123_{MINT}", A, MINT, SOL),
    (f"https://gmgn.ai/eth/token/{EVM}", A, EVM, ETH),
    (f"https://gmgn.ai/base/token/{EVM}", A, EVM, BASE),
    (f"https://photon-sol.tinyastro.io/en/lp/{PAIR}?handle=1", P, PAIR, SOL),
    (f"https://axiom.trade/meme/{PAIR}", P, PAIR, SOL),
    (f"https://axiom.trade/t/{PAIR}/@someone", P, PAIR, SOL),
    (f"https://www.dextools.io/app/en/solana/pair-explorer/{PAIR}", P, PAIR, SOL),
    (f"https://www.dextools.io/app/en/ether/pair-explorer/{EVM}", P, EVM, ETH),
    (f"https://rugcheck.xyz/tokens/{MINT}", A, MINT, SOL),
    (f"https://etherscan.io/token/{EVM}", A, EVM, ETH),
    (f"https://etherscan.io/address/{EVM}#code", A, EVM, ETH),
    (f"https://basescan.org/token/{EVM}", A, EVM, BASE),
    (f"https://bscscan.com/token/{EVM}", A, EVM, BSC),
    (f"https://solana.fm/address/{MINT}", A, MINT, SOL),
]  # fmt: skip


@pytest.mark.parametrize(("link", "kind", "text", "chain"), LINKS, ids=[row[0][:60] for row in LINKS])
@pytest.mark.parametrize(
    "around", ["{}", "chart: {}.", "({})", "[chart]({})", "<{}>", "图表{}", "{}, and", "h{}"]
)
def test_a_chart_link_names_what_its_site_means(
    around: str, link: str, kind: RefKind, text: str, chain: Chain
) -> None:
    if around == "h{}" and not link.startswith("http"):
        around = "{}"  # a letter before a bare host makes it another host
    (ref,) = addresses.find(around.format(link))
    assert (ref.kind, ref.text, ref.chain) == (kind, text, chain)
    assert ref.folded == (text in {PAIR.lower(), LOWERED})
    assert addresses.parse_ref(link) == ref
    assert addresses.parse_ref(str(ref)) == ref


@pytest.mark.parametrize(
    "link",
    [
        "https://jup.ag/swap/SOL-USDC",
        "https://jup.ag/swap?" + "&".join(f"field{n}=1" for n in range(30)),
        "https://dexscreener.com/solana",
        "https://dexscreener.com/watchlist/9a8b7c6d5e4f3g2h1i0j9k8l7m6n5o4p",
        "https://dexscreener.com/solana/" + "O0Il" * 11,
        "https://dexscreener.com/solana/" + "ж" * 40,
        f"https://dexscreener.com/solana/{PAIR.replace('Q', 'О')}",
        "https://pump.fun/board",
        f"https://notdexscreener.community/solana/{LOWERED}",
        "https://dexscreener.com.evil.example/solana/" + LOWERED,
        f"https://evil.example/dexscreener.com/solana/{LOWERED}",
        "https://[::1]/x",
        "http://jup.ag:99999999/swap",
    ],
)
def test_a_link_that_names_no_token_is_none(link: str) -> None:
    assert addresses.link_ref(link) is None
    assert addresses.find(link) == ()


def test_a_look_alike_site_is_only_a_place_where_an_address_stands() -> None:
    (ref,) = addresses.find(f"https://dexscreener.com.evil.example/solana/{PAIR}")
    assert ref == TokenRef(A, PAIR, SOL)


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def reference(text: str) -> set[str]:
    """Find addresses the simple way: words of base58 that a Solana library decodes, and 0x with 40 digits."""
    found = {word.lower() for word in re.findall(r"\b0x[0-9a-fA-F]{40}\b", text)}
    for word in re.findall(r"[1-9A-HJ-NP-Za-km-z]+", text):
        if 32 <= len(word) <= 44:
            try:
                found.add(str(Pubkey.from_string(word)))
            except ValueError:
                continue
    return found - {SOL_MINT, USDC_MINT}


def test_every_address_in_real_posts_is_found_and_nothing_else() -> None:
    expected = total = 0
    for post in rows("posts.jsonl"):
        found = {ref.text for ref in addresses.find(post["text"])}
        gold = set(post["solana_mints"]) | {address.lower() for address in post["evm_addresses"]}
        assert gold <= found, post["text"]
        assert found - gold <= reference(post["text"]), post["text"]
        expected += len(gold)
        total += len(found)
    assert expected >= 41 and total >= expected


def test_every_address_in_real_calls_is_found() -> None:
    named = 0
    for call in rows("calls.jsonl"):
        found = addresses.find(call["text"])
        pools = {ref.text for ref in found if ref.kind is P}
        assert reference(call["text"]) <= {ref.text for ref in found}, call["text"]
        if call["address"]:
            address = call["address"].lower() if call["chain"] == "evm" else call["address"]
            assert found[0].text == address
            assert address not in pools
            named += 1
    assert named == 12


def test_cashtags_of_real_posts_are_found() -> None:
    for post in rows("posts.jsonl"):
        found = {ref.text.upper() for ref in addresses.find_tickers(post["text"])}
        missed = {tag.upper() for tag in post["cashtags"]} - found
        assert not missed, (missed, post["text"])


def test_real_tickers_are_read_or_refused_for_a_reason() -> None:
    tickers = [json.loads(line) for line in (DATA / "tickers.txt").read_text().splitlines()]
    read = 0
    for ticker in tickers:
        ref = addresses.parse_ref(ticker)
        name = ticker.removeprefix("$").strip()
        if ref is None:
            assert " " in name or "/" in name or len(name) > 24 or name in {"\u3164", "~", ""}, ticker
        else:
            read += 1
            assert ref.kind is RefKind.TICKER
            assert addresses.parse_ref(str(ref)) == ref
            assert name.strip("`*_~\"'<>()[]{},;") == ref.text
    assert read > 100
