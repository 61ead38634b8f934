"""Browse: the bulletin in a browser, on the screen and on paper."""

import re

import pytest
from playwright.sync_api import HttpCredentials, Page, expect

#: A4 across, in points, as chromium writes it.
A4_ACROSS = ("841", "594")


@pytest.fixture
def signed_in(token: str) -> HttpCredentials:
    """The token as user name; the password stays empty."""
    return {"username": token, "password": ""}


def test_the_bulletin_is_read_with_a_token_at_the_password_prompt(
    page: Page, live_url: str
) -> None:
    """Bulletin: what a browser accepts is the page; it loads nothing from elsewhere."""
    answer = page.goto(f"{live_url}/api/v1/bulletin?period=2024-07")

    assert answer is not None
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Tỉnh Trà Vinh · Tháng 7/2024")).to_be_visible()
    line = page.get_by_role("row", name="Số hộ nghèo hộ", exact=False).first
    expect(line.get_by_role("cell")).to_have_text(["hộ", *["…"] * 6, ""])
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    font = page.get_by_role("heading", level=1).evaluate("it => getComputedStyle(it).fontFamily")
    assert "Times New Roman" in font  # its style sheet was let in


@pytest.mark.parametrize("width", [390, 1280])
def test_the_table_scrolls_within_the_page(page: Page, live_url: str, width: int) -> None:
    """Bulletin: it is read on a phone too."""
    page.set_viewport_size({"width": width, "height": 900})

    page.goto(f"{live_url}/api/v1/bulletin?period=2024-07&sector=XH1601")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_bulletin_is_printed_on_a4_with_its_head_on_every_page(
    page: Page, live_url: str
) -> None:
    """Bulletin: A4 across; a repeated head takes room on each page, so that there are more."""
    page.goto(f"{live_url}/api/v1/bulletin?period=2024-07")

    with_head = sizes(page.pdf(prefer_css_page_size=True))
    page.evaluate("document.styleSheets[0].insertRule('thead { display: table-row-group }')")
    without = sizes(page.pdf(prefer_css_page_size=True))

    assert {(width.partition(".")[0], height.partition(".")[0]) for width, height in with_head} == {
        A4_ACROSS
    }
    assert len(with_head) > len(without) > 10


def sizes(pdf: bytes) -> list[tuple[str, str]]:
    """Give the size of each page of a document, in points."""
    boxes = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", pdf)
    return [(width.decode(), height.decode()) for width, height in boxes]
