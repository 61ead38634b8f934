"""Numbers as people read them: Vietnamese, rounded half up, and only where they are shown."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators_api.formats.numbers import half_up, vietnamese

#: All that a value may be: 20 digits before the point, 10 after it.
VALUES = st.decimals(Decimal(-(10**20)), Decimal(10**20), allow_nan=False, places=10)


@pytest.mark.parametrize(
    ("number", "places", "written"),
    [
        ("1234567.89", 2, "1.234.567,89"),
        ("75856", 0, "75.856"),
        ("999.995", 2, "1.000,00"),
        ("0.125", 2, "0,13"),
        ("-0.125", 2, "-0,13"),
        ("2.5", 0, "3"),
        ("-0.004", 2, "0,00"),
        ("1E+3", 0, "1.000"),
        ("12345678901234567890.0123456789", 10, "12.345.678.901.234.567.890,0123456789"),
    ],
)
def test_a_number_is_written_as_in_vietnam(number: str, places: int, written: str) -> None:
    """Files and pages: points between thousands, a comma before the decimals, half up."""
    assert vietnamese(Decimal(number), places) == written


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [
        (75_856 * 100, 77_000, "98,51"),
        (-1_181 * 100, 77_037, "-1,53"),
        (-607 * 100, 203_364, "-0,30"),
        (-478 * 100, 55_141, "-0,87"),
    ],
)
def test_percentages_are_printed_as_they_were_published(
    part: int, whole: int, printed: str
) -> None:
    """Checks from real publications: 98.51 %, −1.53 %, −0.30 %, −0.87 %."""
    assert vietnamese(Decimal(part) / Decimal(whole), 2) == printed


@given(VALUES, st.integers(0, 10))
def test_rounding_is_half_up(number: Decimal, places: int) -> None:
    """Half away from zero, for numbers of any size."""
    scaled = abs(Fraction(number)) * 10**places
    wanted = Fraction(int(scaled + Fraction(1, 2)), 10**places)

    rounded = half_up(number, places)

    assert abs(Fraction(rounded)) == wanted
    assert rounded == 0 or rounded.is_signed() == number.is_signed()


@given(VALUES, st.integers(0, 10))
def test_what_is_written_is_read_back(number: Decimal, places: int) -> None:
    """No digit is lost between the number that is shown and its text."""
    text = vietnamese(number, places)

    assert Decimal(text.replace(".", "").replace(",", ".")) == half_up(number, places)
    assert len(text.partition(",")[2]) == places
