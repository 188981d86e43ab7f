"""Failures in words: what was wrong, what is expected, and a way on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core import addresses
from data.errors import (
    AmbiguousToken,
    BadArgument,
    ChatGone,
    ConfigError,
    InvariantBroken,
    NotAllowed,
    OnCooldown,
    RateLimited,
    TrenchcoatError,
    UnknownCommand,
    UnknownToken,
    UserError,
)
from data.models.ids import Chain, TokenKey
from data.models.market import TokenMatch
from handlers import failures
from handlers.failures import Asked
from handlers.reply import Invoke, Reply, Tone
from tests.unit.handlers.commanding import many, watch

HOSTILE = "\u202e<b>@everyone</b>\n\x1b[31m`" + "x" * 200


def asked(**given: str) -> Asked:
    return Asked(spec=watch, given=given, request_id="r-1")


def match(number: int, *, symbol: str = "PEPE", chain: Chain = Chain.SOLANA, **more: object) -> TokenMatch:
    address = f"0x{number:040x}" if chain is not Chain.SOLANA else f"{number:044d}".replace("0", "1")
    return TokenMatch(token=TokenKey(chain, address), symbol=symbol, name="Pepe", **more)  # type: ignore[arg-type]


MADE: dict[str, TrenchcoatError] = {
    "NotAllowed": NotAllowed("No.", rule="level 1"),
    "OnCooldown": OnCooldown("watch", 2.3),
    "UnknownToken": UnknownToken(HOSTILE),
    "AmbiguousToken": AmbiguousToken("PEPE", [match(2), match(3)]),
    "UnknownCommand": UnknownCommand(HOSTILE, ["watch"]),
    "BadArgument": BadArgument(HOSTILE, argument="token", hint="Example: $BONK"),
    "RateLimited": RateLimited(HOSTILE, retry_after_s=3),
    "UserError": UserError("Yes.", hint="So."),
}


@pytest.mark.parametrize("error", MADE.values(), ids=MADE)
def test_every_failure_is_one_clear_reply(error: TrenchcoatError) -> None:
    for spec in (watch, None):
        reply = failures.to_reply(error, Asked(spec=spec, given={"token": "PEPE"}, request_id="r-1"))
        assert reply.error
        assert reply.tone in {Tone.ERROR, Tone.WARN}
        words = reply.title.plain + reply.body.plain
        assert words.strip()
        assert "\x1b" not in words and "\u202e" not in words


@pytest.mark.parametrize("error", [InvariantBroken("x"), ConfigError(["x"]), ChatGone(), TrenchcoatError()])
def test_a_fault_of_ours_is_owned_and_not_explained(error: TrenchcoatError) -> None:
    reply = failures.to_reply(error, asked())
    assert reply.error == "internal"
    assert reply == failures.apology(asked())


def test_a_cooldown_is_told_in_whole_seconds_and_never_zero() -> None:
    for wait, said in ((0.01, "1 s"), (2.3, "3 s"), (60, "60 s")):
        reply = failures.to_reply(OnCooldown("watch", wait), asked())
        assert f"free again in {said}" in reply.body.plain


def test_namesakes_are_listed_with_buttons_that_settle_the_question() -> None:
    choices = [match(n, liquidity_usd=Decimal(n * 1000), verified=n == 2) for n in range(2, 13)]
    reply = failures.to_reply(AmbiguousToken("PEPE", choices), asked(token="$pepe", tf="1h"))
    assert len(reply.buttons) == 8
    assert "and 3 more" in reply.body.plain
    assert "liq $2.00K" in reply.body.plain and " verified" in reply.body.plain
    for row, choice in zip(reply.buttons, choices, strict=False):
        assert row[0].invoke == Invoke("watch", {"token": choice.token.address, "tf": "1h"})


def test_an_address_on_several_chains_is_settled_by_its_chain() -> None:
    choices = [match(7, chain=chain) for chain in (Chain.ETHEREUM, Chain.BASE)]
    address = choices[0].token.address
    for typed in (address, address.upper().replace("0X", "0x"), f"https://example.com/{address}"):
        reply = failures.to_reply(AmbiguousToken(address, choices), asked(token=typed))
        refs = [addresses.parse_ref(row[0].invoke.args["token"]) for row in reply.buttons if row[0].invoke]
        assert [ref and ref.chain for ref in refs] == [Chain.ETHEREUM, Chain.BASE]
    assert "on base" in reply.body.plain
    assert "on ethereum" in reply.buttons[0][0].label


def test_only_the_word_that_was_meant_is_replaced() -> None:
    reply = failures.to_reply(
        AmbiguousToken("PEPE", [match(2)]),
        Asked(spec=many, given={"tokens": "SOL $PEPE pepecoin"}, request_id="r"),
    )
    invoke = reply.buttons[0][0].invoke
    assert invoke is not None
    assert invoke.args["tokens"] == f"SOL {match(2).token.address} pepecoin"


def test_an_unknown_name_offers_those_close_to_it() -> None:
    reply = failures.to_reply(UnknownToken("$BONKK", near=[match(2, symbol="BONK")]), asked(token="BONKK"))
    assert "Close to it" in reply.body.plain
    assert reply.buttons[0][0].invoke == Invoke("watch", {"token": match(2).token.address})
    bare = failures.to_reply(UnknownToken("$QQQ", detail="Not answering now: jupiter."), asked(token="QQQ"))
    assert "Not answering now: jupiter." in bare.body.plain
    assert "Paste the address" in bare.body.plain


def test_a_wrong_word_shows_usage_and_an_example() -> None:
    reply = failures.to_reply(BadArgument("tf '2h' is wrong.", argument="tf"), asked())
    assert watch.usage in reply.body.plain
    assert f"/{watch.examples[0]}" in reply.body.plain


def test_an_apology_names_the_request_and_nothing_else() -> None:
    reply: Reply = failures.apology(asked(token="secret"))
    assert "r-1" in reply.body.plain
    assert "secret" not in reply.body.plain
