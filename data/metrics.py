"""Counts and durations of one app, in a registry of its own.

Knows how to keep and expose figures; which figures there are is declared beside the code that makes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

T = TypeVar("T", Counter, Gauge, Histogram)


@dataclass(frozen=True, slots=True, eq=False)
class Metric(Generic[T]):
    """A figure as declared; its values live in the `Metrics` of each app."""

    make: Callable[[CollectorRegistry], T]
    labels: tuple[str, ...]


def counter(name: str, text: str, *labels: str) -> Metric[Counter]:
    """Declare a count that only grows."""
    return Metric(lambda registry: Counter(name, text, labels, registry=registry), labels)


def gauge(name: str, text: str, *labels: str) -> Metric[Gauge]:
    """Declare a figure that goes up and down."""
    return Metric(lambda registry: Gauge(name, text, labels, registry=registry), labels)


def histogram(name: str, text: str, *labels: str, buckets: tuple[float, ...]) -> Metric[Histogram]:
    """Declare a distribution; `buckets` are upper bounds, ascending."""
    return Metric(
        lambda registry: Histogram(name, text, labels, registry=registry, buckets=buckets),
        labels,
    )


class Metrics:
    """The figures of one app; two in one process know nothing of each other."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._families: dict[Metric[Any], Any] = {}
        self._children: dict[tuple[Metric[Any], tuple[str, ...]], Any] = {}

    def of(self, metric: Metric[T], *labels: str) -> T:
        """Give the figure under these label values, the same one each time.

        Raises:
            ValueError: another metric has this name, or the label values do not match its labels.
        """
        # Kept, because `.labels()` doubles the cost of a count.
        child = self._children.get((metric, labels))
        if child is None:
            family = self._families.get(metric)
            if family is None:
                family = self._families[metric] = metric.make(self.registry)
            child = self._children[metric, labels] = family.labels(*labels) if metric.labels else family
        return cast(T, child)

    def text(self) -> bytes:
        """Write all figures in the Prometheus text format (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)
