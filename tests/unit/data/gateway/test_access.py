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
        Access(base_url="https://vendor.example", api_key=SecretStr(key))
    assert key not in str(caught.value)


def test_a_key_is_not_printed_and_is_taken_out_of_texts() -> None:
    access = Access(base_url="https://vendor.example", api_key=SecretStr("sk-live-1"))
    assert "sk-live-1" not in repr(access)
    assert access.masked("bad key sk-live-1, sk-live-1") == "bad key •••, •••"
