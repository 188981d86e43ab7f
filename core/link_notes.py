"""What accounts are told that were joined or parted: it may be the first sign of a theft. Pure."""

from __future__ import annotations

from core.delivery.note import Note
from data.models.chat import Identity
from data.models.ids import Platform

NAMES = {Platform.TELEGRAM: "Telegram", Platform.DISCORD: "Discord", Platform.CONSOLE: "the terminal"}


def joined(other: Identity) -> Note:
    """Tell an account which other one was joined to it."""
    return Note(
        title="Your accounts are joined",
        lines=(
            f"Your {NAMES[other.platform]} account {other.id} and this one are one person here now: "
            "each sees and changes everything of yours.",
            "If that was not you: /unlink at once, and tell the operator.",
        ),
        tone="warn",
    )


def left(kept: Identity) -> Note:
    """Tell an account that it was parted from the one that keeps everything."""
    return Note(
        title="This account stands alone again",
        lines=(
            f"It was parted from your {NAMES[kept.platform]} account, which keeps what you had.",
            "Here you begin anew. To join them again: /link",
        ),
        tone="warn",
    )


def kept(gone: Identity) -> Note:
    """Tell an account that another one was parted from it."""
    return Note(
        title="Your accounts are parted",
        lines=(f"Your {NAMES[gone.platform]} account is somebody else's here now; you keep everything.",),
    )
