"""Alerts as cards: read back, listed, changed, and what can be done with each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from core.alerts.turn import Sighting, asleep_until
from data.models.alerts import Alert, AlertRule, Figure, Phase
from handlers import figures
from handlers.cards.alert_words import Shown, amount, condition, manner, met_already, standing
from handlers.reply import Button, Invoke, Page, Reply, Text, Tone, code, faint, lines, strong, text

SNOOZE = "1h"
_NUDGES = (Decimal("-0.1"), Decimal("-0.05"), Decimal("0.05"), Decimal("0.1"))
_DIGITS = 6


def draft_card(shown: Shown, *, alert_id: int = 0) -> Reply:
    """Read a rule back before it is saved; `alert_id` names the alert that it would change."""
    rule = shown.rule
    other = _other_manner(rule)
    again = {"id": str(alert_id)} if alert_id else {}
    save = {"act": "edit" if alert_id else "save", **again, "rule": shown.words()}
    row = [Button("Save change" if alert_id else "Save", Invoke("alert", save))]
    row.append(
        Button(
            "Once" if rule.repeat else "Each time",
            Invoke("alert", {**again, "rule": shown.words(other)}),
        )
    )
    return Reply(
        title=text("Alert", f" #{alert_id}" if alert_id else ""),
        body=lines(strong(condition(rule, shown.name)), manner(rule), standing(shown), _warning(shown)),
        fields=(),
        buttons=(tuple(row), *_nudges(shown, alert_id)),
        footer=text(code(shown.token.address)),
    )


def _other_manner(rule: AlertRule) -> AlertRule:
    return AlertRule(
        gauge=rule.gauge, way=rule.way, threshold=rule.threshold, repeat=not rule.repeat, lasts_s=rule.lasts_s
    )


def _warning(shown: Shown) -> Text:
    if not met_already(shown):
        return Text()
    return text(faint("It is so already: I tell you when it is so again after having gone back."))


def _nudges(shown: Shown, alert_id: int) -> tuple[tuple[Button, ...], ...]:
    """Offer thresholds a little lower and higher."""
    rule = shown.rule
    if rule.threshold is None or not alert_id:
        return ()
    row = []
    for nudge in _NUDGES:
        nudged = nudged_rule(rule, nudge)
        if nudged is not None:
            sentence = {"id": str(alert_id), "rule": shown.words(nudged)}
            row.append(Button(amount(rule.gauge, nudged.threshold or Decimal(0)), Invoke("alert", sentence)))
    return (tuple(row),) if row else ()


def nudged_rule(rule: AlertRule, by: Decimal) -> AlertRule | None:
    """Move a threshold by a share of itself; None where it would leave what the figure can be."""
    if rule.threshold is None:
        return None
    moved = rule.threshold * (1 + by)
    if rule.gauge.figure is Figure.HOLDERS:
        moved = moved.to_integral_value()
    moved = figures.significant(moved, _DIGITS)
    limits = {Figure.RSI: (0, 100), Figure.FALL: (-1, 0), Figure.RISE: (0, 10_000)}
    low, high = limits.get(rule.gauge.figure, (0, Decimal("1e30")))
    if not low < moved < high or moved == rule.threshold:
        return None
    return AlertRule(
        gauge=rule.gauge, way=rule.way, threshold=moved, repeat=rule.repeat, cooldown_s=rule.cooldown_s,
        band_ratio=rule.band_ratio, lasts_s=rule.lasts_s,
    )  # fmt: skip


def shown_of(alert: Alert, seen: Sighting | None = None) -> Shown:
    """Show a kept alert's rule."""
    return Shown(token=alert.token, symbol=alert.symbol, rule=alert.rule, seen=seen)


def saved_card(alert: Alert, seen: Sighting | None, *, fresh: bool = True, private: bool = True) -> Reply:
    """Read back what was saved."""
    shown = shown_of(alert, seen)
    where = "I tell you" if alert.place is None else "I tell this chat"
    head = f"Alert #{alert.id} is set." if fresh else f"Alert #{alert.id} waits for this already."
    listed = (Button("My alerts", Invoke("alerts")),) if private else ()
    return Reply(
        title=text(head),
        body=lines(
            strong(condition(alert.rule, shown.name)), manner(alert.rule), standing(shown), _warning(shown),
            faint(f"{where} within seconds of its being seen, if sources agree."),
        ),
        buttons=((Button("Edit", _act("show", alert)), Button("Delete", _act("delete", alert)), *listed),),
        tone=Tone.GOOD,
    )  # fmt: skip


def _act(act: str, alert: Alert) -> Invoke:
    return Invoke("alert", {"act": act, "id": str(alert.id)})


def one_card(alert: Alert, seen: Sighting | None, now: datetime) -> Reply:
    """Show an alert with ways to change it."""
    shown = shown_of(alert, seen)
    base = draft_card(shown, alert_id=alert.id)
    kept = tuple(button for button in base.buttons[0] if button.label != "Save change")
    return base.with_(
        body=lines(base.body, text(faint(state(alert, now)))),
        buttons=(
            (_snooze(alert, now), Button("Delete", _act("delete", alert), danger=True), *kept),
            *base.buttons[1:],
        ),
    )


def _snooze(alert: Alert, now: datetime) -> Button:
    asleep = alert.snoozed_until is not None and alert.snoozed_until > now
    return (
        Button("Wake", _act("wake", alert)) if asleep else Button(f"Snooze {SNOOZE}", _act("snooze", alert))
    )


def state(alert: Alert, now: datetime) -> str:
    """Say how far an alert is."""
    parts = []
    fired = f"fired {figures.ago(alert.fired_at, now)}" if alert.fired_at is not None else ""
    until = asleep_until(alert, now)
    if alert.phase is Phase.DONE:
        parts.append(fired or "done")
    elif alert.phase is Phase.EXPIRED:
        parts.append("its time is over")
    else:
        if fired:
            parts.append(f"{fired}, {alert.fires} in all")
        if until is not None:
            word = "snoozed" if until == alert.snoozed_until else "rests"
            parts.append(f"{word} for {figures.age(until - now)}")
        elif alert.phase is Phase.RESTS:
            parts.append("must go back first")
        if alert.expires_at is not None:
            parts.append(f"ends in {figures.age(alert.expires_at - now)}")
    if alert.place is not None:
        parts.append("tells a group")
    return " · ".join(parts) or "armed"


def list_card(rows: Sequence[tuple[Alert, Sighting | None]], count: int, page: Page, now: datetime) -> Reply:
    """List a page of somebody's alerts with how far each is."""
    if not count:
        return Reply(
            title=text("Alerts"),
            body=lines(
                "None is set.", text("Try: ", code("/alert BONK price > 0.00003")),
                text("or: ", code("/alert WIF -20% 1h repeat")),
            ),
        )  # fmt: skip
    body = [
        lines(
            text(f"#{alert.id} ", strong(condition(alert.rule, shown_of(alert).name))),
            standing(shown_of(alert, seen)) if alert.phase.live else "",
            text(faint(f"{manner(alert.rule)} · {state(alert, now)}")),
        )
        for alert, seen in rows
    ]
    return Reply(
        title=text("Alerts", f" ({count})"),
        body=lines(*body),
        buttons=tuple(_row(alert, now) for alert, _ in rows),
        page=page,
    )


def _row(alert: Alert, now: datetime) -> tuple[Button, ...]:
    delete = Button(f"Delete #{alert.id}", _act("delete", alert))
    if not alert.phase.live:
        return (Button(f"Set #{alert.id} again", Invoke("alert", {"rule": shown_of(alert).words()})), delete)
    snooze = _snooze(alert, now)
    return (
        Button(f"Edit #{alert.id}", _act("show", alert)),
        Button(f"{snooze.label} #{alert.id}", snooze.invoke),
        delete,
    )


def done_card(what: str, alert: Alert, *, private: bool, undo: Button | None = None) -> Reply:
    """Read an action back."""
    buttons = [undo] if undo is not None else []
    if private:
        buttons.append(Button("My alerts", Invoke("alerts")))
    return Reply(
        title=text(f"Alert #{alert.id} {what}."),
        body=text(condition(alert.rule, shown_of(alert).name)),
        buttons=(tuple(buttons),) if buttons else (),
        tone=Tone.GOOD,
    )
