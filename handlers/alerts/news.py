"""A headline that many voted on, as it arrives."""

from __future__ import annotations

from core.news.told import KIND, HeadlineTold
from handlers.alerts.spec import Story, notice
from handlers.cards.news import told_card
from handlers.reply import Reply


@notice(KIND, HeadlineTold)
async def news(story: Story[HeadlineTold]) -> Reply:
    """Show the headline."""
    return told_card(story.newest, story.now)
