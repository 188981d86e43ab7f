"""Any reply fits any platform, and what matters most stays longest."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fit import PRACTICE, cut, fit, footer_text, size
from bot.frontend import CONSOLE, DISCORD, TELEGRAM, Limits, utf16_units
from handlers.reply import Button, Field, Image, Invoke, Page, Reply, Span, Style, strong, tap, text
from tests.fakes.replies import PNG, SEEDS, reply_of, text_of

TINY = replace(
    DISCORD, total=400, caption=300, body=200, rows=2, per_row=2, label=8, fields=3, field_value=20
)
PLATFORMS = {"telegram": TELEGRAM, "discord": DISCORD, "console": CONSOLE, "tiny": TINY}
platform = pytest.mark.parametrize("limits", PLATFORMS.values(), ids=PLATFORMS)
IMAGE = Image(PNG, "chart.png", "a chart", "0" * 32)


@platform
def test_any_reply_fits_any_platform(limits: Limits) -> None:
    for seed in SEEDS:
        check_that_it_fits(reply_of(seed), limits)


def check_that_it_fits(reply: Reply, limits: Limits) -> None:
    fitted = fit(reply, limits)
    measure = limits.measure
    room = limits.caption if reply.image is not None else limits.total
    assert size(fitted, limits) <= room
    assert measure(fitted.title.plain) <= limits.title
    assert measure(fitted.body.plain) <= limits.body
    assert measure(footer_text(fitted)) <= limits.footer
    assert len(fitted.fields) <= limits.fields
    for field in fitted.fields:
        assert field.value
        assert measure(field.name) <= limits.field_name
        assert measure(field.value.plain) <= limits.field_value
    assert len(fitted.rows) <= limits.rows
    for row in fitted.rows:
        assert 0 < len(row) <= limits.per_row
        assert all(measure(button.label) <= limits.label for button in row)


@platform
def test_the_mark_of_the_practice_market_is_never_lost(limits: Limits) -> None:
    for seed in SEEDS:
        fitted = fit(reply_of(seed).with_(practice=True), limits)
        assert footer_text(fitted).endswith(PRACTICE), seed


@platform
def test_a_field_goes_only_after_all_that_matter_less(limits: Limits) -> None:
    for seed in SEEDS:
        reply = reply_of(seed)
        fields = [replace(field, name=f"{n}") for n, field in enumerate(reply.fields) if field.value]
        kept = [field.name for field in fit(reply.with_(fields=tuple(fields)), limits).fields]
        dropped = [field.priority for field in fields if field.name not in kept]
        stayed = [field.priority for field in fields if field.name in kept]
        assert max(dropped, default=0) <= min(stayed, default=999), seed
        assert kept == [field.name for field in fields if field.name in kept]


@platform
def test_what_fits_is_left_alone(limits: Limits) -> None:
    for seed in SEEDS:
        once = fit(reply_of(seed), limits)
        assert fit(once, limits) == once, seed


@platform
def test_a_cut_text_is_no_longer_than_asked_and_keeps_its_beginning(limits: Limits) -> None:
    for seed in SEEDS:
        rng = random.Random(seed)
        words, limit = text_of(rng), rng.randrange(200)
        shortened = cut(words, limit, limits.measure)
        assert limits.measure(shortened.plain) <= limit
        if shortened != words and limit > 0:
            assert shortened.plain.endswith("…")
            assert words.plain.startswith(shortened.plain.removesuffix("…")), seed


def test_a_cut_goes_through_no_character_and_no_command() -> None:
    assert cut(text("🚀🚀🚀"), 4, utf16_units).plain == "🚀…"
    assert cut(text("🚀🚀🚀"), 3, utf16_units).plain == "🚀…"
    assert cut(text("see ", tap("help"), " for more"), 7, len).plain == "see …"
    assert cut(text(strong("bold words")), 5, len).spans[0] == Span("bold", Style.STRONG)


def test_a_long_body_makes_room_for_what_is_essential() -> None:
    fields = (Field("Price", text("$1.00"), 100), Field("Links", text("x" * 900), 30))
    fitted = fit(Reply(body=text("word " * 2000), fields=fields, image=IMAGE), TELEGRAM)
    assert [field.name for field in fitted.fields] == ["Price"]
    assert fitted.body.plain.endswith("…")
    assert len(fitted.body.plain) >= 200


def buttons(count: int) -> tuple[tuple[Button, ...], ...]:
    return tuple((Button(f"{n}", Invoke("t")),) for n in range(count))


@pytest.mark.parametrize(("count", "widths"), [(3, [1, 1, 1]), (5, [1] * 5), (8, [5, 3]), (30, [5] * 5)])
def test_rows_that_are_too_many_are_closed_up_before_any_is_lost(count: int, widths: list[int]) -> None:
    fitted = fit(Reply(buttons=buttons(count)), DISCORD)
    assert [len(row) for row in fitted.buttons] == widths
    labels = [button.label for row in fitted.buttons for button in row]
    assert labels == [str(n) for n in range(min(count, 25))]


def test_a_row_that_is_too_wide_is_broken() -> None:
    row = tuple(Button(f"{n}", Invoke("t")) for n in range(12))
    assert [len(part) for part in fit(Reply(buttons=(row,)), TELEGRAM).buttons] == [8, 4]


def test_the_buttons_that_turn_pages_become_a_row() -> None:
    fitted = fit(Reply(body=text("list"), page=Page(1, 2, Invoke("list"))), TELEGRAM)
    assert fitted.page is None
    assert [button.label for button in fitted.buttons[-1]] == ["Next ›"]


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_lengths_are_counted_as_the_platforms_count(words: str) -> None:
    assert utf16_units(words) == len(words.encode("utf-16-le", "surrogatepass")) // 2


def test_an_empty_reply_stays_empty() -> None:
    for limits in PLATFORMS.values():
        assert fit(Reply(), limits) == Reply()
