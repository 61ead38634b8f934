"""Whether the catalogue takes a report's entries."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from indicators_api.errors import Fault
from indicators_api.indicators.snapshot import IndicatorFacts, Snapshot
from indicators_api.observations.entry import Entry
from indicators_api.validation.bounds import check_entries

Make = Callable[..., IndicatorFacts]


def text_of(fault: Fault) -> str:
    """Fill in a fault's message; names in English."""
    params = dict(fault.message.params)
    return fault.message.text % {**params, "name": params.get("name_en")}


def test_entries_that_fit_the_catalogue_have_no_fault(tra_vinh: Snapshot) -> None:
    """All 649 indicators can be sent in a month by the units assigned them."""
    entries = {code: Entry(f.minimum or Decimal(0)) for code, f in tra_vinh.by_code.items()}

    assert len(entries) == 649
    assert check_entries(entries, tra_vinh.by_code, tra_vinh.by_code) == []


def test_unknown_and_unassigned_indicators_are_told_apart(tra_vinh: Snapshot) -> None:
    """Unknown codes come with near ones; the others name the indicator."""
    known = tra_vinh.by_code
    assigned = {"KT050101": known["KT050101"]}
    sent = dict.fromkeys(["KT05O101", "KT050101", "XH020101", "\ud800/"], Entry(Decimal(1)))

    typo, unassigned, odd = check_entries(sent, assigned, known)

    assert (typo.pointer, typo.code) == ("/values/KT05O101", "unknown-indicator")
    assert "KT050101" in typo.facts["near"]
    assert "near to it" in text_of(typo)
    assert (unassigned.pointer, unassigned.code) == ("/values/XH020101", "not-assigned")
    assert known["XH020101"].name_en in text_of(unassigned)
    assert (odd.pointer, odd.code) == ("/values/\ufffd~1", "unknown-indicator")


def test_the_search_for_near_codes_is_bounded(tra_vinh: Snapshot) -> None:
    """A body of nonsense must not keep a worker busy."""
    sent = dict.fromkeys((f"KT05010{n}x" for n in range(9)), Entry(Decimal(1)))

    faults = check_entries(sent, {}, tra_vinh.by_code)

    assert [bool(fault.facts["near"]) for fault in faults] == [True] * 5 + [False] * 4


@pytest.mark.parametrize(
    ("decimals", "value", "is_taken"),
    [
        (2, "1.25", True),
        (2, "1.2500", True),
        (2, "1.255", False),
        (0, "3.0", True),
        (0, "3.1", False),
        (10, "99999999999999999999.9999999999", True),
        (1, "99999999999999999999.0000000001", False),
    ],
)
def test_decimals_are_the_indicators(
    indicator: Make,
    decimals: int,
    value: str,
    is_taken: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    """Digits after the point that a value may have, and its `ytd`; trailing zeros don't count."""
    facts = {"A": indicator("A", decimals=decimals)}

    faults = check_entries({"A": Entry(Decimal(value), ytd=Decimal(value))}, facts, facts)

    expected = [] if is_taken else ["/values/A", "/values/A/ytd"]
    assert [f.pointer for f in faults if f.code == "too-many-decimals"] == expected


def test_integers_are_whole_whatever_the_decimals(indicator: Make) -> None:
    """The value type `integer`."""
    facts = {"A": indicator("A", value_type="integer", decimals=2)}

    (fault,) = check_entries({"A": Entry(Decimal("1.5"))}, facts, facts)

    assert (fault.code, fault.facts) == ("too-many-decimals", {"decimals": 0})


def test_bounds_hold_for_the_value_and_not_for_the_year_to_date(indicator: Make) -> None:
    """Bounds are those of one period's value; both are told."""
    facts = {"A": indicator("A", minimum=Decimal(0), maximum=Decimal("100.00"))}

    def faults(value: str) -> list[Fault]:
        return check_entries({"A": Entry(Decimal(value), ytd=Decimal(500))}, facts, facts)

    assert faults("0") == faults("100") == []
    (below,), (above,) = faults("-0.01"), faults("100.01")
    assert below.code == above.code == "out-of-bounds"
    assert below.facts == {"minimum": "0", "maximum": "100"}
    assert text_of(below).endswith("is at least 0.")
    assert text_of(above).endswith("is at most 100.")


def test_a_value_can_have_two_faults(indicator: Make) -> None:
    """Every fault at once."""
    facts = {"A": indicator("A", decimals=0, maximum=Decimal(1))}

    faults = check_entries({"A": Entry(Decimal("1.5"))}, facts, facts)

    assert [fault.code for fault in faults] == ["too-many-decimals", "out-of-bounds"]
