"""Holders as pictures: who holds a token now, and how many did over time."""

from __future__ import annotations

from core.addresses import word_of
from core.charts import builders
from core.charts.pictures import Bubble, BubbleSpec, Frame, HolderKind, LinesSpec
from core.past import History
from core.security import owners
from core.security.holders import HeldBy
from data.models.fields import CREATOR
from data.models.market import TokenSnapshot
from handlers import figures
from handlers.cards import provenance
from handlers.cards.history import history_rows
from handlers.cards.token import title
from handlers.reply import Button, Image, Invoke, Reply, Tone, code, lines, text


def bubbles(held: HeldBy, *, practice: bool) -> BubbleSpec:
    """Ask for the holders as a picture; a share that nobody tells is drawn as none."""
    holders = held.listed.holders if held.listed is not None else ()
    kinds = _kinds(held)
    clusters = owners.clusters(zip(holders, kinds, strict=True))
    source = f"as {provenance.source(held.source)} lists them · " if held.source else ""
    return BubbleSpec(
        frame=Frame(
            title=f"Holders · {title(held.snapshot).plain}",
            subtitle="those listed; whose a wallet is, only where somebody tells",
            footer=f"{source}{provenance.footer(held.snapshot).plain}",
            practice=practice,
        ),
        bubbles=tuple(
            Bubble(
                label=figures.address(holder.owner),
                ratio=float("nan") if holder.ratio is None else float(holder.ratio),
                kind=kind,
                cluster=cluster,
            )
            for holder, kind, cluster in zip(holders, kinds, clusters, strict=True)
        ),
    )


def history_card(snapshot: TokenSnapshot, known: History[int], *, image: Image | None = None) -> Reply:
    """Lay out how many held a token over time."""
    token = word_of(snapshot.token)
    return Reply(
        title=text("Holders over time · ", title(snapshot)),
        body=lines(text(code(snapshot.token.address)), *history_rows(known, figures.count, snapshot.at)),
        image=image,
        buttons=(
            (
                Button("Holders", Invoke("holders", {"token": token})),
                Button("Liquidity over time", Invoke("flow", {"token": token, "what": "liquidity"})),
                Button("Card", Invoke("t", {"token": token})),
            ),
        ),
        tone=Tone.NEUTRAL if known else Tone.WARN,
        footer=provenance.footer(snapshot),
    )


def history_picture(snapshot: TokenSnapshot, known: History[int], *, practice: bool) -> LinesSpec:
    """Ask for the number of holders over time as a picture."""
    frame = Frame(
        title=f"Holders over time · {title(snapshot).plain}",
        subtitle="each time somebody asked for it",
        footer=provenance.footer(snapshot).plain,
        practice=practice,
    )
    return builders.holders_over_time(frame, known)


def _kinds(held: HeldBy) -> tuple[HolderKind, ...]:
    pools = {pool.address for pool in held.snapshot.pools}
    programs = held.apart or frozenset()
    creator = held.snapshot.value(CREATOR)
    holders = held.listed.holders if held.listed is not None else ()
    return tuple(
        owners.kind_of(holder, creator=creator, pools=pools, programs=programs) for holder in holders
    )
