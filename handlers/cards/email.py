"""What is said of a person's e-mail address."""

from __future__ import annotations

from core.mailbox import Mailbox
from handlers.reply import Button, Invoke, Reply, Tone, code, lines, text

_WHAT = "Letters bring digests and danger, nothing else."


def mailbox_card(mailbox: Mailbox) -> Reply:
    """Show which address is proved, and which waits for its code."""
    rows = [text("Letters go to ", code(mailbox.address), ".") if mailbox.address else "No address is known."]
    if mailbox.asked:
        rows.append(text("A code was sent to ", code(mailbox.asked), ": give it with /email and the code."))
    elif not mailbox.address:
        rows.append("Give yours: /email you@example.org")
    forget = ((Button("Forget it", Invoke("email", {"word": "off"}), danger=True),),)
    known = bool(mailbox.address or mailbox.asked)
    return Reply(
        title=text("E-mail"), body=lines(*rows, _WHAT), buttons=forget if known else (), private=True
    )


def asked_card(address: str, minutes: int) -> Reply:
    """Say that a code is on its way."""
    body = lines(
        text("A code is on its way to ", code(address), "."),
        f"Give it within {minutes} minutes: /email and the code.",
    )
    return Reply(title=text("E-mail"), body=body, private=True)


def proved_card(address: str) -> Reply:
    """Say that an address is proved."""
    body = lines(text("Letters go to ", code(address), " from now on."), _WHAT)
    return Reply(title=text("E-mail"), body=body, tone=Tone.GOOD, private=True)


def forgotten_card(*, known: bool) -> Reply:
    """Say that no address is known any more."""
    words = "Your address is forgotten: no more letters." if known else "No address was known."
    return Reply(title=text("E-mail"), body=text(words), private=True)
