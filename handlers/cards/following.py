"""Followed wallets in a chat: what is followed, how, and what changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from data.models.following import Filters, Followed, MoveSeen, SeveralRule, Tells
from data.models.wallets import WalletSpan
from handlers import figures
from handlers.cards.layout import in_rows
from handlers.reply import Button, Invoke, Page, Part, Reply, Text, Tone, code, faint, lines, strong, text

SHOWN = 8
_PER_ROW = 4
_TELLS = {
    Tells.TRADES: "purchases and sales",
    Tells.BUYS: "purchases",
    Tells.SELLS: "sales",
    Tells.ALL: "purchases, sales and transfers",
    Tells.MUTE: "muted",
}
SIDES = {"buy": "bought", "sell": "sold", "in": "received", "out": "sent"}


def name_of(wallet: str, label: str) -> str:
    """Call a wallet by its label, or by its ends."""
    return label or figures.address(wallet)


def filters_words(filters: Filters) -> str:
    """Write what is told of a wallet."""
    parts = [_TELLS[filters.tells]]
    if filters.least_usd is not None:
        parts.append(f"from {figures.usd(filters.least_usd)}")
    if filters.mints:
        parts.append(f"of {', '.join(figures.address(mint) for mint in filters.mints)}")
    return " ".join(parts)


def followed_card(entry: Followed, *, known: bool) -> Reply:
    """Read back what is followed."""
    name = name_of(entry.wallet, entry.label)
    muted = entry.filters.tells is Tells.MUTE
    told = "You are told nothing of it." if muted else f"You are told of its {filters_words(entry.filters)}."
    other = Invoke(
        "trackw", {"address": entry.wallet, "words": (Tells.TRADES if muted else Tells.MUTE).value}
    )
    return Reply(
        title=text("Following ", name) if not known else text("Still following ", name),
        body=lines(
            text(code(entry.wallet)), told,
            faint("It still counts for /multi." if muted else "In private, or where /notify says."),
        ),
        buttons=(
            (
                Button("Its report", _report(entry.wallet)),
                Button("Unmute" if muted else "Mute", other),
                Button("Let go", Invoke("untrackw", {"wallet": entry.wallet})),
            ),
            (Button("All of them", Invoke("wallets")),),
        ),
        tone=Tone.GOOD,
    )  # fmt: skip


def let_go_card(entry: Followed | None, called: str) -> Reply:
    """Read back what is followed no more, or that nothing is `called` so."""
    if entry is None:
        listed = Button("Your wallets", Invoke("wallets"))
        return Reply(body=text(f"You follow no wallet {called!r}."), buttons=((listed,),), tone=Tone.WARN)
    again = {"address": entry.wallet}
    if entry.label:
        again["words"] = entry.label
    return Reply(
        body=text(f"You follow {name_of(entry.wallet, entry.label)} no more."),
        buttons=((Button("Follow again", Invoke("trackw", again)), Button("The others", Invoke("wallets"))),),
        tone=Tone.GOOD,
    )


def wallets_card(
    entries: Sequence[Followed],
    count: int,
    page: Page,
    latest: Mapping[str, MoveSeen],
    gaps: Mapping[str, int],
    now: datetime,
    called: str = "",
) -> Reply:
    """List a page of what is followed, or of what is `called` so; a button opens each report."""
    if not count:
        none = f"None that you follow is called {called!r}." if called else "You follow none."
        return Reply(
            title=text("Your wallets"),
            body=lines(none, text("Try: ", code("/wallets" if called else "/trackw ADDRESS label"))),
        )
    rows: list[Part] = []
    for entry in entries:
        rows.append(
            text(
                strong(name_of(entry.wallet, entry.label)),
                faint(f" {figures.address(entry.wallet)} · {filters_words(entry.filters)}"),
            )
        )
        rows.append(_last(latest.get(entry.wallet), gaps.get(entry.wallet, 0), now))
    buttons = [Button(name_of(each.wallet, each.label)[:16], _report(each.wallet)) for each in entries]
    return Reply(
        title=text(f"Your wallets ({count})"),
        body=lines(*rows),
        buttons=in_rows(buttons, _PER_ROW),
        page=page,
    )


def _last(move: MoveSeen | None, missed: int, now: datetime) -> Text:
    lost = f" · {missed} of its transactions could not be read" if missed else ""
    if move is None:
        return text(faint(f"nothing seen since you follow it{lost}"))
    worth = "" if move.value_usd is None else f" for {figures.usd(move.value_usd)}"
    did = f"{SIDES[move.side]} {figures.address(move.mint)}{worth}, {figures.ago(move.at, now)}"
    return text(faint(f"{did}{lost}"))


def _report(wallet: str) -> Invoke:
    return Invoke("wallet", {"address": wallet, "period": WalletSpan.D7.value})


def rule_words(rule: SeveralRule) -> str:
    """Write the rule of several wallets."""
    least = "" if rule.least_usd is None else f", each for {figures.usd(rule.least_usd)} or more"
    window = figures.age(timedelta(seconds=rule.window_s))
    return f"{rule.owners} independent owners buy the same token within {window}{least}"


def rule_card(rule: SeveralRule | None, followed: int, *, fresh: bool) -> Reply:
    """Read the rule of several wallets back, or say that there is none."""
    listed = Button("Your wallets", Invoke("wallets"))
    if rule is None:
        return Reply(
            title=text("No rule of several wallets"),
            body=lines(
                "You are told when several of the wallets that you follow buy the same token.",
                text("Try: ", code("/multi 3 60m $500")),
            ),
            buttons=((listed,),),
        )
    few = followed < rule.owners
    return Reply(
        title=text("Rule of several wallets" if not fresh else "The rule is set"),
        body=lines(
            text("You are told when ", strong(rule_words(rule)), "."),
            faint("Wallets with one funder count once. A token is told once within the window."),
            f"You follow {followed}: it takes {rule.owners} at least." if few else "",
        ),
        buttons=((Button("Drop the rule", Invoke("multi", {"act": "off"})), listed),),
        tone=Tone.WARN if few else Tone.GOOD,
    )
