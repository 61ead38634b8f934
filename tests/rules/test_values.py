"""What a JSON object `values` says."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators_api.errors import Fault
from indicators_api.observations.entry import Entry
from indicators_api.validation.values import parse_values

#: As the API reads JSON: numbers with a point or exponent as Decimal.
DECODER = json.JSONDecoder(parse_float=Decimal)

DIGITS = st.text("0123456789", min_size=1, max_size=20)
PLACES = st.one_of(st.just(""), st.text("0123456789", min_size=1, max_size=10).map(".{}".format))
ODD_DECIMALS = st.builds("{}{}{}".format, st.sampled_from(["", "-"]), DIGITS, PLACES)

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
NUMBER_LIKE = st.text("0123456789.,+-eE naif_", max_size=14)
ANY_NUMBER = st.one_of(
    st.integers(),
    st.sampled_from([10**400, -(10**4000), -(10**20), 10**20 - 1]),
    st.decimals(),
    st.sampled_from([*map(Decimal, ("1e999", "-0", "0e99", "1e-999", "sNaN", "-Infinity"))]),
)
ANY_SCALAR = st.one_of(st.none(), st.booleans(), ANY_NUMBER, ANY_TEXT, NUMBER_LIKE)
FIELDS = st.sampled_from(["value", "missing", "ytd", "status", "note", "Value", "a/b"])
WORDS = st.sampled_from(["E", "A", "X", "not_collected", "not_applicable"])
ANY_JSON = st.recursive(
    ANY_SCALAR | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS | ANY_TEXT, inner),
    max_leaves=8,
)


def read(value: object) -> Entry:
    """Read one value that has no fault."""
    entries, faults = parse_values({"A": value})
    assert faults == []
    return entries["A"]


def codes(value: object) -> list[tuple[str, str]]:
    """Give pointer and code of the faults of one value."""
    return [(fault.pointer, fault.code) for fault in parse_values({"A": value})[1]]


def text_of(fault: Fault) -> str:
    """Fill in a fault's message."""
    return fault.message.text % dict(fault.message.params)


@given(st.lists(ODD_DECIMALS, min_size=1))
def test_odd_decimals_come_back_to_the_last_digit(texts: list[str]) -> None:
    """Values and rules: exact decimals from the request on, as a JSON number or a string."""
    as_text = {str(n): text for n, text in enumerate(texts)}
    as_number = {n: DECODER.decode(_json_number(text)) for n, text in as_text.items()}

    for sent in (as_text, as_number):
        entries, faults = parse_values(sent)

        assert faults == []
        for number, text in as_text.items():
            expected = _json_number(text if Decimal(text) else text.removeprefix("-"))
            assert f"{entries[number].value:f}" == expected


def _json_number(text: str) -> str:
    """JSON allows no leading zeros."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, places = digits.partition(".")
    return f"{sign}{whole.lstrip('0') or '0'}{'.' + places if places else ''}"


@given(st.dictionaries(ANY_TEXT, ANY_JSON, max_size=6))
def test_any_json_is_read_or_refused_with_a_pointer(raw: dict[str, Any]) -> None:
    """Every fault of a request at once, each with its pointer; never a crash."""
    entries, faults = parse_values(raw)

    assert entries.keys() == raw.keys()
    for fault in faults:
        assert fault.pointer.startswith("/values/")
        (fault.pointer + text_of(fault)).encode("utf-8")
    for entry in entries.values():
        assert (entry.value is None) == (entry.missing is not None)
        for number in (entry.value, entry.ytd):
            assert number is None or (abs(number) < 10**20 and number.is_finite())
            assert number is None or -10 <= int(number.as_tuple().exponent) <= 0


@given(st.dictionaries(ANY_TEXT, ANY_JSON, max_size=6))
def test_a_value_says_the_same_alone_and_among_others(raw: dict[str, Any]) -> None:
    """The set-wise way and the walk through the values are one law."""
    entries, faults = parse_values(raw)
    alone = [parse_values({code: said}) for code, said in raw.items()]
    walked = [parse_values({code: said, "": []}) for code, said in raw.items() if code]

    assert entries == {code: entry for found, _ in alone for code, entry in found.items()}
    assert faults == [fault for _, found in alone for fault in found]
    for found, _ in walked:
        assert {code: entries[code] for code in found if code} == {
            c: e for c, e in found.items() if c
        }


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (0, "0"),
        ("-0", "0"),
        (Decimal("-0.00"), "0.00"),
        (Decimal("1E+3"), "1000"),
        ("-1.5e2", "-150"),
        ("+2.50", "2.50"),
        ("007", "7"),
        ("1e-10", "1E-10"),
        ("0e999999999", "0"),
        ("1." + "0" * 50, "1.0000000000"),
        ("99999999999999999999.9999999999", "99999999999999999999.9999999999"),
        (-(10**20) + 1, "-99999999999999999999"),
    ],
)
def test_a_number_is_stored_as_sent(sent: object, stored: str) -> None:
    """-0 becomes 0, exponents are written out, zeros beyond ten places are dropped."""
    assert str(read(sent).value) == stored


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (True, "not-a-number"),
        ([1], "not-a-number"),
        ("", "not-a-number"),
        ("abc", "not-a-number"),
        ("1\n", "ambiguous-number"),
        (" 1", "ambiguous-number"),
        (".5", "not-a-number"),
        ("１２", "not-a-number"),
        ("0x10", "not-a-number"),
        (1.5, "not-a-number"),
        ("NaN", "not-finite"),
        ("-Infinity", "not-finite"),
        (Decimal("NaN"), "not-finite"),
        (Decimal("inf"), "not-finite"),
        ("1,5", "ambiguous-number"),
        ("1.234,56", "ambiguous-number"),
        ("1 234", "ambiguous-number"),
        ("1\u00a0234.5", "ambiguous-number"),
        ("1.234.567", "ambiguous-number"),
        ("1_000", "ambiguous-number"),
        ("1.", "ambiguous-number"),
        (10**20, "too-many-digits"),
        pytest.param(-(10**5000), "too-many-digits", id="beyond what str() writes"),
        ("100000000000000000000", "too-many-digits"),
        ("0.00000000001", "too-many-digits"),
        (Decimal("1e999999999"), "too-many-digits"),
        ("1e999999999", "too-many-digits"),
        ("1e-999999999", "too-many-digits"),
        ("1e" + "9" * 400, "too-many-digits"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(sent: object, code: str) -> None:
    """NaN, infinity, more than 20 digits before or 10 after the point, text one must guess at."""
    assert codes(sent) == [("/values/A", code)]
    assert codes({"value": sent}) == [("/values/A/value", code)]
    assert codes({"ytd": sent}) == [("/values/A/ytd", code)]


def test_ambiguous_text_is_explained() -> None:
    """A real bulletin printed "516,913 billion" for 516.913: a factor of 1,000."""
    _, (fault,) = parse_values({"A": "516,913"})

    assert "“516,913”" in text_of(fault)
    assert "write a point before the decimals" in text_of(fault)


def test_null_is_not_available_and_zero_is_a_value() -> None:
    """Missing is never zero, and zero is a value."""
    assert read(None) == read({}) == read({"value": None}) == Entry(None, "not_available")
    assert read(0) == Entry(Decimal(0))


def test_an_object_carries_reason_status_year_to_date_and_note() -> None:
    """The object form of a value in POST /reports."""
    said = {"value": 310, "ytd": Decimal("2105.5"), "status": "P", "note": "kiểm\ttra\n"}

    assert read(said) == Entry(Decimal(310), None, "P", Decimal("2105.5"), "kiểm\ttra\n")
    assert read({"value": None, "missing": "confidential"}) == Entry(None, "confidential")
    assert read({"missing": "not_collected", "ytd": "7"}) == Entry(
        None, "not_collected", None, Decimal(7)
    )


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"value": 1, "missing": "not_collected"}, [("missing", "value-and-missing")]),
        ({"value": "x", "missing": "no"}, [
            ("value", "not-a-number"), ("missing", "not-allowed"), ("missing", "value-and-missing"),
        ]),
        ({"value": 1, "status": "e"}, [("status", "not-allowed")]),
        ({"value": 1, "status": ["E"]}, [("status", "not-allowed")]),
        ({"value": 1, "note": "x" * 1001}, [("note", "note-too-long")]),
        ({"value": 1, "note": 5}, [("note", "note-too-long")]),
        ({"value": 1, "note": "a\x00"}, [("note", "note-characters")]),
        ({"value": 1, "note": "\ud800"}, [("note", "note-characters")]),
        ({"values": 1, "a/b": 2}, [("values", "unknown-field"), ("a~1b", "unknown-field")]),
        ({"value": {"value": 1}}, [("value", "not-a-number")]),
    ],
)  # fmt: skip
def test_every_fault_of_an_object_is_named(said: Any, faults: list[tuple[str, str]]) -> None:
    """Unknown fields, words outside the list, a value beside a reason, notes that can't be kept."""
    assert codes(said) == [(f"/values/A/{field}", code) for field, code in faults]


def test_all_faults_come_at_once_and_in_order() -> None:
    """Every fault of a request at once, with its pointer (RFC 6901)."""
    entries, faults = parse_values({"A": "1,5", "B": 7, "a~/": [], "C": {"status": "?"}})

    assert [fault.pointer for fault in faults] == ["/values/A", "/values/a~0~1", "/values/C/status"]
    assert entries["B"] == Entry(Decimal(7))
