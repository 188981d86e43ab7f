"""What the radar tells: a signal with its reasons, lists of them, what they came to, who hears. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from core.addresses import word_of
from core.radar.board import Line
from core.radar.events import NAMES, SignalFired
from core.radar.grade import Horizon, entry_of
from core.radar.receipts import DECIDES
from core.signals.score import PROVEN_FROM, Chance
from core.signals.spec import DANGER, Reason, Signal, SignalType
from data.models.delivery import Stream, Subscription
from data.models.ids import TokenKey
from data.models.signals import GradeRow, SignalRecord
from data.models.text import one_line
from handlers import figures
from handlers.cards.layout import in_rows, turned
from handlers.reply import (
    Button,
    Image,
    Invoke,
    Reply,
    Text,
    Tone,
    block,
    code,
    faint,
    lines,
    strong,
    tap,
    text,
)

PAGE = 8
_SENSES = {">": "above", ">=": "at least", "<": "below", "<=": "at most"}
_COUNTS = ("bars_since", "buyers_5m", "buyers_before", "clusters", "moves", "rules_worse", "verdict_steps")
_PLAIN = ("volume_z", "mentions_z", "volume_to_before", "buyers_to_before", "change_1h_to_peers", "unrelated")
_MISSING = {"no bars": "price unknown", "bars are missing": "price unknown", "the cost is unknown": "cost?"}


def signal_card(events: Sequence[SignalFired], now: datetime, *, image: Image | None = None) -> Reply:
    """Tell of a signal, the newest first where several are of one token."""
    newest, earlier = events[0], events[1:]
    name = newest.symbol or figures.address(newest.token.address)
    kind = newest.type
    rows: list[Text] = [text(reason) for reason in map(reason_words, newest.reasons) if reason]
    rows += [text(faint(f"Before: {NAMES[told.type]}, {figures.ago(told.at, now)}")) for told in earlier[:4]]
    return Reply(
        title=text(f"{NAMES[kind]}: {name}"),
        body=lines(
            text(strong(_figures(newest))),
            *rows,
            text(_chance(newest.chance), faint(f" · strength {_percent(newest.strength)}")),
            text(code(newest.token.address)),
        ),
        image=image,
        buttons=signal_buttons(newest.token, newest.key, kind),
        tone=Tone.DANGER if newest.danger else Tone.NEUTRAL,
        footer=text(
            f"seen {figures.clock_time(newest.at)} · a signal is no advice · /track shows the record"
        ),
    )


def signal_buttons(token: TokenKey, key: str, kind: SignalType) -> tuple[tuple[Button, ...], ...]:
    """Offer what can be done about a signal."""
    word = word_of(token)
    quiet = (
        []
        if kind in DANGER
        else [Button("Snooze type", Invoke("snooze", {"what": kind.value, "length": "1d"}))]
    )
    return (
        (
            Button("Why", Invoke("why", {"about": key})),
            Button("Chart", Invoke("c", {"token": word})),
            Button("Scan", Invoke("s", {"token": word})),
        ),
        (Button("Watch", Invoke("watch", {"token": word})), *quiet),
    )


def reason_words(reason: Reason) -> str:
    """Say why it fired, with the number and the bound that it passed."""
    told = dict(reason.numbers)
    if "text" in told:
        return one_line(told["text"], 80)
    sense = told.get("sense", "")
    words = _SENSES.get(sense, sense)
    value, bound = _written(reason.key, told.get("value", "")), _written(reason.key, told.get("bound", ""))
    return f"{label(reason.key)}: {value} ({words} {bound})"


def label(key: str) -> str:
    """Name a figure as people do: `liquidity_fall_5m` is liquidity fall 5m."""
    words = (
        key.removesuffix("_usd").removesuffix("_s") if not key.endswith("_5m_usd") else key[: -len("_usd")]
    )
    return words.replace("_", " ").capitalize()


def _written(key: str, word: str) -> str:
    try:
        value = Decimal(word)
    except InvalidOperation:
        return "unknown"
    if key.endswith("_usd"):
        return figures.usd(value)
    if key.endswith("_s"):
        return f"{value:.0f} s"
    if key.startswith(_COUNTS):
        return figures.count(int(value))
    if key.startswith(_PLAIN):
        return f"{value:.2f}"
    return figures.percent(value)


def _figures(event: SignalFired) -> str:
    price = "price unknown" if event.price_usd is None else figures.price(event.price_usd)
    liquid = "" if event.liquidity_usd is None else f" · liquidity {figures.usd(event.liquidity_usd)}"
    scan = " · not scanned" if event.verdict is None else f" · scan: {event.verdict}"
    return f"{price}{liquid}{scan}"


def _chance(chance: Chance | None) -> str:
    if chance is None:
        return "Unproven: none of its kind has been graded yet"
    told = f"{_percent(chance.ratio)} of {chance.n} rose 20 % before they fell 20 %, within {DECIDES.value}"
    return told if chance.proven else f"Unproven: {told}"


def _percent(ratio: float) -> str:
    return f"{ratio * 100:.0f} %"


def signals_card(
    records: Sequence[SignalRecord],
    grades: Mapping[int, Sequence[GradeRow]],
    page: int,
    invoke: Invoke,
    now: datetime,
    about: str,
) -> Reply:
    """List signals, the newest first, each with what became of it so far."""
    shown, turn = turned(records, page, PAGE, invoke)
    rows = [_row(record, grades.get(record.id, ()), now) for record in shown]
    buttons = [Button(f"Why {_name(each)}", Invoke("why", {"about": each.key})) for each in shown[:4]]
    return Reply(
        title=text("Signals", f" · {about}" if about else ""),
        body=lines(*rows) if rows else text("The radar told nothing of this kind yet."),
        buttons=in_rows(buttons, 2),
        page=turn,
        footer=text(
            "change since the next minute's open, net of costs where they are known · ", tap("track")
        ),
    )


def _row(record: SignalRecord, grades: Sequence[GradeRow], now: datetime) -> Text:
    kind = NAMES[SignalType(record.type)] if record.type in set(SignalType) else record.type
    quiet = "" if record.told else " (kept quiet)"
    return text(
        strong(f"{kind}: {_name(record)}"),
        faint(f" {figures.ago(record.at, now)}{quiet} · "),
        _so_far(grades),
    )


def _name(record: SignalRecord) -> str:
    return one_line(record.symbol, 12) or figures.address(record.token.address)


def _so_far(grades: Sequence[GradeRow]) -> str:
    """Say what the longest horizon came to that is graded."""
    done = [row for row in grades if row.graded_at is not None]
    if not done:
        return "not graded yet"
    last = max(done, key=lambda row: row.horizon_s)
    span = next(each.value for each in Horizon if int(each.span.total_seconds()) == last.horizon_s)
    if last.rugged and last.gross_ratio == -1:
        return f"{span}: rugged"
    if last.net_ratio is not None:
        return f"{span}: {figures.percent(last.net_ratio, signed=True)} net"
    if last.gross_ratio is not None:
        return f"{span}: {figures.percent(last.gross_ratio, signed=True)}, cost unknown"
    return f"{span}: unknown ({_MISSING.get(last.missing, last.missing)})"


def why_signal_card(record: SignalRecord, signal: Signal, grades: Sequence[GradeRow]) -> Reply:
    """Lay open what a detector looked at, what it asked for, and what became of it."""
    known = [
        f"{label(name)}: {value:.6g}" if value is not None else f"{label(name)}: unknown"
        for name, value in sorted(signal.features.items())
    ]
    results = [
        f"{each.value}: {_so_far([row])}".replace(f"{each.value}: {each.value}: ", f"{each.value}: ")
        for each in Horizon
        for row in grades
        if row.horizon_s == int(each.span.total_seconds())
    ]
    kind = NAMES[signal.type]
    return Reply(
        title=text(f"Why? {kind}: {_name(record)}"),
        body=lines(
            text(strong("It fired because")),
            *(text(reason_words(reason)) for reason in signal.reasons),
            faint("With any of these on the other side of its bound it would not have fired."),
            text(strong("What was known")),
            block("\n".join(known)),
            text(strong(f"What became of it, bought at {figures.clock_time(entry_of(signal.at))}")),
            *(results or ["nothing is due yet"]),
        ),
        buttons=signal_buttons(record.token, record.key, signal.type)[:1],
        footer=text(
            f"signal {record.id} · {kind} version {signal.version} · {record.at:%Y-%m-%d %H:%M:%S} UTC"
        ),
    )


def track_card(board: Sequence[Line], period: str, about: str) -> Reply:
    """Show what signals came to, type by type, with how much that says."""
    rows: list[Text] = []
    for line in board:
        rows.append(text(strong(NAMES[line.type]), f": {line.told} seen, {line.standing.n} graded"))
        rows.append(text(_standing(line)))
    quiet = [NAMES[line.type] for line in board if line.standing.quiet]
    if quiet:
        rows.append(text(f"Quiet: {', '.join(quiet)}. Beyond doubt they lost money, so nobody is told."))
    return Reply(
        title=text(f"Record of the radar · {period}", f" · {about}" if about else ""),
        body=lines(*rows) if rows else text("Nothing was seen in this time."),
        buttons=(
            tuple(
                Button(word, Invoke("track", {"period": word}), active=word == period)
                for word in ("1d", "7d", "30d", "90d")
            ),
            (Button("Signals", Invoke("signals")), Button("Radar", Invoke("radar"))),
        ),
        footer=text(
            f"half a SOL bought at the next minute, net of fees and impact, {DECIDES.value} on; "
            f"below n={PROVEN_FROM} nothing is proven"
        ),
    )


def _standing(line: Line) -> str:
    stood = line.standing
    if stood.mean is None or stood.median is None:
        return "nothing graded with its costs yet"
    hit = stood.hit
    rate = (
        "hits unknown"
        if hit is None
        else f"hits {_percent(hit.ratio)} ({_percent(hit.low)} to {_percent(hit.high)}, n={hit.n})"
    )
    best = "" if stood.without_best is None else f", without the best three {_signed(stood.without_best)}"
    proven = "" if stood.n >= PROVEN_FROM else " · unproven"
    return f"{rate} · median {_signed(stood.median)}, mean {_signed(stood.mean)}{best}{proven}"


def _signed(ratio: float) -> str:
    return figures.percent(Decimal(repr(ratio)), signed=True)


def hears_card(stream: Stream, heard: Subscription | None, *, watched: int, changed: bool) -> Reply:
    """Show whether the radar is heard here, and how it is narrowed."""
    command = "hunt" if stream is Stream.HUNT else "radar"
    wishes = dict(heard.wishes) if heard is not None else {}
    on = heard is not None and heard.active
    state = "on" if on else "off" if heard is None else f"paused ({one_line(heard.problem, 80)})"
    types = wishes.get("types", "")
    rows: list[Text] = [
        text(strong(f"{'The hunt' if command == 'hunt' else 'The radar'} is {state} here.")),
        text(f"Types: {types.replace(',', ', ') if types else 'all'}"),
        text(f"Least score: {wishes.get('min') or 'any'}"),
        text(
            faint(f"It watches {watched} tokens now." if watched else "It watches nothing in this process.")
        ),
    ]
    buttons = [
        Button("On", Invoke(command, {"act": "on"}), active=on),
        Button("Off", Invoke(command, {"act": "off"}), active=not on),
        Button("Now" if command == "hunt" else "Signals", Invoke(*_now(command))),
        Button("Record", Invoke("track")),
    ]
    return Reply(
        title=text("Hunt" if command == "hunt" else "Radar"),
        body=lines(*rows),
        buttons=(tuple(buttons),),
        tone=Tone.GOOD if changed else Tone.NEUTRAL,
        footer=text(f"/{command} types launch graduation · /{command} min 40 · danger: /route danger here"),
    )


def _now(command: str) -> tuple[str, dict[str, str]]:
    return ("hunt", {"act": "now"}) if command == "hunt" else ("signals", {})
