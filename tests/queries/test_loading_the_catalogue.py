"""Loading the catalogue: what the files say is what holds; what was, is remembered."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, text

from indicators_api.catalogue.ledger import Counts
from indicators_api.catalogue.load import LoadReport, load
from indicators_api.db.session import Session
from indicators_api.errors import CatalogueInvalid
from tests.catalogue_files import add, change, drop, read_rows, write_catalogue, write_rows

PACKAGED = Path(__file__).parents[2] / "indicators_api" / "data" / "tra_vinh"
#: The day of the first load, and how far later ones are behind it.
FIRST = datetime(2024, 3, 1, 2, tzinfo=UTC)
LATER = timedelta(days=31)

Load = Callable[..., LoadReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a small catalogue, to be changed and loaded."""
    return write_catalogue(tmp_path / "catalogue")


@pytest.fixture
def load_folder(empty_session: Session, folder: Path) -> Load:
    """Load the small catalogue into an empty database; each further load is a month later."""
    times = iter(FIRST + number * LATER for number in range(100))
    return lambda: load(empty_session, folder, at=next(times))


def rows(session: Session, query: str, **params: object) -> list[Row[Any]]:
    """Give the rows of a query."""
    return list(session.execute(text(query), params))


def assignments(session: Session, indicator: str) -> list[tuple[str, date, date | None]]:
    """Give an indicator's assignments: unit, first and last day, by unit and first day."""
    found = rows(
        session,
        "SELECT u.code, a.valid_from, a.valid_to FROM assignment a"
        " JOIN unit u ON u.id = a.unit_id JOIN indicator i ON i.id = a.indicator_id"
        " WHERE i.code = :indicator ORDER BY u.code, a.valid_from",
        indicator=indicator,
    )
    return [tuple(row) for row in found]


def version(session: Session) -> int:
    """Give the catalogue's version."""
    return int(rows(session, "SELECT catalogue_version FROM jurisdiction")[0][0])


def changes(report: LoadReport) -> dict[str, Counts]:
    """Give the tables in which something was added, changed or ended."""
    return {name: counts for name, counts in report.tables.items() if any(counts[:3])}


def test_the_reference_data_are_all_there(session: Session) -> None:
    """Reference data: 194 units, 649 indicators, 28,896 cells of units and indicators."""
    tables = {
        "area": 158,
        "area_succession": 107,
        "unit": 194,
        "indicator": 649,
        "assignment": 28_896,
        "validation_rule": 195,
        "annual_target": 75,
        "holiday": 78,
    }

    found = {name: rows(session, f"SELECT count(*) FROM {name}")[0][0] for name in tables}

    assert found == tables


def test_loading_again_changes_nothing(session: Session) -> None:
    """Catalogue load is idempotent: the same files change no row and no version."""
    before = version(session)
    written = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
    start = rows(session, written)[0][0]

    report = load(session, PACKAGED, at=datetime(2024, 9, 1, tzinfo=UTC))

    assert not changes(report)
    assert not report.changed
    assert not report.counting_changed
    assert not report.notes
    assert report.tables["assignment"] == Counts(unchanged=28_896)
    assert version(session) == before
    assert rows(session, written)[0][0] == start


def test_a_first_load_is_remembered_and_has_a_version(
    empty_session: Session, load_folder: Load
) -> None:
    """Histories: every row is recorded from the moment of its load."""
    report = load_folder()

    assert report.changed
    assert report.counting_changed
    assert version(empty_session) > 0
    tables = [name for name, counts in report.tables.items() if counts.added]
    assert {"area", "unit", "indicator", "assignment", "annual_target"} <= set(tables)
    for name in set(tables) - {"jurisdiction"}:
        query = f"SELECT count(*), min(recorded_from), max(recorded_to) FROM {name}_history"
        assert rows(empty_session, query) == [(report.tables[name].added, FIRST, None)]


def test_areas_know_who_lies_in_them(empty_session: Session, load_folder: Load) -> None:
    """area_closure: every pair of an area and an area in it, itself included."""
    load_folder()

    found = rows(
        empty_session,
        "SELECT d.code, a.code, c.distance FROM area_closure c"
        " JOIN area d ON d.id = c.descendant_id"
        " JOIN area a ON a.id = c.ancestor_id WHERE d.code IN ('842', '29242') ORDER BY 1, 3",
    )
    assert [tuple(row) for row in found] == [
        ("29242", "29242", 0),
        ("29242", "842", 1),
        ("29242", "84", 2),
        ("842", "842", 0),
        ("842", "84", 1),
    ]
    below = rows(empty_session, "SELECT code FROM area WHERE has_areas_below ORDER BY code")
    assert [row.code for row in below] == ["84", "842"]


def test_an_assignment_lasts_as_long_as_its_unit_and_indicator(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Assignment: valid as the unit is, not before the indicator and not after it."""
    path = folder / "indicators.csv"
    days = [("", ""), ("2022-01-01", "2024-06-30"), ("", ""), ("", "")]
    write_rows(
        path,
        [
            row | {"valid_from": first, "valid_to": last}
            for row, (first, last) in zip(read_rows(path), days, strict=True)
        ],
    )

    load_folder()

    assert assignments(empty_session, "A2") == [
        ("U.2.11", date(2022, 1, 1), date(2024, 6, 30)),
        ("U.2.12", date(2022, 1, 1), date(2023, 12, 31)),
        ("U.2.2", date(2022, 1, 1), date(2024, 6, 30)),
    ]


def test_a_changed_row_is_updated_in_place(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Catalogue load: codes and ids stay, what was is in the history."""
    load_folder()
    before = rows(empty_session, "SELECT id FROM indicator WHERE code = 'A2'")
    first_version = version(empty_session)
    change(folder / "indicators.csv", 3, name_en="All households")

    report = load_folder()

    assert changes(report) == {"indicator": Counts(changed=1, unchanged=3)}
    assert not report.counting_changed
    assert version(empty_session) > first_version
    assert rows(empty_session, "SELECT id FROM indicator WHERE code = 'A2'") == before
    remembered = rows(
        empty_session,
        "SELECT name_en, recorded_from, recorded_to FROM indicator_history WHERE code = 'A2'"
        " ORDER BY recorded_from",
    )
    assert remembered == [
        ("Households", FIRST, FIRST + LATER),
        ("All households", FIRST + LATER, None),
    ]


@pytest.mark.parametrize(
    ("file", "row", "cells"),
    [
        ("indicators.csv", 2, {"frequency": "quarterly"}),
        ("indicators.csv", 5, {"area_aggregation": "mean"}),
        ("areas.csv", 4, {"valid_to": "2030-12-31"}),
        ("regimes.csv", 2, {"cut_off_day": "10"}),
        ("reporting_units.csv", 2, {"valid_to": "2030-12-31"}),
    ],
)
def test_what_decides_who_counts_is_told(
    load_folder: Load, folder: Path, file: str, row: int, cells: dict[str, str]
) -> None:
    """LoadReport: the caller rebuilds the derived tables in the same transaction."""
    if file == "areas.csv":
        change(folder / "reporting_units.csv", 5, valid_to="2024-12-31")
    load_folder()
    change(folder / file, row, **cells)

    assert load_folder().counting_changed


def test_what_has_vanished_has_ended_the_day_before(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Ended, never deleted: data were sent under it."""
    load_folder()
    drop(folder / "reporting_units.csv", 5, 6)
    drop(folder / "assignments.csv", 7, 8)

    report = load_folder()

    eve = (FIRST + LATER).date() - timedelta(days=1)
    assert report.tables["unit"] == Counts(ended=1, unchanged=3)
    units = rows(empty_session, "SELECT code, valid_to FROM unit WHERE valid_to IS NOT NULL")
    assert {tuple(row) for row in units} == {("U.2.11", eve), ("U.2.12", date(2023, 12, 31))}
    assert ("U.2.11", date(2021, 1, 1), eve) in assignments(empty_session, "A1")
    assert not changes(load_folder())


def test_what_comes_back_goes_on(empty_session: Session, load_folder: Load, folder: Path) -> None:
    """What the files say is what holds: a row that is there again lasts as they say."""
    load_folder()
    original = (folder / "assignments.csv").read_bytes()
    drop(folder / "assignments.csv", 2)
    load_folder()
    (folder / "assignments.csv").write_bytes(original)

    report = load_folder()

    assert changes(report) == {"assignment": Counts(changed=1, unchanged=8)}
    assert assignments(empty_session, "A1")[0] == ("U.1", date(2021, 1, 1), None)


def test_a_figure_goes_over_to_another_unit_of_the_area(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """One datum, one owner: the new one begins when the former has ended, however often."""
    load_folder()
    eves = [(FIRST + number * LATER).date() - timedelta(days=1) for number in range(3)]
    day = timedelta(days=1)
    change(folder / "assignments.csv", 3, unit_kind="PHONG_B")

    report = load_folder()

    assert report.tables["assignment"] == Counts(added=1, ended=1, unchanged=8)
    assert [row for row in assignments(empty_session, "A1") if row[0] in {"U.2.1", "U.2.2"}] == [
        ("U.2.1", date(2021, 1, 1), eves[1]),
        ("U.2.2", eves[1] + day, None),
    ]

    change(folder / "assignments.csv", 3, unit_kind="PHONG_A")
    load_folder()

    assert [row for row in assignments(empty_session, "A1") if row[0] in {"U.2.1", "U.2.2"}] == [
        ("U.2.1", date(2021, 1, 1), eves[1]),
        ("U.2.1", eves[2] + day, None),
        ("U.2.2", eves[1] + day, eves[2]),
    ]
    assert not changes(load_folder())


def test_units_of_an_area_may_exchange_their_times(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Changed validities of two owners don't meet on the way."""
    units = folder / "reporting_units.csv"
    add(folder / "assignments.csv", "district,PHONG_B,A1")
    change(units, 3, valid_to="2023-06-30")
    change(units, 4, valid_from="2023-07-01")
    load_folder()
    change(units, 3, valid_to="2023-12-31")
    change(units, 4, valid_from="2024-01-01")

    report = load_folder()

    assert report.tables["assignment"] == Counts(changed=5, unchanged=5)
    assert [row for row in assignments(empty_session, "A1") if row[0] in {"U.2.1", "U.2.2"}] == [
        ("U.2.1", date(2021, 1, 1), date(2023, 12, 31)),
        ("U.2.2", date(2024, 1, 1), None),
    ]


def test_the_frequency_that_a_unit_was_given_stays(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Assignment: the frequency is an attribute that the files don't have."""
    load_folder()
    empty_session.execute(text("UPDATE assignment SET frequency = 'quarterly'"))
    change(folder / "reporting_units.csv", 2, valid_to="2030-12-31")

    load_folder()

    frequencies = rows(empty_session, "SELECT DISTINCT frequency FROM assignment")
    assert frequencies == [("quarterly",)]


def test_a_reused_code_is_another_area(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Areas change: a code is given again; its former bearer ends when the new one begins."""
    load_folder()
    units, path = folder / "reporting_units.csv", folder / "areas.csv"
    drop(units, 5)
    drop(folder / "assignments.csv", 7, 8)
    drop(units, 5)
    drop(folder / "area_successions.csv", 2)
    change(path, 4, name_vi="Phường Mới", valid_from="2024-02-01")

    report = load_folder()

    assert report.tables["area"] == Counts(added=1, ended=1, unchanged=3)
    found = rows(
        empty_session,
        "SELECT name_vi, valid_from, valid_to FROM area WHERE code = '29242' ORDER BY valid_from",
    )
    assert [tuple(row) for row in found] == [
        ("Phường 3", date(2015, 1, 1), date(2024, 1, 31)),
        ("Phường Mới", date(2024, 2, 1), None),
    ]
    pairs = rows(empty_session, "SELECT count(*) FROM area_closure WHERE distance = 0")
    assert pairs == [(5,)]


def test_an_area_can_t_begin_before_the_code_s_former_bearer(
    load_folder: Load, folder: Path
) -> None:
    """An area is known by code and first day: an earlier first day is another area, in the way."""
    load_folder()
    change(folder / "areas.csv", 5, valid_from="2014-01-01")
    change(folder / "areas.csv", 3, valid_from="2014-01-01")
    change(folder / "areas.csv", 2, valid_from="2014-01-01")

    with pytest.raises(CatalogueInvalid) as refused:
        load_folder()

    pointers = [fault.pointer for fault in refused.value.faults]
    assert pointers == [f"/areas.csv/{row}/valid_from" for row in (2, 3, 5)]


def test_a_successor_is_the_bearer_of_the_code_on_the_day(session: Session) -> None:
    """Areas change: 29242 was Phường 3 and is now Phường Trà Vinh."""
    found = rows(
        session,
        "SELECT before.name_vi, after.name_vi, s.effective_date FROM area_succession s"
        " JOIN area before ON before.id = s.predecessor_id"
        " JOIN area after ON after.id = s.successor_id"
        " WHERE after.code = '29242' AND before.code IN ('29242', '29245') ORDER BY 3",
    )
    assert [tuple(row) for row in found] == [
        ("Phường 2", "Phường 3", date(2025, 1, 1)),
        ("Phường 3", "Phường Trà Vinh", date(2025, 7, 1)),
    ]


def test_a_changed_target_is_a_new_version(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Plan: versioned, since plans change in mid-year; a new note alone is none."""
    load_folder()
    change(folder / "annual_targets.csv", 2, source_note="QĐ 3")
    load_folder()
    change(folder / "annual_targets.csv", 2, target_value="1.0")

    report = load_folder()

    assert changes(report) == {"annual_target": Counts(changed=1)}
    found = rows(
        empty_session,
        "SELECT version, value, valid_from, source_note, decision_number FROM annual_target"
        " ORDER BY version",
    )
    assert [tuple(row) for row in found] == [
        (1, Decimal("1.25"), date(2024, 1, 1), "QĐ 3", None),
        (2, Decimal("1.0"), (FIRST + 2 * LATER).date(), "QĐ 3", None),
    ]
    assert not changes(load_folder())


def test_files_don_t_undo_what_was_decided(empty_session: Session, load_folder: Load) -> None:
    """Plan: a decision entered by people outlives a load of the same files."""
    load_folder()
    empty_session.execute(
        text(
            "INSERT INTO annual_target (jurisdiction_id, indicator_id, area_id, year, version,"
            " value, direction, valid_from, source, source_note)"
            " SELECT jurisdiction_id, indicator_id, area_id, year, 2, 1.1, direction,"
            " '2024-07-01', 'decided', '' FROM annual_target"
        )
    )

    assert not changes(load_folder())


def test_what_data_may_refer_to_stays_with_a_note(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Sectors, units of measure, levels and regimes have no validity: they stay."""
    add(folder / "sectors.csv", "XH,Xã hội,Society,,30")
    add(folder / "units_of_measure.csv", "HA,héc-ta,hectare,ha,")
    load_folder()
    drop(folder / "sectors.csv", 4)
    drop(folder / "units_of_measure.csv", 4)
    drop(folder / "regimes.csv", 3)

    report = load_folder()

    assert not report.changed
    assert [(note.params["table"], note.params["code"]) for note in report.notes] == [
        ("regime", "THANG"),
        ("sector", "XH"),
        ("unit_of_measure", "HA"),
    ]
    assert rows(empty_session, "SELECT count(*) FROM sector") == [(3,)]


def test_what_nothing_refers_to_goes_and_is_remembered(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Rules become inactive; successions are deleted, with a history."""
    load_folder()
    drop(folder / "validation_rules.csv", 2)
    drop(folder / "area_successions.csv", 2)

    report = load_folder()

    gone = {"validation_rule", "area_succession"}
    assert {name: counts.ended for name, counts in changes(report).items()} == dict.fromkeys(
        gone, 1
    )
    rules = rows(empty_session, "SELECT code FROM validation_rule WHERE NOT active")
    assert rules == [("Q1",)]
    closed = rows(empty_session, "SELECT recorded_from, recorded_to FROM area_succession_history")
    assert closed == [(FIRST, FIRST + LATER)]
    assert rows(empty_session, "SELECT count(*) FROM area_succession") == [(0,)]


def test_ranks_may_be_exchanged(empty_session: Session, load_folder: Load, folder: Path) -> None:
    """The number of levels is data: a new level may come between others."""
    load_folder()
    change(folder / "area_levels.csv", 4, rank="4")
    add(folder / "area_levels.csv", "region,Cụm xã,Region,3,,true")

    report = load_folder()

    assert report.tables["area_level"] == Counts(added=1, changed=1, unchanged=2)
    found = rows(empty_session, "SELECT code FROM area_level ORDER BY rank")
    assert [row.code for row in found] == ["province", "district", "region", "commune"]


def test_what_the_policy_says_of_a_unit_stays(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """A unit's own policy is not in the files, so they don't undo it."""
    load_folder()
    empty_session.execute(text("UPDATE unit SET direct_send = false WHERE code = 'U.1'"))
    change(folder / "reporting_units.csv", 2, name_en="The Department")

    load_folder()

    found = rows(empty_session, "SELECT name_en, direct_send FROM unit WHERE code = 'U.1'")
    assert found == [("The Department", False)]


def test_a_unit_may_name_its_regime_and_its_successor(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Optional: the column regime_code, else the first regime by code; the file of successions."""
    path = folder / "reporting_units.csv"
    regimes = ["THANG", "", "", "", ""]
    units = zip(read_rows(path), regimes, strict=True)
    write_rows(path, [row | {"regime_code": code} for row, code in units])
    successions = "predecessor_code,successor_code,effective_date\nU.2.12,U.2.11,2024-01-01\n"
    (folder / "unit_successions.csv").write_text(successions, "utf-8")

    load_folder()

    found = rows(
        empty_session,
        "SELECT u.code, r.code FROM unit u JOIN regime r ON r.id = u.regime_id ORDER BY 1 LIMIT 2",
    )
    assert found == [("U.1", "THANG"), ("U.2.1", "ND09")]
    pair = rows(
        empty_session,
        "SELECT p.code, s.code FROM unit_succession JOIN unit p ON p.id = predecessor_id"
        " JOIN unit s ON s.id = successor_id",
    )
    assert pair == [("U.2.12", "U.2.11")]


def test_a_catalogue_with_faults_is_not_loaded(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Catalogue load refuses, naming every fault; nothing is written."""
    change(folder / "indicators.csv", 4, denominator_code="A9")
    change(folder / "holidays.csv", 2, day="Tet")

    with pytest.raises(CatalogueInvalid) as refused:
        load_folder()

    assert [fault.pointer for fault in refused.value.faults] == [
        "/holidays.csv/2/day",
        "/indicators.csv/4/denominator_code",
    ]
    assert rows(empty_session, "SELECT count(*) FROM jurisdiction") == [(0,)]


def test_another_province_s_files_are_refused(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """A jurisdiction's code never changes, and a misspelt one founds no province."""
    load_folder()
    before = version(empty_session)
    change(folder / "jurisdiction.csv", 2, code="khac")

    with pytest.raises(CatalogueInvalid) as refused:
        load_folder()

    assert [fault.code for fault in refused.value.faults] == ["other-jurisdiction"]
    assert "mau" in str(refused.value)
    assert version(empty_session) == before


#: Whom the files ask for two figures of the district, and how long its two bodies are valid.
VALIDITIES = st.sampled_from(["", "2023-12-31", "2024-04-15", "2024-08-31", "2025-12-31"])
STARTS = st.sampled_from(["2021-01-01", "2023-06-01", "2024-01-01", "2024-05-01"])
STEPS = st.fixed_dictionaries(
    {
        "owners": st.tuples(*[st.sampled_from(["PHONG_A", "PHONG_B", None])] * 2),
        "units": st.tuples(*[st.tuples(STARTS, VALIDITIES)] * 2),
        "scope": st.sampled_from(["territory", "agency"]),
        "days": st.integers(0, 100),
    }
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, min_size=2, max_size=5))
def test_whatever_was_loaded_before_the_files_hold_on_the_day(
    empty_session: Session, folder: Path, steps: list[dict[str, Any]]
) -> None:
    """Catalogue load: any order of changes can be loaded, and loaded again without a change.

    What is asked on the day of the load is what the files ask; histories end in the present rows.
    """
    with empty_session.begin_nested() as savepoint:
        at = FIRST
        for step in steps:
            at += timedelta(days=step["days"], seconds=1)
            write_step(folder, step)

            load(empty_session, folder, at=at)

            assert asked_on(empty_session, at.date()) == asked_by(step, at.date())
            assert not changes(load(empty_session, folder, at=at))
            columns = "id, unit_id, indicator_id, area_id, value_scope, valid_from, valid_to"
            present = rows(empty_session, f"SELECT {columns} FROM assignment ORDER BY id")
            newest = (
                f"SELECT {columns} FROM assignment_history WHERE recorded_to IS NULL ORDER BY id"
            )
            assert rows(empty_session, newest) == present
        savepoint.rollback()


def write_step(folder: Path, step: dict[str, Any]) -> None:
    """Write the small catalogue as a step has it."""
    write_catalogue(folder)
    for row, (first, last) in zip((3, 4), step["units"], strict=True):
        valid_to = last if last >= first else ""
        change(folder / "reporting_units.csv", row, valid_from=first, valid_to=valid_to)
    change(folder / "indicators.csv", 3, value_scope=step["scope"])
    drop(folder / "assignments.csv", 3, 4)
    for code, kind in zip(("A1", "A2"), step["owners"], strict=True):
        if kind:
            add(folder / "assignments.csv", f"district,{kind},{code}")


def asked_by(step: dict[str, Any], day: date) -> set[tuple[str, str]]:
    """Give whom the files of a step ask for the two figures on a day."""
    numbers = {"PHONG_A": 0, "PHONG_B": 1}
    found = set()
    for code, kind in zip(("A1", "A2"), step["owners"], strict=True):
        if kind:
            first, last = step["units"][numbers[kind]]
            if first <= str(day) <= (last if last >= first else "9999"):
                found.add((f"U.2.{numbers[kind] + 1}", code))
    return found


def asked_on(session: Session, day: date) -> set[tuple[str, str]]:
    """Give whom the database asks for the two figures on a day."""
    found = rows(
        session,
        "SELECT u.code, i.code FROM assignment a JOIN unit u ON u.id = a.unit_id"
        " JOIN indicator i ON i.id = a.indicator_id WHERE u.level_code = 'district'"
        " AND i.code IN ('A1', 'A2') AND :day >= a.valid_from"
        " AND :day <= coalesce(a.valid_to, 'infinity')",
        day=day,
    )
    return {(row[0], row[1]) for row in found}


def test_two_jurisdictions_live_side_by_side(empty_session: Session, folder: Path) -> None:
    """`jurisdiction_id` is the tenant: a load sees and changes its own rows only."""
    load(empty_session, folder, at=FIRST)
    change(folder / "jurisdiction.csv", 2, code="khac")
    drop(folder / "annual_targets.csv", 2)

    report = load(empty_session, folder, at=FIRST, new=True)

    assert report.jurisdiction == 2
    assert report.tables["unit"] == Counts(added=5)
    change(folder / "jurisdiction.csv", 2, code="mau")
    again = load(empty_session, folder, at=FIRST + LATER)
    assert not changes(again)
