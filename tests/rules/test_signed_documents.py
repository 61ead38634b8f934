"""The document that is signed of a version: one form of what it says, and no digit is lost."""

import json
import re
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from indicators_api.models.observation import MISSING_REASONS, STATUSES
from indicators_api.observations.entry import Entry
from indicators_api.periods import Period
from indicators_api.reports.access import Key
from indicators_api.reports.queries import ReportingUnit
from indicators_api.reports.signatures import document

UNIT = ReportingUnit(
    id=7,
    code="H59.21.11",
    level="commune",
    area_id=3,
    direct_send=True,
    accepting_area_id=2,
    accepting_area="842",
    cut_off_day=14,
    valid_from=date(2020, 1, 1),
    valid_to=None,
)
KEY = Key(1, UNIT, Period.parse("2024-07"))

NUMBERS = st.decimals(
    min_value=-(10**20), max_value=10**20, places=10, allow_nan=False, allow_infinity=False
)
ENTRIES = st.builds(
    Entry,
    value=st.none() | NUMBERS,
    missing=st.none() | st.sampled_from(MISSING_REASONS),
    status=st.sampled_from(STATUSES),
    ytd=st.none() | NUMBERS,
    note=st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
)
VALUES = st.dictionaries(st.from_regex(r"[A-Z]{2}[0-9]{6}", fullmatch=True), ENTRIES, max_size=5)


@given(VALUES, st.integers(1, 1000))
def test_the_document_says_what_the_version_says(values: dict[str, Entry], number: int) -> None:
    """Signing: exact from end to end; every member is there."""
    said = json.loads(document(KEY, number, values))

    assert said.keys() == {"unit", "period", "version", "values"}
    assert (said["unit"], said["period"], said["version"]) == ("H59.21.11", "2024-07", number)
    assert said["values"].keys() == values.keys()
    for code, entry in values.items():
        told = said["values"][code]
        assert told.keys() == {"value", "missing", "status", "ytd", "note"}
        assert [told[name] for name in ("missing", "status", "note")] == [
            entry.missing,
            entry.status,
            entry.note,
        ]
        for name, number_said in (("value", entry.value), ("ytd", entry.ytd)):
            if number_said is None:
                assert told[name] is None
            else:
                assert Decimal(told[name]) == number_said
                assert re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", told[name])
                assert told[name] != "-0"


@given(VALUES, st.integers(0, 12))
def test_how_a_number_is_written_is_nothing(values: dict[str, Entry], zeros: int) -> None:
    """Signing: 41, 41.0 and 4.1E+1 are one number, so one document."""

    def rewritten(number: Decimal | None) -> Decimal | None:
        return None if number is None else Decimal(f"{number:f}{'0' * zeros}")

    same = {
        code: entry._replace(value=rewritten(entry.value), ytd=rewritten(entry.ytd))
        for code, entry in reversed(values.items())
    }

    assert document(KEY, 1, same) == document(KEY, 1, values)
