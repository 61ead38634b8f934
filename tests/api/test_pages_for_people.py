"""Browse: how /, /docs and /problems are sent. What a browser makes of them: tests/browser."""

import gzip
import hashlib
import html
import re

import pytest
from flask import Flask

from indicators_api.api.pages import DOCS_POLICY, PAGES_POLICY, STATIC, YEAR
from indicators_api.api.problems import catalogue


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/", PAGES_POLICY),
        ("/docs", DOCS_POLICY),
        ("/docs/", DOCS_POLICY),
        ("/problems", PAGES_POLICY),
        ("/problems/", PAGES_POLICY),
    ],
)
def test_a_page_says_what_it_may_load(app: Flask, path: str, policy: str) -> None:
    """Browse: the content security policy, with and without a slash at the end."""
    answer = app.test_client().get(path)

    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_every_type_of_error_has_a_page(app: Flask) -> None:
    """Conventions: the `type` of a problem resolves to a page, in both languages."""
    for problem in catalogue():
        page = app.test_client().get(f"/problems/{problem.slug}").text

        shown = re.sub("</?code>", "`", html.unescape(page))
        for text in (problem.title_vi, problem.title_en, problem.meaning_vi, problem.meaning_en):
            assert text in shown


def test_an_unknown_type_of_error_is_not_found(app: Flask) -> None:
    """Conventions: no page is made up."""
    assert app.test_client().get("/problems/no-such-problem").status_code == 404


def test_pages_load_their_files_from_here_and_keep_them(app: Flask) -> None:
    """Browse: all assets are served by the application; browsers keep them until they change."""
    client = app.test_client()
    pages = client.get("/").text + client.get("/docs").text

    for address in re.findall(r'(?:src|<link rel="stylesheet" href)="([^"]+)"', pages):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.content_type.startswith(("text/css;", "text/javascript;"))
        assert answer.cache_control.max_age == YEAR
        assert client.get(address.partition("?")[0]).cache_control.no_cache


def test_a_file_is_compressed_for_those_who_read_it(app: Flask) -> None:
    """Service: gzip, with a validator of its own."""
    client = app.test_client()
    plain = client.get("/docs/assets/start.js")

    zipped = client.get("/docs/assets/start.js", headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    again = {"Accept-Encoding": "gzip", "If-None-Match": zipped.headers["ETag"]}
    assert client.get("/docs/assets/start.js", headers=again).status_code == 304


@pytest.mark.parametrize("name", ["scalar/VERSION.md", "../pages.py", "%2e%2e/pages.py", "none.js"])
def test_no_other_file_is_sent(app: Flask, name: str) -> None:
    """Browse: only what the pages load."""
    assert app.test_client().get(f"/docs/assets/{name}").status_code == 404


def test_the_vendored_bundle_is_the_published_one() -> None:
    """Browse: Scalar's bundle of an exact version, with its SHA-256."""
    bundle = (STATIC / "scalar" / "standalone.js").read_bytes()

    assert hashlib.sha256(bundle).hexdigest() in (STATIC / "scalar" / "VERSION.md").read_text()
