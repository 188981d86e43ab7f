"""Figures: declared once, kept per app, told in the Prometheus text format."""

from __future__ import annotations

import pytest

from data.metrics import Metrics, counter, gauge, histogram

SENT = counter("sent", "Messages sent", "platform")
DEPTH = gauge("queue_depth", "Messages waiting")
TOOK = histogram("took_seconds", "How long it took", "command", buckets=(0.1, 1.0))


def test_two_apps_in_one_process_count_apart() -> None:
    one, two = Metrics(), Metrics()
    one.of(SENT, "telegram").inc(3)
    two.of(SENT, "telegram").inc()
    assert one.registry.get_sample_value("sent_total", {"platform": "telegram"}) == 3
    assert two.registry.get_sample_value("sent_total", {"platform": "telegram"}) == 1


def test_the_figure_under_the_same_labels_is_the_same_object() -> None:
    metrics = Metrics()
    assert metrics.of(SENT, "discord") is metrics.of(SENT, "discord")
    assert metrics.of(SENT, "discord") is not metrics.of(SENT, "telegram")


def test_all_three_kinds_are_told() -> None:
    metrics = Metrics()
    metrics.of(SENT, "discord").inc()
    metrics.of(DEPTH).set(12)
    metrics.of(TOOK, "price").observe(0.5)
    text = metrics.text().decode()
    assert 'sent_total{platform="discord"} 1.0' in text
    assert "queue_depth 12.0" in text
    assert 'took_seconds_bucket{command="price",le="0.1"} 0.0' in text
    assert 'took_seconds_bucket{command="price",le="1.0"} 1.0' in text


def test_a_label_too_few_is_refused() -> None:
    with pytest.raises(ValueError):
        Metrics().of(SENT)
    with pytest.raises(ValueError):
        Metrics().of(SENT, "telegram", "group")


def test_a_second_metric_of_the_same_name_is_refused() -> None:
    metrics = Metrics()
    metrics.of(SENT, "telegram")
    with pytest.raises(ValueError, match="Duplicated"):
        metrics.of(counter("sent", "Something else"))


def test_hostile_label_values_are_escaped() -> None:
    metrics = Metrics()
    metrics.of(SENT, 'a"\n} 1').inc()
    assert 'sent_total{platform="a\\"\\n} 1"} 1.0' in metrics.text().decode()
