"""The keys under which facts are kept."""

from __future__ import annotations

import copy
import pickle

import pytest

from core.enrichment.policies import POLICIES
from data.models import fields
from data.models.fields import FIELDS, PRICE_USD, Authority, Field, Span, Unit, field_named


def test_a_field_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        Field(PRICE_USD.name, Unit.USD, "Price")
    assert FIELDS[PRICE_USD.name] is PRICE_USD


@pytest.mark.parametrize("field", FIELDS.values(), ids=list(FIELDS))
def test_a_field_stays_itself_when_it_is_copied_or_kept(field: Field[object]) -> None:
    assert pickle.loads(pickle.dumps(field)) is field
    assert copy.deepcopy(field) is field
    assert field_named(field.name) is field


@pytest.mark.parametrize("field", FIELDS.values(), ids=list(FIELDS))
def test_every_field_has_a_policy_and_a_name_that_can_be_typed(field: Field[object]) -> None:
    assert field in POLICIES
    assert field.name.isascii() and " " not in field.name
    assert field.label


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(KeyError):
        field_named("moon")


def test_nobody_holds_a_revoked_authority() -> None:
    assert Authority(None).revoked
    assert not Authority("7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar").revoked


def test_every_span_is_told_for_every_flow() -> None:
    for of_span in (fields.CHANGE, fields.VOLUME_USD, fields.BUYS, fields.SELLS):
        assert list(of_span) == list(Span)
    assert [span.seconds for span in Span] == [300, 3_600, 21_600, 86_400]
