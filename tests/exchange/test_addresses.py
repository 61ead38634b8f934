"""Never to addresses that the operator has not allowed: no server-side request forgery."""

import pytest

from indicators_api.addresses import Allowed, look_at
from indicators_api.errors import AddressRefused

ALLOWED = Allowed.read(["lgsp.example.vn", "intranet.example.vn", "10.1.0.0/16", "203.0.113.7"])
DNS = {
    "lgsp.example.vn": ["1.1.1.1"],
    "intranet.example.vn": ["10.1.2.3"],
    "moved.example.vn": ["1.1.1.1"],
}


def resolve(host: str, _port: int) -> list[str]:
    return DNS[host]


@pytest.mark.parametrize(
    ("url", "address", "host"),
    [
        ("https://lgsp.example.vn/a?b=1", "1.1.1.1", "lgsp.example.vn"),
        ("https://LGSP.example.vn:8443", "1.1.1.1", "lgsp.example.vn:8443"),
        ("http://intranet.example.vn", "10.1.2.3", "intranet.example.vn"),
        ("http://10.1.9.9:9000/x", "10.1.9.9", "10.1.9.9:9000"),
        ("https://203.0.113.7", "203.0.113.7", "203.0.113.7"),
    ],
)
def test_an_allowed_place_is_found(url: str, address: str, host: str) -> None:
    """A name that is listed with a public address, or one of a listed network."""
    place = look_at(url, ALLOWED, resolve)

    assert (place.address, place.host_header) == (address, host)


@pytest.mark.parametrize(
    "url",
    [
        "https://moved.example.vn",
        "http://1.1.1.1",
        "http://10.2.0.1",
        "http://127.0.0.1:5432",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://user:word@lgsp.example.vn",
        "http://lgsp.example.vn@1.1.1.1/",
        "https://lgsp.example.vn#x",
        "https://lgsp.example.vn.evil.example",
        "ftp://lgsp.example.vn",
        "file:///etc/passwd",
        "gopher://lgsp.example.vn",
        "https://lgsp.example.vn:99999",
        "https:///x",
        "lgsp.example.vn",
    ],
)
def test_any_other_place_is_refused(url: str) -> None:
    """Names that aren't listed, addresses of private and link-local ranges, other schemes."""
    with pytest.raises(AddressRefused):
        look_at(url, ALLOWED, resolve)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.2.0.1", "169.254.169.254", "::1", "fe80::1", "224.0.0.1", "192.0.2.1"],
)
def test_a_listed_name_that_stands_for_a_private_address_is_refused(address: str) -> None:
    """Private and link-local ranges are refused unless they are listed."""
    with pytest.raises(AddressRefused):
        look_at("https://lgsp.example.vn", ALLOWED, lambda *_: [address])


@pytest.mark.parametrize("entry", ["10.1.0.0/8", "a b", "http://x", "", "-", "x/y"])
def test_a_list_that_says_nothing_is_refused_at_the_start(entry: str) -> None:
    """Settings: a malformed one stops the start."""
    with pytest.raises(ValueError):  # noqa: PT011 - the setting tells it in its own words
        Allowed.read([entry])
