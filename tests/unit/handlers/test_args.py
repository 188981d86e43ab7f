"""Words become arguments: in any order that fits, exactly, or with a refusal that helps."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import RefKind, TokenRef
from data.errors import BadArgument
from data.models.chat import Level, SubjectKind
from data.models.ids import Platform
from data.models.market import Timeframe
from handlers.args import MANY_LIMIT, MissingArgument, PersonRef, Subject, quantity
from handlers.spec import CommandSpec
from tests.unit.handlers.commanding import (
    GrantArgs,
    ManyArgs,
    SayArgs,
    WatchArgs,
    grant,
    many,
    say,
    season,
    watch,
)

BONK = TokenRef(RefKind.TICKER, "BONK")


def bound(spec: CommandSpec, line: str) -> Any:
    return spec.bind(spec.named(line.split()))


@pytest.mark.parametrize(
    ("word", "amount"),
    [
        ("1.5m", "1500000"),
        ("3,000", "3000"),
        ("12,345,678.9", "12345678.9"),
        ("$40", "40"),
        ("$1.5K", "1500"),
        (".5", "0.5"),
        ("0.000000000000000001", "0.000000000000000001"),
        ("0", "0"),
        ("007", "7"),
        ("2b", "2000000000"),
        ("999999999999999999999999.999999999999999999k", "999999999999999999999999999.999999999999999"),
    ],
)
def test_an_amount_is_read_exactly(word: str, amount: str) -> None:
    assert quantity(word) == Decimal(amount)


@pytest.mark.parametrize(
    "word",
    [
        "1,5",
        "0,500",
        "00,500",
        "1,50",
        "1,5000",
        "1.500,25",
        "1,500,25",
        "1 500",
        "1'500",
        "1_000",
        "1e3",
        "1E3",
        "-1",
        "+1",
        "--1",
        "1.",
        ".",
        "$",
        "k",
        "$k",
        "1kk",
        "1t",
        "1.5.5",
        "0x10",
        "NaN",
        "inf",
        "Infinity",
        "١٢",
        "１２",
        "²",
        "½",
        "1\u200b",
        "1\u00a0000",
        "1٫5",
        "€5",
        "5$",
        "50%",
        "max",
        "",
        " ",
        "1" * 25,
        "0." + "1" * 19,
        "1/2",
        "1m5",
        "٣k",
        "1,000,",
        ",000",
        "1,,000",
    ],
)
def test_what_might_be_another_amount_is_refused(word: str) -> None:
    assert quantity(word) is None


@given(st.integers(0, 10**24 - 1), st.integers(0, 18), st.sampled_from(["", "k", "m", "b", "K", "M"]))
def test_an_amount_means_the_same_with_groups_and_without(whole: int, places: int, suffix: str) -> None:
    fraction = f".{'7' * places}" if places else ""
    plain, grouped = f"{whole}{fraction}{suffix}", f"{whole:,}{fraction}{suffix}"
    steps = {"": 0, "k": 3, "m": 6, "b": 9}[suffix.lower()]
    read = quantity(plain)
    assert read is not None
    assert f"{read:f}" == f"{Decimal(f'{whole}{fraction}e{steps}'):f}"
    assert quantity(grouped) == read == quantity(f"${plain}")


@given(st.text(max_size=12))
def test_no_word_breaks_a_converter(word: str) -> None:
    for spec in (watch, many, say, grant):
        for param in spec.params:
            value = param.accepts(word)
            if value is None:
                with pytest.raises(BadArgument) as refused:
                    param.read(word)
                assert refused.value.argument == param.name


@pytest.mark.parametrize("order", list(itertools.permutations(["1h", "above", "2.5"])), ids=" ".join)
def test_optional_words_are_understood_in_any_order(order: tuple[str, ...]) -> None:
    args = bound(watch, f"$BONK {' '.join(order)}")
    assert isinstance(args, WatchArgs)
    assert (args.token, args.tf, args.side) == (BONK, Timeframe.H1, "above")
    assert (args.amount, args.page) == (Decimal("2.5"), 1)


def test_words_and_names_give_the_same_arguments() -> None:
    by_words = bound(watch, "BONK below 4h 1,000")
    by_names = watch.bind({"token": "BONK", "tf": "4H", "side": "Below", "amount": "$1000", "page": " "})
    assert by_words == by_names == WatchArgs(token=BONK, tf=Timeframe.H4, side="below", amount=Decimal(1000))


def test_empty_names_count_as_not_given() -> None:
    assert watch.bind({"token": "BONK", "tf": "", "page": "  "}) == WatchArgs(token=BONK)


@pytest.mark.parametrize(
    ("spec", "line", "argument", "words"),
    [
        (watch, "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7Ya", "token", "was it cut?"),
        (watch, "BONK 2h", "tf", "a timeframe: 1m, 5m, 15m, 1h, 4h, 1d"),
        (watch, "BONK 1h 4h", "side", "one of above, below"),
        (grant, "everyone moderator", "level", "a level"),
        (grant, "everyone ²", "level", "a level"),
        (grant, "everyone ٣", "level", "a level"),
        (grant, "nobody member", "whom", "everyone, here, @user"),
        (many, "BONK a/b", "tokens", "an address, $TICKER, or a chart link"),
        (many, ",", "tokens", "an address, $TICKER, or a chart link"),
        (many, ", ,,", "tokens", "an address, $TICKER, or a chart link"),
    ],
)
def test_a_wrong_word_is_refused_with_what_is_expected_and_an_example(
    spec: CommandSpec, line: str, argument: str, words: str
) -> None:
    with pytest.raises(BadArgument) as refused:
        bound(spec, line)
    assert refused.value.argument == argument
    assert words in refused.value.message
    assert refused.value.hint.startswith("Example: ")


def test_a_number_out_of_bounds_is_refused_with_the_bounds() -> None:
    for wrong in ("0", "100", "-1", "1.5", "9" * 30, "٧"):
        with pytest.raises(BadArgument, match=r"page .* is not a whole number from 1 to 99"):
            watch.bind({"token": "BONK", "page": wrong})


def test_a_refusal_shows_a_hostile_word_on_one_short_line() -> None:
    with pytest.raises(BadArgument) as refused:
        watch.bind({"token": "BONK", "tf": "\u202e<b>\n\x1b[31m" + "x" * 500})
    assert "\n" not in refused.value.message and "\x1b" not in refused.value.message
    assert len(refused.value.message) < 200


def test_a_word_too_many_is_said_so() -> None:
    with pytest.raises(BadArgument, match="'extra' is one word too many"):
        bound(watch, "BONK 1h above 5 7 extra")
    with pytest.raises(BadArgument, match="one word too many"):
        bound(grant, "everyone member extra")


def test_a_missing_argument_tells_which_and_what_was_given() -> None:
    with pytest.raises(MissingArgument) as missing:
        grant.bind({"whom": "everyone", "level": " "})
    assert missing.value.param.name == "level"
    assert missing.value.given == {"whom": "everyone"}


def test_an_argument_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadArgument, match="no argument 'moon'"):
        watch.bind({"token": "BONK", "moon": "1"})


def test_words_that_cannot_be_seen_count_for_nothing() -> None:
    assert watch.named(["\u200b", "BONK", "\u3164", "1h"]) == {"token": "BONK", "tf": "1h"}


def test_many_are_read_with_blanks_or_commas_each_once() -> None:
    args = bound(many, "SOL,BONK bonk SOL")
    assert isinstance(args, ManyArgs)
    assert [ref.text for ref in args.tokens] == ["SOL", "BONK", "bonk"]


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["1h", "sweet", "hot,sour", "below"])), ids=" ".join
)
def test_a_set_of_choices_is_gathered_from_wherever_its_words_stand(order: tuple[str, ...]) -> None:
    args = bound(season, f"SOUP {' '.join(order)}")
    assert (args.tf, args.side) == (Timeframe.H1, "below")
    assert set(args.tastes) == {"sweet", "sour", "hot"}
    assert bound(season, "SOUP 1h").tastes == ()


def test_a_set_holds_each_choice_once_as_typed_first() -> None:
    assert bound(season, "SOUP hot,HOT,, Sour hot").tastes == ("hot", "sour")
    assert season.bind({"token": "SOUP", "tastes": "sour, hot sour"}).tastes == ("sour", "hot")


@pytest.mark.parametrize(
    "line", ["salty", "1h salty", "1h above salty", "hot salty", "hot,salty", "salty,hot", ","]
)
def test_a_word_that_is_no_choice_of_a_set_is_refused_with_the_choices(line: str) -> None:
    with pytest.raises(BadArgument) as refused:
        bound(season, f"SOUP {line}")
    assert refused.value.argument == "tastes"
    assert "one of sweet, sour, hot" in refused.value.message
    assert refused.value.hint == "Example: sweet"


def test_a_word_of_no_argument_is_told_all_that_are_left() -> None:
    with pytest.raises(
        BadArgument, match=r"tf is a timeframe: 1m, .*; side is one of above, below; tastes is"
    ):
        bound(season, "SOUP 2h")
    with pytest.raises(BadArgument) as refused:
        bound(season, "SOUP 1h " + "\u202e" + "x" * 5_000)
    assert len(refused.value.message) < 300


@given(st.lists(st.text(max_size=8), max_size=6))
def test_no_words_break_a_set(words: list[str]) -> None:
    try:
        args = season.bind(season.named(["SOUP", *words]))
    except BadArgument:
        return
    assert set(args.tastes) <= {"sweet", "sour", "hot"}


def test_a_set_shows_its_choices_in_the_usage() -> None:
    assert season.usage == "/season <token> [1m|5m|15m|1h|4h|1d] [above|below] [sweet|sour|hot…]"


def test_too_many_are_refused() -> None:
    with pytest.raises(BadArgument, match=f"At most {MANY_LIMIT} at once, 11 were given"):
        bound(many, " ".join(f"T{n}" for n in range(11)))


def test_the_rest_of_a_line_is_one_argument() -> None:
    args = bound(say, "@bob hello  dear world")
    assert isinstance(args, SayArgs)
    assert args == SayArgs(person=PersonRef("bob"), words="hello dear world")


@pytest.mark.parametrize(
    ("word", "person"),
    [
        ("@bob", PersonRef("bob")),
        ("telegram:42", PersonRef("42", Platform.TELEGRAM)),
        ("<@1234>", PersonRef("1234", Platform.DISCORD)),
        ("<@!1234>", PersonRef("1234", Platform.DISCORD)),
        ("myspace:42", PersonRef("myspace:42")),
    ],
)
def test_a_person_is_named_in_several_ways(word: str, person: PersonRef) -> None:
    assert bound(say, word).person == person


@pytest.mark.parametrize("word", ["telegram:", "@", "\u200b@"])
def test_what_names_no_person_is_refused(word: str) -> None:
    with pytest.raises(BadArgument):
        say.bind({"person": word})


@pytest.mark.parametrize(
    ("word", "subject"),
    [
        ("everyone", Subject(SubjectKind.EVERYONE)),
        ("*", Subject(SubjectKind.EVERYONE)),
        ("here", Subject(SubjectKind.CHANNEL, "here")),
        ("<@5>", Subject(SubjectKind.USER, "5")),
        ("<@&6>", Subject(SubjectKind.ROLE, "6")),
        ("<#7>", Subject(SubjectKind.CHANNEL, "7")),
        ("topic:8", Subject(SubjectKind.CHANNEL, "8")),
        ("user:@bob", Subject(SubjectKind.USER, "bob")),
    ],
)
def test_a_subject_is_named_in_several_ways(word: str, subject: Subject) -> None:
    assert bound(grant, f"{word} member") == GrantArgs(whom=subject, level=Level.MEMBER)


@pytest.mark.parametrize("word", ["user:", "role:" + "9" * 65, "planet:1", "nobody", "<@x>", "<@&>"])
def test_what_names_no_subject_is_refused(word: str) -> None:
    with pytest.raises(BadArgument):
        grant.bind({"whom": word, "level": "member"})
