"""Announcements as they arrive: to everybody, and before that to the operators who may agree."""

from __future__ import annotations

from core.news.announced import HELD_KIND, KIND, Announced, AnnouncementHeld
from handlers.alerts.spec import Story, notice
from handlers.cards.announcing import announced_card, held_card
from handlers.reply import Reply


@notice(KIND, Announced)
async def announcement(story: Story[Announced]) -> Reply:
    """Show what is announced."""
    return announced_card(story.newest)


@notice(HELD_KIND, AnnouncementHeld)
async def announcement_held(story: Story[AnnouncementHeld]) -> Reply:
    """Ask an operator."""
    told = story.newest
    return held_card(told.id, told.text, told.author, told.sends_at)
