"""Cards about people, the audit and the flags; and what a person prefers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from config.flags import Flag
from core.charts.spec import Scale, Study
from core.people import Verdict
from data.models.chat import AuditEntry, FlagOverride, FlagScope, Identity, Level, User
from data.models.ids import Platform, UserId
from data.models.market import Timeframe
from handlers.cards.audit import audit_card
from handlers.cards.flags import flags_card
from handlers.cards.people import (
    LEVELS,
    called,
    forget_card,
    me_card,
    people_card,
    privacy_card,
    role_card,
    settings_card,
)
from handlers.preferences import (
    PREFERENCES,
    preferred_scale,
    preferred_studies,
    preferred_timeframe,
    suggested,
    toggled,
)
from handlers.reply import Reply, Tone

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def user(
    number: int = 7,
    name: str = "Alice",
    level: Level = Level.MEMBER,
    *,
    blocked: bool = False,
    preferences: Mapping[str, str] | None = None,
) -> User:
    return User(
        id=UserId(number), name=name, level=level, blocked=blocked, created_at=NOW,
        identities=(Identity(Platform.TELEGRAM, "123"),), preferences=preferences or {},
    )  # fmt: skip


def entry(seq: int = 1, subject: str = "user:7", detail: str = "level 1 to 2") -> AuditEntry:
    return AuditEntry(
        seq=seq, at=NOW, actor="user:1", action="role", subject=subject, detail=detail, digest="0" * 64
    )


def labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.rows for button in row]


@pytest.mark.parametrize("name", ["", "\u200b", "a\nb", "x" * 500, "<b>@everyone</b>"])
def test_a_name_is_one_short_line_with_a_number(name: str) -> None:
    words = called(user(name=name))
    assert words.endswith("(no. 7)")
    assert len(words) < 50
    assert "\n" not in words


def test_every_level_that_a_person_may_hold_has_a_word() -> None:
    assert set(LEVELS) == {Level.ANYONE, Level.MEMBER, Level.PAPER, Level.LIVE, Level.OPERATOR}


def test_what_is_held_is_all_there() -> None:
    held = {"watch_items": 3, "alerts": 1}
    card = me_card(user(preferences={"timeframe": "4h"}), [entry()], held, NOW)
    told = {field.name: field.value.plain for field in card.fields}
    assert told["Accounts"] == "telegram:123"
    assert told["Settings"] == "timeframe 4h"
    assert told["Kept, in rows"] == "alerts 1, watch items 3"
    assert told["Your last actions on record"] == "2026-11-22 12:00 role user:7 (level 1 to 2)"


def test_the_terms_say_how_to_see_and_to_erase() -> None:
    commands = [span.text for span in privacy_card().body.spans if span.style == "command"]
    assert commands == ["/me", "/forget"]


def test_only_an_owner_is_told_of_the_settings() -> None:
    assert "owner" not in forget_card("word", owner=False).body.plain
    assert "owner" in forget_card("word", owner=True).body.plain


def test_the_list_offers_what_fits_each_person() -> None:
    card = people_card(
        [user(1, level=Level.ANYONE), user(2), user(3, blocked=True), user(4, level=Level.OPERATOR)],
        title="People", known=4,
    )  # fmt: skip
    assert labels(card) == ["Approve 1", "Block 1", "Block 2", "Unblock 3"]


def test_an_empty_list_says_so() -> None:
    assert people_card([], title="People", known=0).body.plain == "Nobody."


def test_the_undo_of_a_level_gives_the_one_before() -> None:
    undo = role_card(user(level=Level.PAPER), before=Level.MEMBER).buttons[0][0]
    assert undo.invoke is not None
    assert dict(undo.invoke.args) == {"person": "7", "level": "1"}


def test_an_intact_audit_says_how_long_it_is() -> None:
    assert "Chain verified: 1 entry." in audit_card([entry()], Verdict(1, None)).body.plain
    assert "Chain verified: 1,234 entries." in audit_card([entry()], Verdict(1_234, None)).body.plain


def test_a_broken_audit_says_where_before_anything_else() -> None:
    card = audit_card([entry()], Verdict(123, 45))
    assert card.body.plain.startswith("BROKEN at 45")
    assert card.tone is Tone.DANGER


def test_a_long_entry_is_cut_to_a_line() -> None:
    card = audit_card([entry(subject="s" * 200, detail="d\n" * 1_000)], Verdict(1, None))
    assert len(card.body.plain.splitlines()) == 2
    assert len(card.body.plain) < 300


def test_a_flag_shows_its_state_its_owner_and_its_exceptions() -> None:
    flag = Flag("charts", "Add a chart", True, "core", date(2027, 12, 31))
    overrides = [
        FlagOverride(name="charts", scope=FlagScope.GLOBAL, subject="", value=False),
        FlagOverride(name="charts", scope=FlagScope.USER, subject="7", value=True),
        FlagOverride(name="other", scope=FlagScope.GLOBAL, subject="", value=True),
    ]
    card = flags_card([flag], overrides)
    assert card.body.plain == "charts off: Add a chart\nby core, until 31 Dec 2027; on for person 7"
    assert labels(card) == ["charts on"]
    assert labels(flags_card([flag], [])) == ["charts off"]


def test_the_choice_that_holds_is_marked() -> None:
    card = settings_card(user(preferences={"timeframe": "4h"}))
    assert [button.label for row in card.buttons for button in row if button.active] == ["4h", "auto"]


def test_everyone_has_a_timeframe_and_a_scale() -> None:
    chosen = user(preferences={"timeframe": "4h", "scale": "log"})
    assert (preferred_timeframe(chosen), preferred_scale(chosen)) == (Timeframe.H4, Scale.LOG)
    for someone in (None, user()):
        assert (preferred_timeframe(someone), preferred_scale(someone)) == (Timeframe.M15, None)


@pytest.mark.parametrize("kept", ["2h", "", "1H", "auto\u200b"])
def test_a_choice_that_is_no_longer_offered_counts_as_none(kept: str) -> None:
    someone = user(preferences={"timeframe": kept, "scale": kept})
    assert (preferred_timeframe(someone), preferred_scale(someone)) == (Timeframe.M15, None)


def test_what_is_usual_is_one_of_the_choices_or_none_of_several() -> None:
    assert all(each.several or each.usual in each.choices for each in PREFERENCES.values())
    assert all(each.read(each.usual) == each.usual for each in PREFERENCES.values())


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("rsi,ema", "ema,rsi"),
        ("RSI  ema,ema , bb", "ema,bb,rsi"),
        ("none", "none"),
        ("none,ema", None),
        ("ema,macd", None),
        (",", None),
        ("", None),
        ("ema;rsi", None),
        ("ema," * 3_000, "ema"),
    ],
)
def test_several_studies_are_kept_in_their_own_order(typed: str, kept: str | None) -> None:
    assert PREFERENCES["studies"].read(typed) == kept


@pytest.mark.parametrize(
    ("own", "of_chat", "drawn"),
    [
        ({}, {}, ()),
        ({"studies": "ema,rsi"}, {}, (Study.EMA, Study.RSI)),
        ({"studies": "ema"}, {"studies": "bb"}, (Study.EMA,)),
        ({}, {"studies": "bb"}, (Study.BB,)),
        ({"studies": "ema,macd"}, {}, ()),
        ({"studies": "none"}, {"studies": "gone"}, ()),
    ],
)
def test_ones_own_studies_go_before_the_chats(
    own: dict[str, str], of_chat: dict[str, str], drawn: tuple[Study, ...]
) -> None:
    assert preferred_studies(user(preferences=own), of_chat) == drawn


def test_a_study_is_added_or_taken_away_by_its_button() -> None:
    studies, scale = PREFERENCES["studies"], PREFERENCES["scale"]
    assert toggled(studies, "none", "rsi") == "rsi"
    assert toggled(studies, "rsi", "ema") == "ema,rsi"
    assert toggled(studies, "rsi", "rsi") == "none"
    assert toggled(scale, "log", "linear") == "linear"


def test_what_was_typed_before_the_last_comma_stays() -> None:
    assert suggested("ema,r", ("ema", "rsi", "none")) == (("ema,rsi", "ema,rsi"),)
    assert suggested("ema,", ("ema", "rsi")) == (("ema,rsi", "ema,rsi"),)
    assert suggested("x", ("ema", "rsi")) == ()
