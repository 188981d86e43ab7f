"""What is said of joining and parting accounts. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.link_notes import NAMES
from core.linking import ACROSS, WITHIN, Claim, Parting
from data.models.chat import Identity, Level, User
from data.models.ids import Platform
from handlers.cards.people import LEVELS, called
from handlers.reply import Button, Field, Invoke, Reply, Tone, code, faint, lines, strong, text

_MINUTES = int(WITHIN.total_seconds() // 60)


def code_card(word: str, here: Platform) -> Reply:
    """Show the code, and where to type it."""
    there = NAMES[ACROSS[here]]
    return Reply(
        title=text(f"Join your {there} account"),
        body=lines(
            text("In a private chat with me on ", strong(there), ", say:"),
            code(f"/link {word}"),
            f"It works once, within {_MINUTES} minutes. The next one replaces it.",
            "Give it to nobody: whoever types it and confirms shares everything of yours here.",
        ),
        buttons=((Button("Withdraw it", Invoke("link", {"code": "cancel"})),),),
        tone=Tone.WARN,
        private=True,
    )


def claim_card(claim: Claim, here: Identity) -> Reply:
    """Show both accounts, and ask whether they are one person's."""
    lower = claim.asker.level is not claim.typist.level
    return Reply(
        title=text("Are both accounts yours?"),
        body=lines(
            "They become one person here. Each will see and change everything: settings, watchlists, alerts, "
            "wallets, inbox.",
            "If somebody sent you this code, press No: they would have all of it.",
            "Where both chose something, what the other account chose holds.",
            text(f"Your level will be {LEVELS[claim.level]}, the lower of the two.") if lower else "",
            faint(f"The buttons are yours alone and work for {_MINUTES} minutes."),
        ),
        fields=(
            _account("The other account", claim.asker, claim.account),
            _account("This account", claim.typist, here),
        ),
        buttons=(
            (
                Button("Yes, both are mine", Invoke("link", {"confirm": claim.word}), danger=True),
                Button("No", Invoke("link", {"code": "cancel"})),
            ),
        ),
        tone=Tone.WARN,
        private=True,
    )  # fmt: skip


def _account(name: str, user: User, account: Identity) -> Field:
    where = NAMES[account.platform]
    return Field(
        name,
        text(strong(called(user)), f" on {where}, ", code(account.id), f", {LEVELS[user.level]}"),
        inline=False,
    )


def linked_card(user: User) -> Reply:
    """Say that the accounts are one person's now."""
    return Reply(
        title=text("Joined"),
        body=lines(
            *(text(f"{NAMES[each.platform]} ", code(each.id)) for each in user.identities),
            f"You are {called(user)}, {LEVELS[user.level]}, on both. What you do on one holds on the other.",
        ),
        buttons=((Button("What I hold", Invoke("me")), Button("Part them", Invoke("unlink"))),),
        tone=Tone.GOOD,
        private=True,
    )


def joined_already_card(user: User) -> Reply:
    """Show the accounts that are joined."""
    return linked_card(user).with_(title=text("Your accounts are joined"), tone=Tone.NEUTRAL)


def dropped_card(*, known: bool) -> Reply:
    """Say that nothing will be joined."""
    words = "It counts no more: nothing was joined." if known else "Nothing was waiting."
    return Reply(title=text("Not joined"), body=text(words), private=True)


def parting_card(parting: Parting, here: Identity) -> Reply:
    """Ask whether to part accounts."""
    return Reply(
        title=text("Part your accounts?"),
        body=lines(
            *(text(f"{NAMES[each.platform]} ", code(each.id), " leaves:") for each in parting.leaves),
            f"it begins anew as a {LEVELS[Level.MEMBER]} who owns nothing, and hears nothing of yours.",
            f"This {NAMES[here.platform]} account keeps everything.",
            faint(f"The button is yours alone and works for {_MINUTES} minutes."),
        ),
        buttons=(
            (
                Button("Yes, part them", Invoke("unlink", {"confirm": parting.word}), danger=True),
                Button("No", Invoke("me")),
            ),
        ),
        tone=Tone.WARN,
        private=True,
    )


def parted_card(left: Sequence[Identity]) -> Reply:
    """Say that accounts are parted."""
    return Reply(
        title=text("Parted"),
        body=lines(
            *(
                text(f"{NAMES[each.platform]} ", code(each.id), " is not yours here any more.")
                for each in left
            ),
            "You keep everything.",
        ),
        tone=Tone.GOOD,
        private=True,
    )
