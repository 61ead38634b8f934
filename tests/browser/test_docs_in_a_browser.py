"""Browse: /docs, / and /problems in a browser that reaches nothing but this server."""

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

#: What Scalar offers by itself, some of it on localhost only, and start.js switches off.
FOREIGN_SERVICES = [
    "Ask AI",
    "Generate MCP",
    "Developer Tools",
    "Deploy",
    "Share",
    "Open API Client",
]


def test_the_docs_list_every_operation(page: Page, live_url: str) -> None:
    """Browse: /docs shows the document, webhooks too; no foreign request and no violation."""
    page.goto(f"{live_url}/docs")
    contract = page.request.get(f"{live_url}/openapi.json").json()

    listed = operations_listed(page)

    expect(page.get_by_role("heading", name=contract["info"]["title"], exact=True)).to_be_visible()
    assert contract["openapi"].startswith("3.1.")
    assert listed == {*contract["webhooks"]} | {
        f"{method.upper()}{path}"
        for path, item in contract["paths"].items()
        for method in item
        if method != "parameters"
    }


def test_an_operation_opens_with_its_summary(page: Page, live_url: str) -> None:
    """Browse: the list leads to each operation."""
    page.goto(f"{live_url}/docs")
    contract = page.request.get(f"{live_url}/openapi.json").json()

    open_operation(page, "GET/api/v1/me")

    summary = contract["paths"]["/api/v1/me"]["get"]["summary"]
    expect(page.get_by_role("heading", name=summary, exact=True)).to_be_in_viewport()


def test_a_call_is_tried_with_a_token(page: Page, live_url: str, token: str) -> None:
    """Browse: "try it" works with a token, against the server the page came from."""
    page.goto(f"{live_url}/docs")
    type_token(page, token)
    open_operation(page, "GET/api/v1/me")

    page.get_by_role("button", name="Test Request (get /api/v1/me)", exact=True).click()
    client = page.get_by_role("dialog")
    with page.expect_response(f"{live_url}/api/v1/me") as answer:
        client.get_by_role("button", name=re.compile("^Send get request")).click()

    assert answer.value.status == 200
    assert answer.value.request.headers["authorization"] == f"Bearer {token}"
    expect(client.get_by_text("200 OK")).to_be_visible()


def test_a_token_is_not_kept_by_the_browser(page: Page, live_url: str, token: str) -> None:
    """Browse: on a shared computer the next person finds no token."""
    page.goto(f"{live_url}/docs")
    type_token(page, token)
    page.wait_for_timeout(1500)  # Scalar would store it half a second after the last key

    page.reload()

    expect(page.get_by_placeholder("Token")).to_have_value("")
    assert token not in str(page.context.storage_state(indexed_db=True))


def test_no_service_of_others_is_offered(page: Page, live_url: str) -> None:
    """Browse: what would leave the network is off, also on localhost, where Scalar turns it on."""
    page.goto(f"{live_url}/docs")
    expect(page.get_by_role("button", name="Test Request").first).to_be_visible()

    offered = [text for text in FOREIGN_SERVICES if page.get_by_text(text, exact=True).count()]

    assert offered == []


@pytest.mark.parametrize("width", [390, 1280])
def test_the_home_page_leads_on(page: Page, live_url: str, width: int) -> None:
    """Browse: / is a short page that says what this is and where to go; it fits a phone."""
    page.set_viewport_size({"width": width, "height": 900})

    page.goto(f"{live_url}/")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(f"{live_url}/api/v1/me")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for link in page.get_by_role("link").all():
        assert page.request.get(f"{live_url}{link.get_attribute('href')}").ok


def test_a_problem_leads_to_its_page(page: Page, live_url: str) -> None:
    """Conventions: the `type` of a problem resolves to a page that explains it."""
    page.goto(f"{live_url}/problems")
    first = page.get_by_role("main").get_by_role("listitem").first.get_by_role("link")
    title = first.inner_text()

    first.click()

    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def open_groups(page: Page) -> None:
    """Open every closed tag in the side bar; Scalar opens the first by itself."""
    expect(page.get_by_role("button", name="Close Group").first).to_be_visible()
    closed = page.get_by_role("button", name="Open Group")
    for _ in range(closed.count()):
        closed.first.click()
    expect(closed).to_have_count(0)


def operations_listed(page: Page) -> set[str]:
    """Read GET/api/v1/me from each link such as #tag/me/GET/api/v1/me in the side bar.

    Of a webhook its name.
    """
    open_groups(page)
    links = page.get_by_role("complementary").get_by_role("link", name="HTTP Method:")
    addresses: list[str] = links.evaluate_all("links => links.map((link) => link.hash)")
    return {unquote(address).split("/", 2)[2] for address in addresses}


def open_operation(page: Page, address: str) -> None:
    """Follow the side bar's link to an operation, GET/api/v1/me; open tags until it shows."""
    expect(page.get_by_role("button", name="Close Group").first).to_be_visible()
    link = page.get_by_role("complementary").locator(f'a[href$="/{address}"]')
    while not link.count():
        page.get_by_role("button", name="Open Group").first.click()
    link.click()


def type_token(page: Page, token: str) -> None:
    """Type a token where the page asks for one."""
    field = page.get_by_placeholder("Token")
    field.click()
    page.keyboard.type(token)
    expect(field).to_have_value(token)
