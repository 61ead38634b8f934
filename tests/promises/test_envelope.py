"""Conventions: what every answer carries: HEAD, gzip, CORS and request ids."""

import gzip
from dataclasses import replace

import pytest
from flask import Flask

from indicators_api.config import Config
from tests.callers import BASE, Caller
from tests.factories import JULY, WARD


@pytest.fixture
def config(config: Config) -> Config:
    """Settings that let the pages of one origin call."""
    return replace(config, cors_origins=("https://ioc.example",))


@pytest.mark.parametrize("path", ["/me", "/reports", "/sectors", "/nothing"])
def test_head_is_get_without_a_body(clerk: Caller, path: str) -> None:
    """Conventions: `HEAD` has the headers of `GET`."""
    get, head = clerk.get(path), clerk.call("HEAD", path)

    assert (head.status_code, head.data) == (get.status_code, b"")
    left_out = {"X-Request-Id", "Content-Length"}
    assert {k: v for k, v in head.headers if k not in left_out} == {
        k: v for k, v in get.headers if k not in left_out
    }


def test_what_is_large_is_compressed_for_those_who_read_it(clerk: Caller) -> None:
    """Conventions: gzip, when it's worth it and not refused."""
    plain = clerk.get("/sectors")
    packed = clerk.get("/sectors", headers={"Accept-Encoding": "gzip"})
    refused = clerk.get("/sectors", headers={"Accept-Encoding": "gzip;q=0"})
    small = clerk.get("/me", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == refused.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Content-Encoding" not in small.headers
    assert "Accept-Encoding" in small.vary


@pytest.mark.parametrize("path", ["/me", "/nothing", "/reports?colour=red"])
def test_pages_of_known_origins_may_read_every_answer(clerk: Caller, path: str) -> None:
    """Conventions: CORS, also on errors; other origins are told nothing."""
    ours = clerk.get(path, headers={"Origin": "https://ioc.example"})
    others = clerk.get(path, headers={"Origin": "https://evil.example"})

    assert ours.headers["Access-Control-Allow-Origin"] == "https://ioc.example"
    assert "ETag" in ours.headers["Access-Control-Expose-Headers"]
    assert "Origin" in ours.vary
    assert "Access-Control-Allow-Origin" not in others.headers


def test_a_browser_may_ask_first(service: Flask) -> None:
    """Conventions: a preflight is answered without a token."""
    asked = {
        "Origin": "https://ioc.example",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, if-match",
    }

    answer = service.test_client().options(f"{BASE}/reports/{WARD}/{JULY}", headers=asked)

    assert (answer.status_code, answer.data) == (204, b"")
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    assert {"Authorization", "If-Match", "Content-Type"} <= set(
        answer.headers["Access-Control-Allow-Headers"].split(", ")
    )


def test_a_request_id_goes_in_and_out(clerk: Caller) -> None:
    """Conventions: the client's `X-Request-Id`, or one of ours when it is none."""
    given = clerk.get("/nothing", headers={"X-Request-Id": "req-7.A_b"})
    made = [clerk.get("/me", headers={"X-Request-Id": sent}) for sent in ("", "a b", "x" * 65)]

    assert given.headers["X-Request-Id"] == "req-7.A_b"
    assert given.get_json()["request_id"] == "req-7.A_b"
    numbers = {answer.headers["X-Request-Id"] for answer in made}
    assert len(numbers) == 3
    assert all(len(number) == 16 for number in numbers)
