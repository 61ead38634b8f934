"""A real browser on the running service; what it would hide in its console fails the test."""

import shutil
from collections.abc import Iterator
from threading import Thread
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    HttpCredentials,
    Page,
    expect,
    sync_playwright,
)
from werkzeug.serving import make_server

from indicators_api.api.context import wall_clock
from indicators_api.app import create_app
from indicators_api.config import from_environment
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from tests.callers import issue_token

#: As root in a container, and silent: no look-ups of its own, and no name but ours resolves.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy violation:", event.effectiveDirective, event.blockedURI, event.sample));
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium; downloads of other browsers need the internet."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("The browser tests need Debian's chromium: run `make browser`.", pytrace=False)
    expect.set_options(timeout=30_000)  # milliseconds, like every other wait of playwright
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        yield launched
        launched.close()


@pytest.fixture
def served(committed_url: str) -> Iterator[tuple[Flask, str]]:
    """The app on a database of its own, since requests come in threads; and a clerk's token."""
    engine = make_engine(committed_url, pool_size=4, statement_timeout_ms=30_000)
    database = Database(engine)
    token = issue_token(database, "clerk", at=wall_clock(), unit="H59.21.11")
    yield create_app(from_environment({"DATABASE_URL": committed_url}), database=database), token
    engine.dispose()


@pytest.fixture
def app(served: tuple[Flask, str]) -> Flask:
    """The app that is served."""
    return served[0]


@pytest.fixture
def token(served: tuple[Flask, str]) -> str:
    """A token that the served app knows."""
    return served[1]


@pytest.fixture
def live_url(app: Flask) -> Iterator[str]:
    """Serve the app on a free port of the loopback; without a slash at the end."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints() -> list[str]:
    """Everything the browser objected to; must be empty when a test ends."""
    return []


@pytest.fixture
def signed_in() -> HttpCredentials | None:
    """What is typed into the browser's password prompt; nothing unless a module says otherwise."""
    return None


@pytest.fixture
def page(
    browser: Browser, live_url: str, complaints: list[str], signed_in: HttpCredentials | None
) -> Iterator[Page]:
    """Open an empty page; fail at the end on a complaint of any kind."""
    context = browser.new_context(
        locale="vi-VN",
        reduced_motion="reduce",
        viewport={"width": 1280, "height": 1000},
        http_credentials=signed_in,
    )
    context.add_init_script(REPORT_VIOLATIONS)
    context.on("request", lambda request: blame_foreign(request.url, live_url, complaints))
    page = context.new_page()
    page.on("websocket", lambda socket: blame_foreign(socket.url, live_url, complaints))
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on("console", lambda message: blame_message(message, complaints))
    yield page
    context.close()
    assert complaints == []


def blame_foreign(url: str, live_url: str, complaints: list[str]) -> None:
    """Complain about an address outside the service; data: and blob: stay in the page."""
    if urlsplit(url).scheme not in {"data", "blob"} and not url.startswith(f"{live_url}/"):
        complaints.append(f"foreign request: {url}")


def blame_message(message: ConsoleMessage, complaints: list[str]) -> None:
    """Complain about an error or warning in the console."""
    if message.type in {"error", "warning"}:
        complaints.append(f"console {message.type}: {message.text}")
