"""Tokens like another, with what they have in common; which one is the original is never claimed."""

from __future__ import annotations

from core.addresses import word_of
from core.security.listed import Listed
from core.security.similar import Like, Likes
from handlers import figures
from handlers.cards import provenance
from handlers.cards.launch import buttons
from handlers.cards.token import title
from handlers.reply import Button, Field, Invoke, Reply, Text, Tone, code, faint, lines, text

_SHOWN = 10
_OPENED = 4


def similar_card(likes: Likes) -> Reply:
    """List the tokens that are like one, the most alike first."""
    snapshot = likes.snapshot
    rows: list[Text] = [text(code(snapshot.token.address))]
    if not likes.others:
        rows.append(text("No source knows another of its name, picture or creator."))
    rows += [_row(likes, rank, other) for rank, other in enumerate(likes.others[:_SHOWN], 1)]
    if len(likes.others) > _SHOWN:
        rows.append(text(faint(f"and {len(likes.others) - _SHOWN} more")))
    rows.append(text(faint("A name or a picture proves nothing, nor does age: compare the address.")))
    opened = tuple(
        Button(
            f"{rank}. {other.listed.symbol or 'no name'}", Invoke("t", {"token": word_of(other.listed.token)})
        )
        for rank, other in enumerate(likes.others[:_OPENED], 1)
    )
    return Reply(
        title=text("Similar · ", title(snapshot)),
        body=lines(*rows),
        fields=()
        if not likes.others
        else (
            Field("Found", text(figures.count(len(likes.others))), 90),
            Field("Oldest", _named(likes, likes.oldest, "unknown, not every age is known"), 80),
            Field("Deepest", _named(likes, likes.deepest, "unknown"), 80),
        ),
        buttons=((opened,) if opened else ()) + buttons(snapshot.token, shown="similar"),
        tone=Tone.WARN if likes.others else Tone.NEUTRAL,
        footer=provenance.footer(snapshot),
    )


def _row(likes: Likes, rank: int, other: Like) -> Text:
    known = other.listed
    common = ", ".join(kind.value for kind in other.likeness)
    marks = [f"same {common}"]
    if known.liquidity_usd is not None:
        marks.append(f"liquidity {figures.usd(known.liquidity_usd)}")
    if known.created_at is not None:
        marks.append(figures.ago(known.created_at, likes.snapshot.at))
    if other.verified:
        marks.append("verified by a source")
    return text(
        f"{rank}. {known.symbol or 'no name'} ", code(figures.address(known.token.address)),
        faint(f" · {' · '.join(marks)}"),
    )  # fmt: skip


def _named(likes: Likes, listed: Listed | None, otherwise: str) -> Text:
    if listed is None:
        return text(otherwise)
    if listed.token == likes.own.token:
        return text("this one")
    return text(f"{listed.symbol or 'no name'} ", code(figures.address(listed.token.address)))
