"""Holders as circles: the area is the share of the supply; wallets of one cluster touch inside a ring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, sqrt

from core.charts import page, style
from core.charts.packing import around, packed
from core.charts.pictures import Bubble, BubbleSpec, HolderKind
from core.charts.spec import Chart
from core.charts.style import Sheet

_MOST = 40
_HEIGHT = 760
_WIDTH = 850.0  # of the field of bubbles
_KEY_X = 918.0
_GAP = 0.05  # between those that do not belong together, as a share of the largest
_MARGIN = 10.0
_WORDS_FROM, _RANK_FROM, _PATTERN_FROM = 74.0, 20.0, 12.0  # pixels of radius
_RIM = 11.0
_CLUSTERS_MOST = 4
_TOLD = 5
_ALL = 1.0001  # what rounded shares of a whole may come to
_STEP = 46.0


@dataclass(frozen=True, slots=True)
class _Look:
    """How a kind of holder is told: word, sign, colour and the pattern of the rim."""

    word: str
    sign: str
    colour: str
    hatch: str


_LOOKS: Mapping[HolderKind, _Look] = {
    HolderKind.POOL: _Look("Pool", "≈", style.UP, "---"),
    HolderKind.PROGRAM: _Look("Program", "■", style.DOWN, "+++"),
    HolderKind.CREATOR: _Look("Creator", "★", style.CAUTION, "xxxx"),
    HolderKind.INSIDER: _Look("Insider", "◆", style.BAD, "////"),
    HolderKind.SNIPER: _Look("Sniper", "▼", style.WARNING, "||||"),
    HolderKind.BURNED: _Look("Burned", "✕", style.GOOD, "...."),
    HolderKind.HOLDER: _Look("Holder", "", style.MUTED, ""),
}


@dataclass(frozen=True, slots=True)
class _Placed:
    """A bubble with its rank and its place in pixels."""

    rank: int
    bubble: Bubble
    x: float
    y: float
    radius: float

    def moved(self, x: float, y: float, times: float = 1.0) -> _Placed:
        """Stretch around the origin, then shift."""
        return replace(self, x=self.x * times + x, y=self.y * times + y, radius=self.radius * times)


def draw(spec: BubbleSpec) -> Chart:
    """Draw the bubbles; equal specs give equal bytes."""
    known = [(rank, bubble) for rank, bubble in enumerate(spec.bubbles, 1) if _known(bubble)]
    unknown = len(spec.bubbles) - len(known)
    ordered = sorted(known, key=lambda item: (-item[1].ratio, item[0]))
    if not ordered:
        lacking = "Nobody tells who holds it" if not unknown else "No holder's share is known"
        return page.empty(spec.frame, lacking)
    total = sum(bubble.ratio for _, bubble in ordered)
    sheet = page.begin(
        spec.frame,
        _HEIGHT,
        aside=f"{len(ordered)} hold{'s' if len(ordered) == 1 else ''} {_percent(total)}",
        covered=True,
    )
    drawn = ordered[:_MOST]
    for each in _fitted(_gathered(drawn)):
        if each.rank:
            _draw_bubble(sheet, each)
        else:
            _draw_ring(sheet, each.x, each.y, each.radius)
    _draw_key(sheet, ordered, drawn, unknown)
    return page.end(sheet, spec.frame, *_words(ordered, unknown, total))


def _known(bubble: Bubble) -> bool:
    return isfinite(bubble.ratio) and 0 < bubble.ratio <= 1


def _gathered(ordered: Sequence[tuple[int, Bubble]]) -> list[_Placed]:
    """Pack each cluster by itself, then clusters and lone wallets; the ring of a cluster has rank 0."""
    groups: dict[str, list[tuple[int, Bubble]]] = {}
    for rank, bubble in ordered:
        groups.setdefault(bubble.cluster or f"\0{rank}", []).append((rank, bubble))
    gap = _GAP * sqrt(ordered[0][1].ratio)
    packs = []
    for name, members in groups.items():
        radii = [sqrt(bubble.ratio) for _, bubble in members]
        places = packed(radii)
        x, y, radius = around(places, radii)
        own = [
            _Placed(rank, bubble, at[0] - x, at[1] - y, own)
            for (rank, bubble), at, own in zip(members, places, radii, strict=True)
        ]
        if len(members) > 1:
            radius += gap
            own.insert(0, _Placed(0, Bubble(label=name, ratio=0.0), 0.0, 0.0, radius))
        packs.append((radius + gap / 2, own))
    packs.sort(key=lambda pack: -pack[0])
    middles = packed([radius for radius, _ in packs], aspect=_WIDTH / _HEIGHT)
    return [each.moved(x, y) for (_, members), (x, y) in zip(packs, middles, strict=True) for each in members]


def _fitted(placed: Sequence[_Placed]) -> list[_Placed]:
    """Stretch the whole to the field, and put it in the middle."""
    left, right = min(p.x - p.radius for p in placed), max(p.x + p.radius for p in placed)
    low, high = min(p.y - p.radius for p in placed), max(p.y + p.radius for p in placed)
    times = min((_WIDTH - 2 * _MARGIN) / (right - left), (_HEIGHT - 2 * _MARGIN) / (high - low))
    x = page.LEFT + _WIDTH / 2 - (left + right) / 2 * times
    y = page.FOOTER + _HEIGHT / 2 - (low + high) / 2 * times
    return [each.moved(x, y, times) for each in placed]


def _clusters(holders: Iterable[tuple[int, Bubble]]) -> list[tuple[str, int, float]]:
    """List the clusters with their wallets and shares, the largest first; one wallet alone is none."""
    found: dict[str, list[float]] = {}
    for _, bubble in holders:
        if bubble.cluster:
            found.setdefault(bubble.cluster, []).append(bubble.ratio)
    several = [(name, len(shares), sum(shares)) for name, shares in found.items() if len(shares) > 1]
    return sorted(several, key=lambda cluster: -cluster[2])


def _draw_ring(sheet: Sheet, x: float, y: float, radius: float) -> None:
    sheet.disc(x, y, radius, style.tint(style.BAD, 1), edge=style.BAD, width=2.0, dashed=True)


def _draw_bubble(sheet: Sheet, each: _Placed) -> None:
    look, radius = _LOOKS[each.bubble.kind], each.radius
    tinted = style.tint(look.colour, 2)
    hatch = look.hatch if radius >= _PATTERN_FROM else ""
    sheet.disc(each.x, each.y, max(2.0, radius - 1.5), tinted, edge=look.colour, width=2.0, hatch=hatch)
    inside = radius - min(_RIM, radius * 0.3) if hatch else radius - 4
    if radius < _RANK_FROM:
        return
    if hatch:
        sheet.disc(each.x, each.y, inside, tinted)
    rank, share = f"{look.sign} {each.rank}".strip(), _percent(each.bubble.ratio)
    size = min(44.0, radius * 0.34) if radius >= _WORDS_FROM else page.SMALLEST
    if radius >= _WORDS_FROM:
        lines = [(size * 0.5 + 22, rank, page.SMALLEST), (0.0, share, size)]
        below = -size * 0.5 - 22
        label, word = style.with_glyphs(each.bubble.label), look.word if look.hatch else ""
        whole = sheet.width_of(label, size=page.SMALLEST) <= _chord(inside, below, page.SMALLEST)
        lines.append((below, label if whole else word, page.SMALLEST))
    else:
        lines = [(14.0, rank, size), (-14.0, share, size)]
        if sheet.width_of(share, size=size, bold=True) > _chord(inside, -14.0, size):
            lines = [(0.0, str(each.rank), size)]
    for above, words, high in lines:
        if sheet.width_of(words, size=high, bold=True) <= _chord(inside, above, high):
            bold = words == share or len(lines) == 1
            sheet.text(each.x, each.y + above, words, size=high, colour=style.INK, align="center", bold=bold)


def _chord(radius: float, above: float, size: float) -> float:
    """Measure the room for words of a size at a height over the middle of a circle."""
    return 2 * sqrt(max(0.0, radius**2 - (abs(above) + size * 0.4) ** 2))


def _draw_key(
    sheet: Sheet,
    ordered: Sequence[tuple[int, Bubble]],
    drawn: Sequence[tuple[int, Bubble]],
    unknown: int,
) -> None:
    """Tell the kinds with their shares, the clusters, and what is not drawn."""
    y = page.FOOTER + _HEIGHT - 30.0
    for kind, look in _LOOKS.items():
        own = [bubble.ratio for _, bubble in ordered if bubble.kind is kind]
        if own:
            tinted = style.tint(look.colour, 2)
            sheet.disc(_KEY_X + 18, y, 16, tinted, edge=look.colour, width=2.0, hatch=look.hatch)
            _draw_entry(sheet, y, f"{look.sign} {look.word} × {len(own)}".strip(), sum(own))
            y -= _STEP
    clusters = _clusters(drawn)
    for name, count, share in clusters[:_CLUSTERS_MOST]:
        _draw_ring(sheet, _KEY_X + 18, y, 16)
        _draw_entry(sheet, y, f"{name} × {count}", share)
        y -= _STEP
    notes = ["Number: rank in the list", "Area: share of the supply"]
    if len(clusters) > _CLUSTERS_MOST:
        notes.append(f"{len(clusters) - _CLUSTERS_MOST} more clusters")
    if len(ordered) > len(drawn):
        notes.append(f"{len(ordered) - len(drawn)} smaller not drawn")
    if unknown:
        notes.append(f"? {unknown} of unknown share")
    if sum(bubble.ratio for _, bubble in ordered) > _ALL:
        notes.append("! more than the supply")
    for at, words in enumerate(reversed(notes)):
        page.write(sheet, _KEY_X, page.FOOTER + 24 + 36 * at, words, page.EDGE - _KEY_X, size=page.SMALLEST)


def _draw_entry(sheet: Sheet, y: float, words: str, ratio: float) -> None:
    share = _percent(ratio)
    sheet.text(page.EDGE, y, share, colour=style.INK, align="right", bold=True)
    taken = sheet.width_of(share, size=style.LABEL, bold=True)
    page.write(sheet, _KEY_X + 46, y, words, page.EDGE - _KEY_X - 58 - taken, colour=style.INK)


def _percent(ratio: float) -> str:
    percent = ratio * 100
    return f"{percent:.0f} %" if percent >= 99.95 else f"{percent:.1f} %" if percent >= 0.1 else "< 0.1 %"


def _words(ordered: Sequence[tuple[int, Bubble]], unknown: int, total: float) -> list[str]:
    """Tell the whole, each kind, the clusters and the largest."""
    count = "1 holder has" if len(ordered) == 1 else f"{len(ordered)} holders have"
    sentences = [f"{count} {_percent(total)} of the supply."]
    kinds = [
        f"{look.word.lower()} × {len(own)}: {_percent(sum(own))}"
        for kind, look in _LOOKS.items()
        if (own := [bubble.ratio for _, bubble in ordered if bubble.kind is kind])
    ]
    sentences.append(f"{'; '.join(kinds).capitalize()}.")
    sentences += [
        f"{name}: {wallets} connected wallets, {_percent(share)}."
        for name, wallets, share in _clusters(ordered)[:_CLUSTERS_MOST]
    ]
    largest = [
        f"{bubble.label or _LOOKS[bubble.kind].word} {_percent(bubble.ratio)}"
        for _, bubble in ordered[:_TOLD]
    ]
    sentences.append(f"Largest: {', '.join(largest)}.")
    if unknown:
        sentences.append(f"{unknown} more of unknown share.")
    if total > _ALL:
        sentences.append("The shares add up to more than the supply: they contradict each other.")
    return sentences
