"""What is kept: SQLAlchemy Core over SQLite or PostgreSQL, and no SQL anywhere else."""

from data.errors import StoreUnavailable
from data.store.store import Store, Tx

__all__ = ["Store", "StoreUnavailable", "Tx"]
