"""Services become keyword parameters: matched by type, once, as the program starts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from data.errors import InvariantBroken
from handlers.args import Completer
from handlers.dispatch import Runner
from handlers.registry import Registry
from handlers.spec import services_of


def bound(function: Callable[..., Any], services: Mapping[type[Any], Any], where: str) -> Any:
    """Give a function the services that its keyword-only parameters name.

    Raises:
        InvariantBroken: a service is not there.
    """
    wanted = services_of(function)
    for name, kind in wanted.items():
        if kind not in services:
            raise InvariantBroken(f"{where} needs {name}: {kind.__name__}, which is not wired")
    return functools.partial(function, **{name: services[kind] for name, kind in wanted.items()})


def runners(registry: Registry, services: Mapping[type[Any], Any]) -> dict[str, Runner]:
    """Bind every command."""
    return {spec.name: bound(spec.run, services, f"/{spec.name}") for spec in registry}


def completers(registry: Registry, services: Mapping[type[Any], Any]) -> dict[Completer, Any]:
    """Bind every function that suggests values."""
    found = [(spec, param.about.complete) for spec in registry for param in spec.params]
    return {
        complete: bound(complete, services, f"a completion of /{spec.name}")
        for spec, complete in found
        if complete is not None
    }
