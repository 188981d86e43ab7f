"""Email: where digests and danger go as letters, once the address is proved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from config.settings import MAIL_ADDRESS, MAIL_ADDRESS_LIMIT
from core.mailbox import WITHIN, Mailboxes
from data.errors import BadArgument
from data.models.chat import Level, Place
from handlers.args import Arg
from handlers.cards.email import asked_card, forgotten_card, mailbox_card, proved_card
from handlers.reply import Reply
from handlers.spec import Cooldown, Ctx, Group, command

_CODE = re.compile(r"[A-Za-z0-9]{8}")
_OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailArgs:
    """What to do; nothing to see the address."""

    word: Annotated[str, Arg("Your address, the code that came there, or off")] = ""


@command(
    "email",
    "Digests and danger as letters to your address",
    group=Group.YOU,
    args=EmailArgs,
    level=Level.MEMBER,
    place=Place.PRIVATE,
    private=True,
    slow=True,
    cooldown=Cooldown(10, per_s=60),
    examples=("email", "email you@example.org", "email K7QM2XWP", "email off"),
)
async def email(ctx: Ctx, args: EmailArgs, *, mailboxes: Mailboxes) -> Reply:
    """Ask for an address, prove it, or forget it."""
    user = ctx.actor.user
    assert user is not None  # the level asks for one
    word = args.word.strip()
    if not word:
        return mailbox_card(await mailboxes.of(user))
    if word.lower() == _OFF:
        return forgotten_card(known=await mailboxes.forget(user))
    if "@" not in word and _CODE.fullmatch(word):
        return proved_card(await mailboxes.confirm(user, word))
    if len(word) > MAIL_ADDRESS_LIMIT or not MAIL_ADDRESS.fullmatch(word):
        raise BadArgument(
            "This is neither an e-mail address nor a code of eight signs.",
            argument="word",
            hint="/email you@example.org",
        )
    await mailboxes.ask(user, word)
    return asked_card(word, int(WITHIN.total_seconds() // 60))
