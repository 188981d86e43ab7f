"""A coin begins; what is told is what its first second told."""

from __future__ import annotations

from core.signals.conditions import Way, at_most
from core.signals.registry import detector
from core.signals.spec import Limits, Part, SignalType
from core.signals.window import LaunchFacts, Window


@detector(SignalType.LAUNCH, needs=(Part.LAUNCH,), seen_s=90, dev=0.05, bundle=0.05, made_before=3)
def launch(window: Window, limit: Limits) -> tuple[Way, ...]:
    """Tell of a mint or pool within 90 s of its beginning, after which it is no news.

    The strength is the share of six questions that were answered well by facts of that second: mint and
    freeze authority revoked, at most 5 % bought by its maker, at most 5 % by wallets that came together, at
    most 3 coins made before (more is a factory), links given. Unknown is not well answered. What became known
    later is not looked at, or the record of this type would be better than anything that could be acted on.
    """
    facts = window.launch
    assert facts is not None
    return (
        Way(
            conditions=(
                at_most("since_launch_s", window.now_s - facts.at.timestamp(), limit["seen_s"], Part.LAUNCH),
            ),
            given=_answered_well(facts, limit),
        ),
    )


def _answered_well(facts: LaunchFacts, limit: Limits) -> float:
    answers = (
        facts.mint_revoked is True,
        facts.freeze_revoked is True,
        facts.dev_ratio is not None and facts.dev_ratio <= limit["dev"],
        facts.bundle_ratio is not None and facts.bundle_ratio <= limit["bundle"],
        facts.creator_tokens is not None and facts.creator_tokens <= limit["made_before"],
        facts.has_links is True,
    )
    return sum(answers) / len(answers)
