"""Where the master key comes from, outside the database: a file of our own, or the settings.

A new key is written beside the old one, then everything is sealed anew, then the new file takes the old one's
name. Whichever of the two opens what is kept is the right one, so that a crash in between loses nothing.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from data.clock import Clock, Deadline
from data.errors import ConfigError
from data.store.sealing import MasterKey

FILE_SETTING = "TRENCHCOAT_MASTER_KEY_FILE"
KEY_SETTING = "TRENCHCOAT_MASTER_KEY"
LOCK_WAIT_S = 10.0
_POLL_S = 0.02
_MOST_BYTES = 200  # a key takes 45


class Master(Protocol):
    """The master key in use, and a new one that may wait beside it."""

    @property
    def where(self) -> str:
        """Name the setting, for an operator to look at."""
        ...

    def locked(self) -> AbstractAsyncContextManager[None]:
        """Keep other processes from changing the keys."""
        ...

    def current(self) -> MasterKey | None:
        """Give the key in use; None where none was made yet."""
        ...

    def waiting(self) -> MasterKey | None:
        """Give the key that a rotation has written and not yet put in place."""
        ...

    def stage(self, key: MasterKey) -> None:
        """Write a new key, durably, beside the one in use."""
        ...

    def install(self) -> None:
        """Put the waiting key in place."""
        ...


class MasterFile:
    """A master key in a file that only we may read."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._beside = path.with_name(f"{path.name}.new")
        self._clock = clock

    @property
    def where(self) -> str:
        return f"{FILE_SETTING} ({self._path})"

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Hold the lock of the folder: the file itself is replaced, and may lie where nothing can be made.

        Raises:
            ConfigError: the folder cannot be opened, or another process holds it for too long.
        """
        try:
            folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise self._refused("its folder cannot be opened", error) from None
        try:
            await self._lock(folder)
            yield
        finally:
            os.close(folder)

    async def _lock(self, folder: int) -> None:
        patience = Deadline.after(self._clock, LOCK_WAIT_S)
        while True:
            try:
                return fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if patience.remaining_s <= 0:
                    raise ConfigError([f"{self.where}: another process is changing the keys"]) from None
            except OSError as error:
                raise self._refused("its folder cannot be locked", error) from None
            await self._clock.sleep(_POLL_S)

    def current(self) -> MasterKey | None:
        """Read the key in use; None where there is no file.

        Raises:
            ConfigError: others can read the file, it cannot be read, or it holds no key.
        """
        written = self._read(self._path)
        try:
            return None if written is None else MasterKey.parsed(written)
        except ValueError as error:
            raise ConfigError([f"{self.where} {error}"]) from None

    def waiting(self) -> MasterKey | None:
        """Read the key beside it; None where there is none, or a crash has cut it short.

        Raises:
            ConfigError: others can read the file, or it cannot be read.
        """
        written = self._read(self._beside)
        try:
            return None if written is None else MasterKey.parsed(written)
        except ValueError:
            return None

    def stage(self, key: MasterKey) -> None:
        """Write a new key, durably, beside the one in use.

        Raises:
            ConfigError: it cannot be written.
        """
        try:
            self._beside.unlink(missing_ok=True)
            descriptor = os.open(self._beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{key.written.get_secret_value()}\n")
                file.flush()
                os.fsync(descriptor)
            self._sync_folder()
        except OSError as error:
            raise self._refused("it cannot be written", error) from None

    def install(self) -> None:
        """Put the waiting key in place.

        Raises:
            ConfigError: the file cannot be replaced.
        """
        try:
            self._beside.replace(self._path)
            self._sync_folder()
        except OSError as error:
            raise self._refused(f"{self._beside.name} cannot take its place", error) from None

    def _read(self, path: Path) -> bytes | None:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe must not stop the start
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused("it cannot be read", error) from None
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise ConfigError([f"{self.where}: it is not a file"])
            if stat.S_IMODE(mode) & 0o077:
                raise ConfigError([f"{self.where}: others can read it; chmod 600 {path}"])
            return os.read(descriptor, _MOST_BYTES)
        except OSError as error:
            raise self._refused("it cannot be read", error) from None
        finally:
            os.close(descriptor)

    def _sync_folder(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _refused(self, what: str, error: OSError) -> ConfigError:
        return ConfigError([f"{self.where}: {what}: {error.strerror}"])


class MasterSetting:
    """A master key in the settings: the operator keeps it, and changes it there."""

    where = KEY_SETTING

    def __init__(self, written: SecretStr) -> None:
        """Read the key.

        Raises:
            ConfigError: it is not base64 of 32 bytes.
        """
        try:
            self._key = MasterKey.parsed(written.get_secret_value())
        except ValueError as error:
            raise ConfigError([f"{KEY_SETTING}: {error}"]) from None

    def locked(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    def current(self) -> MasterKey:
        return self._key

    def waiting(self) -> None:
        return None

    def stage(self, key: MasterKey) -> None:
        """Do nothing: the operator has it already."""

    def install(self) -> None:
        """Do nothing: the operator changes the setting."""
