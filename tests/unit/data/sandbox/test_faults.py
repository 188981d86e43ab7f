from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import ConfigError
from data.sandbox.faults import Fault, Faults, absurd, wrong_schema

bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


def test_a_fault_strikes_until_it_is_cleared() -> None:
    faults = Faults()
    faults.set("jupiter", Fault.CUT)
    assert [faults.strike("jupiter") for _ in range(3)] == [Fault.CUT] * 3
    assert faults.strike("raydium") is None
    faults.clear("jupiter")
    assert faults.strike("jupiter") is None


def test_a_counted_fault_heals_by_itself() -> None:
    faults = Faults()
    faults.set("jupiter", Fault.RATE_LIMITED, times=2)
    assert [faults.strike("jupiter") for _ in range(4)] == [
        Fault.RATE_LIMITED,
        Fault.RATE_LIMITED,
        None,
        None,
    ]


def test_faults_are_set_from_a_line() -> None:
    faults = Faults()
    faults.set_all("rugcheck=500, jupiter=429,")
    assert faults.strike("rugcheck") is Fault.SERVER_ERROR
    assert faults.strike("jupiter") is Fault.RATE_LIMITED
    faults.clear()
    assert faults.strike("rugcheck") is None


def test_an_unknown_fault_is_named_with_those_that_exist() -> None:
    with pytest.raises(ConfigError, match="explode") as caught:
        Faults().set_all("jupiter=explode")
    assert "wrong-schema" in str(caught.value)


def test_a_fault_for_nobody_is_refused_rather_than_never_met() -> None:
    with pytest.raises(ConfigError, match="rugchek"):
        Faults().set_all("rugchek=500")


def test_absurd_figures_replace_numbers_and_nothing_else() -> None:
    spoilt = absurd({"name": "x1", "usd": 1.5, "text": "0.25", "rows": [1, 2, 3], "flag": True})
    told = json.dumps(spoilt)
    assert told == (
        '{"name": "x1", "usd": NaN, "text": "inf", "rows": [1e+308, -1.0, "1,234.5"], "flag": true}'
    )


@given(bodies)
def test_a_wrong_schema_leaves_no_value_its_type(body: object) -> None:
    spoilt = wrong_schema(body)
    assert type(spoilt) is not type(body) or isinstance(body, dict)
    if isinstance(body, dict) and body:
        assert isinstance(spoilt, dict)
        for key, value in body.items():
            assert isinstance(value, dict) or type(spoilt[key]) is not type(value)
    json.dumps(spoilt)
