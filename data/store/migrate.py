"""Bringing a database to the newest schema; alembic is imported here, and only when it is needed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

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


def newest() -> str:
    """Tell the newest version: revisions bear the numbers of their files."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def is_current(connection: AsyncConnection) -> bool:
    """Tell whether the schema is of the newest version; alembic itself takes a third of a start to say so."""
    try:
        found = await connection.scalars(text("SELECT version_num FROM alembic_version"))
    except (OperationalError, ProgrammingError):  # no such table: a new database
        return False
    return found.all() == [newest()]


def upgrade(url: URL) -> None:
    """Bring the schema to the newest version; blocks, and starts an event loop of its own."""
    from alembic import command

    with _ALONE:
        command.upgrade(config(url), "head")
