"""Bringing a database to the newest schema; alembic is imported here, and only when it is needed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL

if TYPE_CHECKING:
    from alembic.config import Config

_ALONE = threading.Lock()  # alembic keeps what it works on in a global

MIGRATIONS = Path(__file__).parent / "migrations"


def config(url: URL) -> Config:
    """Tell alembic where the migrations are and which database they are for."""
    from alembic.config import Config

    result = Config()
    result.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    result.attributes["url"] = url  # not an option: those expand % and may be shown
    return result


def upgrade(url: URL) -> None:
    """Bring the schema to the newest version; blocks, and starts an event loop of its own."""
    from alembic import command

    with _ALONE:
        command.upgrade(config(url), "head")
