"""Vitals: what was seen lately, and transitions told once."""

from __future__ import annotations

from datetime import timedelta

from structlog.testing import capture_logs

from data.gateway.health import LOOKED_BACK, ProviderState, Vitals
from data.models.ids import ProviderId
from tests.fakes.clock import START


def test_a_vendor_never_asked_claims_nothing() -> None:
    vitals = Vitals(ProviderId("vendor"))
    assert vitals.state is ProviderState.IDLE
    assert (vitals.success_rate, vitals.latency_p50_s, vitals.last_ok_at, vitals.calls) == (
        None,
        None,
        None,
        0,
    )


def test_rate_and_latency_are_taken_over_the_last_hundred_requests() -> None:
    vitals = Vitals(ProviderId("vendor"))
    for _ in range(LOOKED_BACK):
        vitals.failed(START, "HTTP 500")
    for number in range(LOOKED_BACK // 4):
        vitals.answered(START, 0.1 * (number % 3))
    assert vitals.success_rate == 0.25
    assert vitals.latency_p50_s == 0.1
    assert vitals.calls == LOOKED_BACK + LOOKED_BACK // 4


def test_the_state_follows_the_last_request() -> None:
    vitals = Vitals(ProviderId("vendor"))
    vitals.answered(START, 0.1)
    assert vitals.state is ProviderState.WELL
    vitals.failed(START, "HTTP 500")
    assert vitals.state is ProviderState.FAILING and vitals.last_error == "HTTP 500"


def test_a_change_is_logged_once_in_each_direction() -> None:
    vitals = Vitals(ProviderId("vendor"))
    vitals.failed(START, "HTTP 500")
    with capture_logs() as logs:
        for minute, down in enumerate((False, True, True, True, False, False)):
            vitals.turned(down=down, at=START + timedelta(minutes=minute))
    assert [entry["event"] for entry in logs] == ["provider_down", "provider_recovered"]
    assert logs[0]["error"] == "HTTP 500"
    assert logs[1]["down_s"] == 180
