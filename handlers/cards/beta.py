"""Betas: what can be tried before it is everybody's. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from config.flags import FLAGS
from core.beta import BETAS
from handlers.reply import Button, Invoke, Part, Reply, Tone, faint, lines, strong, text


def beta_card(mine: Collection[str], flags: Mapping[str, bool], *, chat: bool, changed: str = "") -> Reply:
    """List the betas; `mine` are those that the person, or with `chat` this chat, has joined."""
    rows: list[Part] = []
    buttons: list[tuple[Button, ...]] = []
    for name in sorted(BETAS):
        inside, on = name in mine, flags.get(name, False)
        note = "joined" if inside else "not joined"
        if on is not inside:
            note += ", but on for everyone here" if on else ", but switched off by the operator"
        rows.append(text(strong(name), f": {FLAGS[name].summary}", faint(f" ({note})")))
        act, label = ("leave", f"Leave {name}") if inside else ("join", f"Join {name}")
        buttons.append((Button(label, Invoke("beta", {"act": act, "name": name})),))
    return Reply(
        title=text("Betas of this chat" if chat else "Your betas"),
        body=lines(*(rows or ["There is nothing to try just now."])),
        buttons=tuple(buttons),
        tone=Tone.GOOD if changed else Tone.NEUTRAL,
        footer=text("A beta may change, and go, from one release to the next."),
    )
