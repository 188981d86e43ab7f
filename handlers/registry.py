"""All commands: found by looking into the package, each name once."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType

from data.errors import InvariantBroken, UnknownCommand
from data.models.chat import Level, Place
from handlers.spec import CommandSpec


class Registry:
    """Commands by name and alias."""

    def __init__(self, specs: Iterable[CommandSpec]) -> None:
        self._by_name: dict[str, CommandSpec] = {}
        self.specs = tuple(sorted(specs, key=lambda spec: spec.name))
        for spec in self.specs:
            for name in spec.names:
                if name in self._by_name:
                    raise InvariantBroken(
                        f"/{name} is declared by {self._by_name[name].name} and {spec.name}"
                    )
                self._by_name[name] = spec

    def __iter__(self) -> Iterator[CommandSpec]:
        return iter(self.specs)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def get(self, name: str) -> CommandSpec:
        """Find a command by name or alias, whatever its case.

        Raises:
            UnknownCommand: there is none; it carries names like it.
        """
        spec = self._by_name.get(name.lower())
        if spec is None:
            near = difflib.get_close_matches(name.lower()[:32], list(self._by_name), n=3, cutoff=0.6)
            raise UnknownCommand(name, near)
        return spec

    def menu(self, *, level: Level, private: bool) -> tuple[CommandSpec, ...]:
        """List what a person of `level` finds in a menu."""
        unfit = Place.GROUP if private else Place.PRIVATE
        return tuple(
            spec for spec in self.specs if spec.menu and spec.level <= level and spec.place is not unfit
        )


def discover(package: ModuleType) -> Registry:
    """Import every module of `package` and collect the one command each declares.

    Raises:
        InvariantBroken: a module declares none, or more than one.
    """
    specs = []
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        declared = [value for value in vars(module).values() if isinstance(value, CommandSpec)]
        if len(declared) != 1:
            raise InvariantBroken(f"{module.__name__} declares {len(declared)} commands, not one")
        specs.append(declared[0])
    return Registry(specs)
