"""Access to a vendor: what no request could carry is refused at the start, without repeating it."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from data.errors import ConfigError
from data.gateway.access import Access


@pytest.mark.parametrize(
    "url",
    [
        "",
        "vendor.example",
        "ftp://vendor.example",
        "https://",
        "https://:443/path",
        "http://vendor.example:99999",
        "http://vendor.example:port",
        "http://[::1",
    ],
)
def test_an_address_that_cannot_be_reached_stops_the_start(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Access(base_url=url)
    assert not url or url not in str(caught.value)


@pytest.mark.parametrize("url", ["https://vendor.example", "http://127.0.0.1:8080/v1/", "http://[::1]:80"])
def test_a_sound_address_is_taken(url: str) -> None:
    assert Access(base_url=url).base_url == url


@pytest.mark.parametrize("key", ["ключ", "two\nlines", "nul\0", " padded", "trailing\n"])
def test_a_key_that_no_header_can_hold_stops_the_start(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Access(base_url="https://vendor.example", api_keys=(SecretStr(key),))
    assert key not in str(caught.value)


def test_a_key_is_not_printed_and_is_taken_out_of_texts() -> None:
    access = Access(base_url="https://vendor.example", api_keys=(SecretStr("sk-live-1"),))
    assert "sk-live-1" not in repr(access)
    assert access.masked("bad key sk-live-1, sk-live-1") == "bad key •••, •••"


def test_all_keys_are_taken_out_of_texts_also_as_an_address_writes_them() -> None:
    keys = ("sk-live", "sk-live-2", "a/b+c d=")
    access = Access(base_url="https://vendor.example", api_keys=tuple(map(SecretStr, keys)))
    said = access.masked("sk-live-2 sk-live a/b+c d= ?key=a%2Fb%2Bc+d%3D&k=a%2Fb%2Bc%20d%3D")
    assert said == "••• ••• ••• ?key=•••&k=•••"
    assert not any(key in f"{access!r} {access}" for key in keys)


def test_an_empty_key_is_none_and_a_repeated_one_counts_once() -> None:
    keys = (SecretStr(""), SecretStr("a"), SecretStr("b"), SecretStr("a"))
    assert Access(base_url="https://vendor.example", api_keys=keys).keys == (SecretStr("a"), SecretStr("b"))
