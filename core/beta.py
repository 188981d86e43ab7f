"""Betas: flags that people and chats join by themselves, kept among their own choices. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from config.flags import FLAGS

BETA = "beta"  # the name of what was joined among a person's or a chat's preferences
BETAS = frozenset(name for name, flag in FLAGS.items() if flag.beta)


def joined(preferences: Mapping[str, str]) -> frozenset[str]:
    """Read which betas were joined; one that is none any more counts no more."""
    kept = preferences.get(BETA)
    return BETAS.intersection(kept.split(",")) if kept else frozenset()


def written(preferences: Mapping[str, str], name: str, *, join: bool) -> str | None:
    """Write what holds once a beta is joined or left; None where nothing is left."""
    now = joined(preferences)
    return ",".join(sorted(now | {name} if join else now - {name})) or None
