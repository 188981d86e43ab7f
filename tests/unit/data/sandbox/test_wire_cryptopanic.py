"""CryptoPanic in the practice market: the documented shape, markup, pages and the caller's token."""

from __future__ import annotations

from datetime import timedelta

from data.sandbox.wire import cryptopanic
from data.sandbox.world import World
from tests.unit.data.sandbox.shapes import sample
from tests.unit.data.sandbox.test_wire import body, shaped
from tests.unit.data.sandbox.worlds import START


def test_posts_have_the_documented_shape(world: World) -> None:
    answer = body(world, "cryptopanic", "/posts/")
    absent = {"panic_score", "panic_score_1h", "author", "content", "path", "market_cap_usd", "market_rank"}
    absent |= {"price_in_usd", "price_in_btc", "price_in_eth", "price_in_eur", "created_at"}
    shaped(
        answer["results"],
        sample("cryptopanic/v2-posts-shape")["results"],
        lacking=absent,
        extra={"type"},
        nullable={"description", "image"},
    )
    assert "count" not in answer


def test_posts_are_of_a_ticker_newest_first_with_a_paid_one_before_them(world: World) -> None:
    rows = body(world, "cryptopanic", "/posts/", currencies="bonk")["results"]
    assert [row["kind"] for row in rows] == ["sponsored", *["news"] * cryptopanic.KEPT]
    assert {each["code"] for row in rows[1:] for each in row["instruments"]} == {"BONK"}
    times = [row["published_at"] for row in rows[1:]]
    assert times == sorted(times, reverse=True)
    assert all("<span" in row["title"] and "&amp;" in row["title"] for row in rows[1:])
    assert [row["kind"] for row in body(world, "cryptopanic", "/posts/", currencies="NOSUCH")["results"]] == [
        "sponsored"
    ]


def test_the_next_page_repeats_the_token_and_holds_other_posts(world: World) -> None:
    first = body(world, "cryptopanic", "/posts/", auth_token="abc")
    assert "auth_token=abc" in first["next"]
    second = body(world, "cryptopanic", "/posts/", auth_token="abc", page="2")
    assert not {row["id"] for row in first["results"]} & {row["id"] for row in second["results"]}


def test_a_post_stays_as_it_was_published() -> None:
    world = World(7, START)
    before = body(world, "cryptopanic", "/posts/", currencies="BONK")["results"][1]
    world.advance(START + timedelta(minutes=50))
    assert body(world, "cryptopanic", "/posts/", currencies="BONK")["results"][1] == before
