"""Cards about people: what one is told about oneself, and the operator's list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.payloads import KEPT_FOR
from core.people import FORGET_WITHIN
from data.models.chat import AuditEntry, Level, User
from data.models.text import one_line
from handlers import figures
from handlers.cards.audit import deed
from handlers.cards.layout import in_rows
from handlers.preferences import PREFERENCES, Preference, chosen, toggled
from handlers.reply import (
    Button,
    Field,
    Invoke,
    Reply,
    Text,
    Tone,
    code,
    faint,
    joined,
    lines,
    strong,
    tap,
    text,
)

LEVELS = {
    Level.ANYONE: "guest",
    Level.MEMBER: "member",
    Level.PAPER: "paper trader",
    Level.LIVE: "live trader",
    Level.OPERATOR: "operator",
}
_PER_ROW = 4
_TERMS = (
    (
        "Kept until you erase it",
        "your account here and the name it shows, your level, your settings, your watchlist and alerts, the "
        "wallets you follow, your e-mail address if you gave one, the day we met, and the rules of chats "
        "that name you.",
    ),
    (
        "Kept for 90 days, or until the next replaces it",
        "for each chat, the token you last looked at, and why you were last refused.",
    ),
    (
        "Kept for good",
        "a record of what changed: rights, rules, settings. It knows people by a number of mine; once you "
        "are erased, the number leads to nobody.",
    ),
    (f"Kept for {KEPT_FOR.days} days", "what long buttons mean, without a name."),
    ("Not kept", "messages. I read commands and pasted addresses, and answer them."),
    (
        "Who sees it",
        "you, and the operator of this bot. Market sources are asked about tokens, never about you.",
    ),
)


def called(user: User) -> str:
    """Name a person; the number tells those of one name apart."""
    return f"{one_line(user.name, 32) or 'no name'} (no. {user.id})"


def me_card(user: User, deeds: Sequence[AuditEntry], held: Mapping[str, int], now: datetime) -> Reply:
    """Tell a person everything that is held about them; `held` counts rows by their table."""
    kept = ", ".join(f"{table.replace('_', ' ')} {rows}" for table, rows in sorted(held.items()))
    accounts = joined([code(str(identity)) for identity in user.identities], ", ")
    settings = ", ".join(f"{name} {value}" for name, value in sorted(user.preferences.items()))
    done = [text(faint(f"{entry.at:%Y-%m-%d %H:%M} "), deed(entry)) for entry in deeds]
    return Reply(
        title=text("What I hold about you"),
        body=lines(
            "And for each chat: the token you last looked at there, and why you were last refused. "
            "Messages are not kept."
        ),
        fields=(
            Field("Name", text(one_line(user.name, 64) or "none")),
            Field("Number", text(str(user.id))),
            Field("Level", text(LEVELS[user.level])),
            Field("Met", text(f"{figures.date(user.created_at)}, {figures.ago(user.created_at, now)}")),
            Field("Accounts", accounts, inline=False),
            Field("Settings", text(settings or "none chosen"), inline=False),
            Field("Kept, in rows", text(kept or "none"), inline=False),
            Field("Your last actions on record", lines(*done) or text("none"), inline=False),
        ),
        buttons=(
            (Button("Settings", Invoke("settings")), Button("Privacy", Invoke("privacy"))),
            (Button("Forget me", Invoke("forget"), danger=True),),
        ),
    )


def nothing_held_card() -> Reply:
    """Tell someone we have not met that no record bears their name."""
    return Reply(
        title=text("I hold no record of you"),
        body=lines(
            text("A record begins with ", tap("start"), "."),
            "Until then I keep by your account, for each chat: the token you last looked at, and why you "
            "were last refused.",
            text("To erase that: ", tap("start"), ", then ", tap("forget"), "."),
        ),
        buttons=((Button("Privacy", Invoke("privacy")),),),
    )


def privacy_card() -> Reply:
    """Say what is kept, for how long, who sees it, and how it is erased."""
    return Reply(
        title=text("Privacy"),
        body=lines(
            *(text(strong(f"{term}: "), words) for term, words in _TERMS),
            text("See it all: ", tap("me"), ". Erase it: ", tap("forget"), "."),
            "A blocked account is not erased: that would lift the block.",
        ),
        buttons=(
            (Button("What you hold", Invoke("me")), Button("Forget me", Invoke("forget"), danger=True)),
        ),
    )


def forget_card(word: str, *, owner: bool) -> Reply:
    """Ask whether a person really wants to be erased."""
    minutes = int(FORGET_WITHIN.total_seconds() // 60)
    return Reply(
        title=text("Forget everything about you?"),
        body=lines(
            "Your record, your settings, the rules about you and what you last looked at are erased at once. "
            "Nobody can bring them back.",
            "You are an owner by the settings of this bot: you are its operator again with your next command."
            if owner
            else "",
            faint(f"The button is yours alone and works for {minutes} minutes."),
        ),
        buttons=(
            (
                Button("Yes, forget me", Invoke("forget", {"confirm": word}), danger=True),
                Button("No, keep me", Invoke("me")),
            ),
        ),
        tone=Tone.WARN,
    )


def forgotten_card() -> Reply:
    """Say that it is done."""
    return Reply(
        title=text("Forgotten"),
        body=lines("Nothing here leads to you any more.", text("To begin anew: ", tap("start"))),
        tone=Tone.GOOD,
    )


def settings_card(user: User, *, only: str = "") -> Reply:
    """Show a person's own settings with their choices to press."""
    shown = [each for each in PREFERENCES.values() if only in {"", each.name}]
    rows = [
        text(f"{each.summary}: ", strong(chosen(user, each.name)),
             faint("" if each.name in user.preferences else " (default)"))
        for each in shown
    ]  # fmt: skip
    buttons: list[tuple[Button, ...]] = []
    for each in shown:
        now = chosen(user, each.name)
        buttons += choices(each, now)
    return Reply(title=text("Your settings"), body=lines(*rows), buttons=tuple(buttons))


def choices(preference: Preference, now: str) -> tuple[tuple[Button, ...], ...]:
    """Offer a preference's choices, those that hold now marked."""
    held = now.split(",")
    offered = [
        Button(
            choice, Invoke("settings", {"key": preference.name, "value": toggled(preference, now, choice)}),
            active=choice in held,
        )
        for choice in preference.choices
    ]  # fmt: skip
    return in_rows(offered, _PER_ROW)


def people_card(users: Sequence[User], *, title: str, known: int, more: Invoke | None = None) -> Reply:
    """List people for the operator, with what may be done about each."""
    following = (Button("Next ›", more),) if more is not None else ()
    return Reply(
        title=text(title),
        body=lines(*(_person_row(user) for user in users)) or text("Nobody."),
        buttons=(*in_rows([button for user in users for button in _about(user)], _PER_ROW), following),
        footer=text("1 person known" if known == 1 else f"{figures.count(known)} people known"),
    )


def _person_row(user: User) -> Text:
    accounts = joined([code(str(identity)) for identity in user.identities], " ")
    blocked = " · blocked" if user.blocked else ""
    return text(
        f"{user.id}. ", strong(one_line(user.name, 32) or "no name"), f" · {LEVELS[user.level]}{blocked} · ",
        accounts,
    )  # fmt: skip


def _about(user: User) -> tuple[Button, ...]:
    person = str(user.id)
    approve = Button(f"Approve {person}", Invoke("role", {"person": person, "level": "member"}))
    if user.blocked:
        return (Button(f"Unblock {person}", Invoke("unblock", {"person": person})),)
    if user.level is Level.OPERATOR:
        return ()
    block = Button(f"Block {person}", Invoke("block", {"person": person}), danger=True)
    return (approve, block) if user.level is Level.ANYONE else (block,)


def role_card(user: User, *, before: Level) -> Reply:
    """Read a change of level back."""
    if user.level is before:
        return Reply(body=text(f"{called(user)} is {LEVELS[before]} already."))
    undo = Invoke("role", {"person": str(user.id), "level": str(before.value)})
    return Reply(
        body=text(strong(called(user)), f" is now {LEVELS[user.level]}, was {LEVELS[before]}. "
                  "It counts from the next command."),
        buttons=((Button("Undo", undo), Button("People", Invoke("users"))),),
        tone=Tone.GOOD,
    )  # fmt: skip


def blocked_card(user: User) -> Reply:
    """Read back that someone is shut out, or let in again."""
    person = {"person": str(user.id)}
    words = "is blocked: every command is refused, everywhere" if user.blocked else "is not blocked"
    undo = (
        Button("Unblock", Invoke("unblock", person))
        if user.blocked
        else Button("Block", Invoke("block", person))
    )
    return Reply(body=text(strong(called(user)), f" {words}."), buttons=((undo,),), tone=Tone.GOOD)
