"""Values on the wire: exact to the last digit, or refused with every fault at once."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from indicators_api.api.context import VIETNAM
from indicators_api.catalogue.versions import grow
from tests.callers import Caller, Clock, assert_problem
from tests.factories import JULY, WARD, done, new

#: Areas and crops of paddy: made to take all the digits that the service takes.
WIDE = [f"KT0501{n:02}" for n in (1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 16)]

#: A sign, up to 20 digits, up to 10 decimals, their zeros kept.
ODD_DECIMALS = st.builds(
    lambda sign, whole, places: f"{sign}{int(whole)}{places}",
    st.sampled_from(["", "-"]),
    st.text("0123456789", min_size=1, max_size=20),
    st.text("0123456789", max_size=10).map(lambda digits: f".{digits}" if digits else ""),
).filter(lambda written: not (written.startswith("-") and Decimal(written) == 0))


@pytest.fixture
def wide(session: Session) -> None:
    """The catalogue lets some indicators have ten decimals and no bounds."""
    widen = "UPDATE indicator SET decimals = 10, minimum = NULL, maximum = NULL"
    session.execute(text(f"{widen} WHERE code = ANY(:codes)"), {"codes": WIDE})
    grow(session, 1, at=datetime(2024, 7, 1, tzinfo=VIETNAM))
    session.commit()


@pytest.mark.usefixtures("wide")
@given(st.lists(st.tuples(ODD_DECIMALS, ODD_DECIMALS, st.booleans()), max_size=len(WIDE)))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_decimal_comes_back_to_the_last_digit(
    clerk: Caller, numbers: list[tuple[str, str, bool]]
) -> None:
    """Values and rules: exact decimals from the request to the database and back, as text too."""
    said = {
        code: f'{{"value": {value if bare else json.dumps(value)}, "ytd": {cumulated}}}'
        for code, (value, cumulated, bare) in zip(WIDE, numbers, strict=False)
    }
    body = ", ".join(f'"{code}": {value}' for code, value in said.items())
    head = f'{{"unit": "{WARD}", "period": "{JULY}"'
    done(clerk.post("/reports", f'{head}, "values": {{{body}}}}}'), 201)

    back = clerk.get(f"/reports/{WARD}/{JULY}")

    for code, (value, cumulated, _) in zip(WIDE, numbers, strict=False):
        told = f'"{code}":{{"value":{value},"status":"E","ytd":{cumulated}}}'
        assert told in back.text
    assert clerk.delete(f"/reports/{WARD}/{JULY}", seen=1).status_code == 204


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("1e3", "1000"),
        ('"1E+3"', "1000"),
        ("-0", "0"),
        ('"-0.00"', "0.00"),
        ("1.50", "1.50"),
        ("2.5000000000000000000000", "2.5000000000"),
        ("99999999999999999999", "99999999999999999999"),
        ("0.1e-8", "0.000000001"),
    ],
)
@pytest.mark.usefixtures("wide")
def test_what_is_written_otherwise_is_the_same_number(clerk: Caller, sent: str, told: str) -> None:
    """Values and rules: exponents and signs of zero are read; answers never have them."""
    body = f'{{"unit": "{WARD}", "period": "{JULY}", "values": {{"{WIDE[0]}": {sent}}}}}'

    done(clerk.post("/reports", body), 201)

    assert f'"{WIDE[0]}":{{"value":{told},' in clerk.get(f"/reports/{WARD}/{JULY}").text


#: A value, the fault's code and where it lies below the indicator.
FAULTS: list[tuple[str, str, str]] = [
    ("true", "not-a-number", ""),
    ('"many"', "not-a-number", ""),
    ('""', "not-a-number", ""),
    ("[1]", "not-a-number", ""),
    ('"1,250.5"', "ambiguous-number", ""),
    ('"1.250,5"', "ambiguous-number", ""),
    ('" 12"', "ambiguous-number", ""),
    ('"NaN"', "not-finite", ""),
    ('"-Infinity"', "not-finite", ""),
    ("100000000000000000000", "too-many-digits", ""),
    ("1e400", "too-many-digits", ""),
    ("1e-400", "too-many-digits", ""),
    ('"1e999999999999999999999"', "too-many-digits", ""),
    ("0.5", "too-many-decimals", ""),
    ("-1", "out-of-bounds", ""),
    ('{"value": 1, "missing": "not_collected"}', "value-and-missing", "/missing"),
    ('{"missing": "lost"}', "not-allowed", "/missing"),
    ('{"value": 1, "status": "X"}', "not-allowed", "/status"),
    ('{"value": 1, "ytd": "many"}', "not-a-number", "/ytd"),
    ('{"value": 1, "ytd": 0.25}', "too-many-decimals", "/ytd"),
    ('{"value": 1, "note": 7}', "note-too-long", "/note"),
    ('{"value": 1, "note": "\\u0000"}', "note-characters", "/note"),
    ('{"value": 1, "wert": 2}', "unknown-field", "/wert"),
]
#: Faults that only the unit's catalogue can tell; the others are told by the value alone.
OF_THE_CATALOGUE = {"too-many-decimals", "out-of-bounds"}


@pytest.mark.parametrize("step", ["draft", "submit"])
@pytest.mark.parametrize(("said", "code", "below"), FAULTS)
def test_a_value_that_can_not_be_taken_is_refused(
    clerk: Caller, said: str, code: str, below: str, step: str
) -> None:
    """Values and rules: types, digits, decimals, bounds; a draft doesn't take them either."""
    head = f'"unit": "{WARD}", "period": "{JULY}", "step": "{step}"'

    answer = clerk.post("/reports", f'{{{head}, "values": {{"XH160101": {said}}}}}')

    slug = "invalid-values" if code in OF_THE_CATALOGUE else "invalid-request"
    (fault,) = assert_problem(answer, 422, slug)["errors"]
    assert (fault["pointer"], fault["code"]) == (f"/values/XH160101{below}", code)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_fault_is_named_at_once_in_the_readers_language(clerk: Caller, language: str) -> None:
    """Conventions: all faults of a request at once, each with its pointer."""
    values = {
        "XH160101": -1,
        "KT050101": "0.125",
        "XH020101": 5,
        "XH16O101": 1,
        "NC/22~1": 1,
        "XH180101": 3,
    }

    answer = clerk.post("/reports", new(values), headers={"Accept-Language": language})

    body = assert_problem(answer, 422, "invalid-values", facts={"count": 5})
    assert answer.headers["Content-Language"] == language
    assert {fault["pointer"]: fault["code"] for fault in body["errors"]} == {
        "/values/XH160101": "out-of-bounds",
        "/values/KT050101": "too-many-decimals",
        "/values/XH16O101": "unknown-indicator",
        "/values/NC~122~01": "unknown-indicator",
        "/values/XH180101": "not-assigned",
    }
    (near,) = [f["near"] for f in body["errors"] if f["pointer"].endswith("XH16O101")]
    assert "XH160101" in near
    assert all(fault["detail"] for fault in body["errors"])


def test_faults_of_values_and_of_the_rest_are_named_together(clerk: Caller) -> None:
    """Conventions: members beside the values have their faults in the same answer."""
    body = {
        "unit": 7,
        "period": "2024-13",
        "step": "jump",
        "colour": "red",
        "comment": " ",
        "values": {"XH160101": "many", "KT050101": {"value": "1,5"}},
    }

    faults = assert_problem(clerk.post("/reports", body), 422, "invalid-request")["errors"]

    assert sorted(fault["pointer"] for fault in faults) == [
        "/colour",
        "/comment",
        "/period",
        "/step",
        "/unit",
        "/values/KT050101/value",
        "/values/XH160101",
    ]


@pytest.mark.parametrize("values", ["[]", "7", "null", '"x"', None])
def test_values_are_an_object(clerk: Caller, values: str | None) -> None:
    """Reports: `values` maps indicator code → value, and must be there."""
    member = f', "values": {values}' if values else ""

    answer = clerk.post("/reports", f'{{"unit": "{WARD}", "period": "{JULY}"{member}}}')

    (fault,) = assert_problem(answer, 422, "invalid-request")["errors"]
    assert fault["pointer"] == "/values"


def test_a_code_twice_is_an_error(clerk: Caller) -> None:
    """Reports: a code twice is an error, not the last one wins; nested objects too."""
    values = '{"XH160101": 1, "XH160101": 1, "KT050101": {"value": 1, "value": 2}}'

    answer = clerk.post("/reports", f'{{"unit": "{WARD}", "period": "{JULY}", "values": {values}}}')

    faults = assert_problem(answer, 422, "invalid-request")["errors"]
    assert [(fault["pointer"], fault["code"]) for fault in faults] == [
        ("/values/XH160101", "repeated"),
        ("/values/KT050101/value", "repeated"),
    ]


def test_all_that_is_said_of_a_value_comes_back(clerk: Caller) -> None:
    """Reports: value, year to date, status and note; null and its reason."""
    values: dict[str, Any] = {
        "XH160101": {"value": 41, "ytd": 41, "status": "A", "note": "Đã rà soát\n“xong”"},
        "XH160105": None,
        "XH020108": {"missing": "confidential", "status": "P"},
        "XH020101": {"value": None},
    }

    done(clerk.post("/reports", new(values)), 201)

    assert done(clerk.get(f"/reports/{WARD}/{JULY}"))["values"] == {
        "XH020101": {"value": None, "status": "E", "missing": "not_available"},
        "XH020108": {"value": None, "status": "P", "missing": "confidential"},
        "XH160101": {"value": 41, "status": "A", "ytd": 41, "note": "Đã rà soát\n“xong”"},
        "XH160105": {"value": None, "status": "E", "missing": "not_available"},
    }


@pytest.mark.parametrize(
    ("day", "given_status", "status"),
    [(16, None, "E"), (31, None, "E"), (32, None, "P"), (16, "A", "A")],
)
def test_a_value_without_a_status_gets_that_of_its_time(
    clerk: Caller, clock: Clock, day: int, given_status: str | None, status: str
) -> None:
    """Vocabulary: estimated while the period runs, provisional after, or as the report says."""
    clock.forward(days=day - 16)
    more = {"status": given_status} if given_status else {}

    done(clerk.post("/reports", new(**more)), 201)

    stored = done(clerk.get(f"/reports/{WARD}/{JULY}"))["values"]
    assert stored["XH160101"]["status"] == status


def test_a_longer_period_takes_no_values_of_a_shorter_frequency(clerk: Caller) -> None:
    """Periods: a quarter's report takes quarterly and yearly indicators, no monthly ones."""
    values = {"XH020109": 5, "XH190101": 7, "XH160101": 41}

    answer = clerk.post("/reports", new(values, period="2024-Q2"))

    (fault,) = assert_problem(answer, 422, "invalid-values")["errors"]
    assert (fault["pointer"], fault["code"]) == ("/values/XH160101", "not-assigned")
