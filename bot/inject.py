"""Services become keyword parameters: matched by type, once, as the program starts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from config.settings import Settings
from data.clock import Clock
from data.errors import InvariantBroken
from handlers.alerts.registry import Drawer
from handlers.alerts.spec import NoticeCard
from handlers.args import Completer
from handlers.dispatch import Runner
from handlers.registry import Registry
from handlers.spec import services_of

T = TypeVar("T")


class Services:
    """One service a type; the clock goes by its protocol."""

    def __init__(self, settings: Settings, clock: Clock, *others: object) -> None:
        self._by_type: dict[type[Any], object] = {Clock: clock, Settings: settings}
        for service in others:
            self._by_type[type(service)] = service

    def __getitem__(self, kind: type[T]) -> T:
        return cast(T, self._by_type[kind])

    def __contains__(self, kind: object) -> bool:
        return kind in self._by_type


def bound(function: Callable[..., Any], services: Services, where: str) -> Any:
    """Give a function the services that its keyword-only parameters name.

    Raises:
        InvariantBroken: a service is not there.
    """
    wanted = services_of(function)
    for name, kind in wanted.items():
        if kind not in services:
            raise InvariantBroken(f"{where} needs {name}: {kind.__name__}, which is not wired")
    return functools.partial(function, **{name: services[kind] for name, kind in wanted.items()})


def runners(registry: Registry, services: Services) -> dict[str, Runner]:
    """Bind every command."""
    return {spec.name: bound(spec.run, services, f"/{spec.name}") for spec in registry}


def completers(registry: Registry, services: Services) -> dict[Completer, Any]:
    """Bind every function that suggests values."""
    found = [(spec, param.about.complete) for spec in registry for param in spec.params]
    return {
        complete: bound(complete, services, f"a completion of /{spec.name}")
        for spec, complete in found
        if complete is not None
    }


def drawers(cards: Mapping[str, NoticeCard], services: Services) -> dict[str, Drawer]:
    """Bind every card of what is pushed."""
    return {kind: bound(card.run, services, f"the {kind} card") for kind, card in cards.items()}
