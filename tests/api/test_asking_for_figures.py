"""Questions for figures that are refused: too broad, unknown, without months, not the asker's."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from indicators_api.db.session import Database
from tests.callers import Caller, assert_problem
from tests.factories import CITY, DIVISION, JULY, WARD, done

POOR = "XH160101"
ASKED = f"/aggregates?period={JULY}&indicator={POOR}"
EMPTY_SECTOR = """
    INSERT INTO sector (jurisdiction_id, code, name_vi, name_en, sort_order)
    VALUES (1, 'NEW', 'Mới', 'New', 999)
"""


def test_a_question_that_is_too_broad_is_refused(operations: Caller) -> None:
    """Conventions: 413 with limit and requested number, and a suggestion."""
    answer = operations.get("/aggregates?start=2024-01&end=2024-04&level=commune")

    facts = {"limit": 200_000, "requested": 106 * 649 * 4}
    assert assert_problem(answer, 413, "too-many-cells", facts=facts)["detail"]


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("indicator=XX1,XH160101,XX2&sector=QQ", ["/indicator", "/indicator", "/sector"]),
        ("area=99&indicator=XX1", ["/area", "/indicator"]),
        ("level=galaxy&sector=QQ", ["/level", "/sector"]),
        ("measures=value,guess", ["/measures"]),
        ("basis=guess&source=guess&limit=0", ["/basis", "/limit", "/source"]),
        ("as_off=2024-01-01", ["/as_off"]),
        ("geography=yesterday", ["/geography"]),
        ("indicator=", ["/indicator"]),
        ("cursor=zzz", ["/cursor"]),
    ],
)
@pytest.mark.parametrize("posted", [False, True])
def test_every_unknown_code_and_word_is_named(
    operations: Caller, query: str, pointers: list[str], *, posted: bool
) -> None:
    """Conventions: all faults of a question at once."""
    body = dict(part.split("=") for part in f"period={JULY}&{query}".split("&"))
    if posted:
        answer = operations.post("/aggregates/query", {**body, **numbers(body)})
    else:
        answer = operations.get(f"/aggregates?period={JULY}&{query}")

    faults = assert_problem(answer, 422, "invalid-request")["errors"]

    assert sorted(fault["pointer"] for fault in faults) == pointers


def test_a_time_without_any_province_is_told(operations: Caller) -> None:
    """Conventions: a sentence that says what is missing, in both languages."""
    asked = "/aggregates?period=1995-01&indicator=XH160101"
    said = [
        assert_problem(
            operations.get(asked, headers={"Accept-Language": language}), 422, "invalid-request"
        )["errors"][0]["detail"]
        for language in ("vi", "en")
    ]

    assert said == [
        "Chưa có thông tin về tỉnh nào vào ngày 1995-01-14.",
        "No province is known of on 1995-01-14.",
    ]


def numbers(body: dict[str, str]) -> dict[str, int]:
    return {key: int(value) for key, value in body.items() if key == "limit"}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "/period"),
        ("start=2024-01", "/period"),
        (f"period={JULY}&start=2024-01&end=2024-02", "/period"),
        ("start=2024-07&end=2024-01", "/start"),
        ("start=2024-01&end=2024-Q2", "/start"),
        ("start=1990-01&end=2090-01", "/start"),
        ("period=2024-07,2024-07", "/period"),
        ("period=july", "/period"),
        (f"period={JULY}&frequency=quarter", "/period"),
        ("start=2024-02&end=2024-04&frequency=quarter", "/frequency"),
        ("start=2024-02&end=2024-04&frequency=monthly", "/frequency"),
    ],
)
def test_a_question_has_periods(operations: Caller, query: str, pointer: str) -> None:
    """Figures: a list, or a first and a last one of one type, or with a frequency."""
    answer = operations.get(f"/aggregates?{query}")

    (fault,) = assert_problem(answer, 422, "invalid-request")["errors"]
    assert fault["pointer"] == pointer


@pytest.mark.parametrize(
    ("role", "bound", "area", "status"),
    [
        ("clerk", {"unit": WARD}, "29236", 200),
        ("clerk", {"unit": WARD}, CITY, 200),
        ("clerk", {"unit": WARD}, "84", 200),
        ("clerk", {"unit": WARD}, "29239", 403),
        ("leader", {"unit": DIVISION}, CITY, 200),
        ("leader", {"unit": DIVISION}, "29236", 403),
        ("reviewer", {"area": CITY}, "29236", 200),
        ("reviewer", {"area": CITY}, "84", 200),
        ("reviewer", {"area": CITY}, "844", 403),
        ("reviewer", {}, "29236", 200),
        ("operations", {}, "29236", 200),
        ("administrator", {}, "84", 403),
    ],
)
@pytest.mark.parametrize("call", ["aggregates", "reconciliation"])
def test_figures_are_shown_to_those_who_may_see_them(
    client_of: Callable[..., Caller],
    call: str,
    role: str,
    bound: dict[str, str],
    area: str,
    status: int,
) -> None:
    """Roles: a unit sees its area and those above, a reviewer also all in its own."""
    answer = client_of(role, **bound).get(f"/{call}?period={JULY}&indicator={POOR}&area={area}")

    if status == 200:
        done(answer)
    else:
        assert_problem(answer, status, "forbidden")


def test_a_clerk_does_not_see_the_neighbours_in_a_list(clerk: Caller) -> None:
    """Roles: rows of areas that aren't one's own or above it are refused, not left out."""
    facts = assert_problem(clerk.get(f"{ASKED}&level=commune"), 403, "forbidden")["facts"]

    assert "29239" in facts["hidden"]
    assert "29236" not in facts["hidden"]


@pytest.mark.parametrize("query", ["", "&measures=value,ytd,plan", "&format=csv"])
def test_a_sector_without_indicators_has_no_figures(
    database: Database, operations: Caller, query: str
) -> None:
    """Figures: a list without rows, not a failure."""
    with database.writing() as session:
        session.execute(text(EMPTY_SECTOR))

    answer = operations.get(f"/aggregates?period={JULY}&sector=NEW{query}")

    assert answer.status_code == 200
    assert answer.text.startswith("area,") if "csv" in query else done(answer)["data"] == []
