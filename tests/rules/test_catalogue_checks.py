"""What is wrong with a catalogue is named: every fault at once, with its file, row and column."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators_api.catalogue.check_plans import codes_in
from indicators_api.catalogue.checks import check
from indicators_api.catalogue.files import read
from indicators_api.errors import Fault
from indicators_api.indicators.search import fold
from tests.catalogue_files import add, change, drop, read_rows, write_catalogue, write_rows

PACKAGED = Path(__file__).parents[2] / "indicators_api" / "data" / "tra_vinh"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a small catalogue without a fault."""
    return write_catalogue(tmp_path / "catalogue")


def faults_of(folder: Path) -> list[Fault]:
    """Give all faults of a folder."""
    catalogue, faults = read(folder)
    return [*faults, *check(catalogue)]


def found_in(folder: Path) -> list[tuple[str, str]]:
    """Give pointers and codes of all faults, once each."""
    return sorted({(fault.pointer, fault.code) for fault in faults_of(folder)})


@pytest.mark.parametrize("where", ["packaged", "small"])
def test_a_catalogue_without_faults_has_none(folder: Path, where: str) -> None:
    """The packaged reference data hold together."""
    assert faults_of(PACKAGED if where == "packaged" else folder) == []


CELLS = [
    # file, row, cells to set, the column at fault, the kind of fault
    ("area_levels.csv", 4, {"accepting_level": "region"}, "accepting_level", "unknown-reference"),
    ("area_levels.csv", 4, {"accepting_level": "commune"}, "accepting_level", "not-wider"),
    ("area_levels.csv", 4, {"rank": "2"}, "rank", "duplicate"),
    ("area_levels.csv", 4, {"rank": "0"}, "rank", "bad-number"),
    ("area_levels.csv", 4, {"direct_send": "yes"}, "direct_send", "bad-word"),
    ("areas.csv", 3, {"valid_from": "2015-02-30"}, "valid_from", "bad-date"),
    ("areas.csv", 3, {"valid_from": "01/02/2015"}, "valid_from", "bad-date"),
    ("areas.csv", 4, {"code": "29 242"}, "code", "bad-code"),
    ("areas.csv", 4, {"name_en": ""}, "name_en", "empty"),
    ("areas.csv", 4, {"name_en": "Ward\n3"}, "name_en", "control-character"),
    ("areas.csv", 4, {"parent_code": "843"}, "parent_code", "unknown-reference"),
    ("areas.csv", 4, {"parent_code": ""}, "parent_code", "empty"),
    ("areas.csv", 4, {"parent_code": "29242"}, "parent_code", "not-wider"),
    ("areas.csv", 4, {"valid_from": "2014-12-31"}, "parent_code", "unknown-reference"),
    ("areas.csv", 4, {"level": "village"}, "level", "unknown-reference"),
    ("area_successions.csv", 2, {"kind": "eaten"}, "kind", "bad-word"),
    ("area_successions.csv", 2, {"successor_code": "99999"}, "successor_code", "unknown-reference"),
    (
        "area_successions.csv",
        2,
        {"effective_date": "2024-01-02"},
        "predecessor_code",
        "unknown-reference",
    ),
    ("deadline_rules.csv", 2, {"regime_code": "ND10"}, "regime_code", "unknown-reference"),
    ("deadline_rules.csv", 2, {"level_code": "village"}, "level_code", "unknown-reference"),
    ("deadline_rules.csv", 2, {"regime_code": "THANG"}, "day", "too-early"),
    ("deadline_rules.csv", 2, {"day": "14"}, "day", "too-early"),
    ("deadline_rules.csv", 2, {"day": "20"}, "day", "out-of-order"),
    ("deadline_rules.csv", 2, {"months_after": "1"}, "day", "out-of-order"),
    ("regimes.csv", 2, {"cut_off_day": "31"}, "cut_off_day", "bad-number"),
    ("reporting_units.csv", 5, {"area_code": "29248"}, "area_code", "unknown-reference"),
    ("reporting_units.csv", 6, {"valid_to": ""}, "valid_to", "outlasts"),
    (
        "reporting_units.csv",
        5,
        {"parent_unit_code": "U.9"},
        "parent_unit_code",
        "unknown-reference",
    ),
    ("reporting_units.csv", 5, {"parent_unit_code": "U.2.11"}, "parent_unit_code", "circle"),
    ("sectors.csv", 3, {"parent_code": "XH"}, "parent_code", "unknown-reference"),
    ("sectors.csv", 3, {"parent_code": "KT05"}, "parent_code", "circle"),
    ("indicators.csv", 2, {"sector_code": "KT06"}, "sector_code", "unknown-reference"),
    (
        "indicators.csv",
        3,
        {"unit_of_measure_code": "HA"},
        "unit_of_measure_code",
        "unknown-reference",
    ),
    ("indicators.csv", 2, {"parent_code": "A9"}, "parent_code", "unknown-reference"),
    ("indicators.csv", 2, {"parent_code": ""}, "parent_relation", "incomplete"),
    ("indicators.csv", 4, {"numerator_code": "A9"}, "numerator_code", "unknown-reference"),
    ("indicators.csv", 4, {"denominator_code": "A3"}, "denominator_code", "recomputed-part"),
    ("indicators.csv", 4, {"denominator_code": ""}, "denominator_code", "empty"),
    ("indicators.csv", 4, {"factor": "0"}, "factor", "out-of-range"),
    ("indicators.csv", 4, {"factor": "1e2"}, "factor", "bad-number"),
    ("indicators.csv", 5, {"factor": "100"}, "factor", "not-empty"),
    ("indicators.csv", 5, {"time_aggregation": "recompute"}, "time_aggregation", "incomplete"),
    ("indicators.csv", 5, {"area_aggregation": "weighted_mean"}, "weight_code", "empty"),
    ("indicators.csv", 5, {"weight_code": "A2"}, "weight_code", "not-empty"),
    ("indicators.csv", 5, {"area_aggregation": "product"}, "area_aggregation", "bad-word"),
    ("indicators.csv", 5, {"frequency": "weekly"}, "frequency", "bad-word"),
    ("indicators.csv", 5, {"decimals": "11"}, "decimals", "bad-number"),
    ("indicators.csv", 5, {"decimals": "1"}, "decimals", "out-of-range"),
    ("indicators.csv", 5, {"min_value": "10", "max_value": "9.9"}, "max_value", "out-of-range"),
    ("indicators.csv", 5, {"min_value": "1.234,5"}, "min_value", "bad-number"),
    ("indicators.csv", 5, {"max_value": "1" * 21}, "max_value", "bad-number"),
    ("indicators.csv", 5, {"reporting_levels": "district;"}, "reporting_levels", "bad-code"),
    (
        "indicators.csv",
        5,
        {"reporting_levels": "district;commune;village"},
        "reporting_levels",
        "unknown-reference",
    ),
    ("assignments.csv", 2, {"unit_kind": "VAN_PHONG"}, "unit_kind", "unknown-reference"),
    ("assignments.csv", 2, {"level": "village"}, "level", "unknown-reference"),
    ("assignments.csv", 2, {"indicator_code": "A9"}, "indicator_code", "unknown-reference"),
    ("assignments.csv", 2, {"indicator_code": "A4"}, "level", "level-not-reported"),
    ("validation_rules.csv", 2, {"left_expression": "A1 +"}, "left_expression", "bad-expression"),
    ("validation_rules.csv", 2, {"left_expression": "A9"}, "left_expression", "unknown-reference"),
    ("validation_rules.csv", 2, {"operator": "<"}, "operator", "bad-word"),
    ("validation_rules.csv", 2, {"tolerance": "-1"}, "tolerance", "out-of-range"),
    ("validation_rules.csv", 3, {"scope_start_month": ""}, "scope_start_month", "incomplete"),
    ("validation_rules.csv", 3, {"scope_start_month": "13"}, "scope_start_month", "bad-number"),
    ("annual_targets.csv", 2, {"indicator_code": "A9"}, "indicator_code", "unknown-reference"),
    ("annual_targets.csv", 2, {"area_code": "85"}, "area_code", "unknown-reference"),
    ("annual_targets.csv", 2, {"target_value": "100.01"}, "target_value", "out-of-range"),
    (
        "annual_targets.csv",
        2,
        {"unit_of_measure_code": "NGUOI"},
        "unit_of_measure_code",
        "other-unit",
    ),
]


@pytest.mark.parametrize(("file", "row", "cells", "column", "code"), CELLS)
def test_a_broken_cell_is_named(
    folder: Path, file: str, row: int, cells: dict[str, str], column: str, code: str
) -> None:
    """Each fault says in which file, row and column."""
    change(folder / file, row, **cells)

    faults = {fault.pointer: fault for fault in faults_of(folder)}

    fault = faults[f"/{file}/{row}/{column}"]
    assert (fault.code, fault.facts) == (code, {"file": file, "row": row, "column": column})
    assert fault.message.text % fault.message.params


@pytest.mark.parametrize(
    ("file", "line", "column"),
    [
        ("areas.csv", "842,Huyện Hai,District Two,district,huyện,84,2015-01-01,", "code"),
        ("reporting_units.csv", "U.1,Sở,Department,province,84,,2021-01-01,,SO", "code"),
        ("sectors.csv", "KT,Kinh tế,Economy,,30", "code"),
        ("assignments.csv", "province,SO,A1", "level"),
        ("holidays.csv", "2024-01-01,Tết,New Year", "day"),
        ("annual_targets.csv", "A3,2024,84,1.5,PT,at_most,real,", "indicator_code"),
        ("deadline_rules.csv", "ND09,commune,18,0", "regime_code"),
    ],
)
def test_nothing_is_there_twice(folder: Path, file: str, line: str, column: str) -> None:
    """A code that is given a second time is a fault of the second row."""
    rows = len(read_rows(folder / file))
    add(folder / file, line)

    assert (f"/{file}/{rows + 2}/{column}", "duplicate") in found_in(folder)


def test_a_code_may_be_reused_once_it_is_free(folder: Path) -> None:
    """Areas change: official codes are reused after mergers; a code names an area with a date."""
    reused = "29245,Phường Mới,New Ward,commune,phường,842,{},"
    add(folder / "areas.csv", reused.format("2024-07-01"))
    assert found_in(folder) == []

    change(folder / "areas.csv", 6, valid_from="2023-12-31")

    assert found_in(folder) == [("/areas.csv/6/valid_from", "overlap")]


def test_more_areas_may_stand_in_a_file_of_their_own(folder: Path) -> None:
    """Areas change: areas_2025.csv and the like are read with areas.csv."""
    header = (folder / "areas.csv").read_text("utf-8").splitlines()[0]
    more = f"{header}\n29245,Phường Mới,New Ward,commune,phường,842,2023-07-01,\n"
    (folder / "areas_2025.csv").write_text(more, "utf-8")

    assert found_in(folder) == [("/areas_2025.csv/2/valid_from", "overlap")]


def test_parents_in_a_circle_are_named_each(folder: Path) -> None:
    """A unit, a sector or an indicator does not lie below itself, not even by way of others."""
    change(folder / "indicators.csv", 3, parent_code="A1", parent_relation="of_which")

    assert found_in(folder) == [
        ("/indicators.csv/2/parent_code", "circle"),
        ("/indicators.csv/3/parent_code", "circle"),
    ]


def test_a_territory_s_figure_has_one_owner(folder: Path) -> None:
    """Assignment: one datum, one source, one owner; agency figures are each unit's own."""
    add(folder / "assignments.csv", "district,PHONG_B,A1")
    assert found_in(folder) == [("/assignments.csv/9", "two-owners")]

    change(folder / "reporting_units.csv", 3, valid_to="2023-12-31")
    change(folder / "reporting_units.csv", 4, valid_from="2024-01-01")

    assert found_in(folder) == []


def test_every_fault_is_named_at_once(folder: Path) -> None:
    """Catalogue load: refuses a catalogue that breaks references, naming every fault."""
    (folder / "holidays.csv").unlink()
    change(folder / "areas.csv", 4, parent_code="843", kind="")
    change(folder / "indicators.csv", 5, frequency="weekly", decimals="x")
    change(folder / "assignments.csv", 2, indicator_code="A9")

    assert found_in(folder) == [
        ("/areas.csv/4/kind", "empty"),
        ("/assignments.csv/2/indicator_code", "unknown-reference"),
        ("/holidays.csv", "missing-file"),
        ("/indicators.csv/5/decimals", "bad-number"),
        ("/indicators.csv/5/frequency", "bad-word"),
    ]


def test_a_row_that_can_t_be_read_makes_no_further_faults(folder: Path) -> None:
    """References to a row with a fault of its own are not called unknown."""
    change(folder / "indicators.csv", 3, decimals="many")

    assert found_in(folder) == [("/indicators.csv/3/decimals", "bad-number")]


def test_a_file_that_can_t_be_read_makes_no_further_faults(folder: Path) -> None:
    """References into a file that is missing are not called unknown."""
    (folder / "indicators.csv").unlink()

    assert found_in(folder) == [("/indicators.csv", "missing-file")]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"\xef\xbb\xbfcode,name_vi,name_en\r\nmau,M,M\r\n", ("", "byte-order-mark")),
        (b"code,name_vi,name_en\r\nmau,T\xe0nh,M\r\n", ("/2", "not-utf-8")),
        (b'code,name_vi,name_en\r\nmau,"M,M\r\n', ("/2", "not-csv")),
        (b"code,name_vi,name_en\r\nmau,M\r\n", ("/2", "wrong-length")),
        (b"code,name_vi\r\nmau,M\r\n", ("/1/name_en", "missing-column")),
        (b"code,name_vi,name_en,name/fr\r\nmau,M,M,M\r\n", ("/1/name~1fr", "unknown-column")),
        (b"code,name_vi,name_en,code\r\nmau,M,M,mau\r\n", ("/1/code", "duplicate")),
        (b"code,name_vi,name_en\r\nmau,M,M\r\nmau2,M,M\r\n", ("", "not-one-row")),
        (b"code,name_vi,name_en\r\n", ("", "not-one-row")),
        (b"", ("/1/code", "missing-column")),
    ],
)
def test_a_broken_file_is_named(folder: Path, raw: bytes, fault: tuple[str, str]) -> None:
    """Files are UTF-8 without a byte order mark, RFC 4180, with exactly their columns."""
    (folder / "jurisdiction.csv").write_bytes(raw)

    assert (f"/jurisdiction.csv{fault[0]}", fault[1]) in found_in(folder)


def test_a_misspelt_file_is_not_passed_over(folder: Path) -> None:
    """An optional file under a wrong name would be lost in silence."""
    (folder / "unit_sucessions.csv").write_text("predecessor_code\n", "utf-8")

    assert found_in(folder) == [("/unit_sucessions.csv", "unknown-file")]


def test_an_optional_column_s_empty_cell_is_its_default(folder: Path) -> None:
    """An indicator without a first day is valid in all periods."""
    path = folder / "indicators.csv"
    days = ["", "2024-01-01", "", ""]
    rows = [row | {"valid_from": day} for row, day in zip(read_rows(path), days, strict=True)]
    write_rows(path, rows)

    catalogue, faults = read(folder)

    assert not faults
    assert [str(row.valid_from) for row in catalogue.indicators.rows][:2] == [
        "1990-01-01",
        "2024-01-01",
    ]


def test_the_row_of_a_fault_is_the_line_it_begins_on(folder: Path) -> None:
    """Blank lines and line breaks in quotes don't shift what is told."""
    path = folder / "sectors.csv"
    lines = ["code,name_vi,name_en,parent_code,sort_order", "", '"K', 'T",Kinh tế,Economy,,10', ""]
    path.write_text("\n".join([*lines, "KT05,Nông nghiệp,Agriculture,XX,20", ""]), "utf-8")

    pointers = {pointer for pointer, _ in found_in(folder) if pointer.startswith("/sectors.csv")}

    assert pointers == {"/sectors.csv/3/code", "/sectors.csv/6/parent_code"}


def test_a_kind_without_units_is_named(folder: Path) -> None:
    """An assignment to a kind that no unit is of would ask nobody."""
    drop(folder / "reporting_units.csv", 4)

    assert set(found_in(folder)) == {
        ("/assignments.csv/4/unit_kind", "unknown-reference"),
        ("/assignments.csv/6/unit_kind", "unknown-reference"),
    }


@given(st.lists(st.sampled_from(["KT01", "A.b_c", "2", "0.5"]), min_size=1), st.data())
def test_operands_and_operators_take_turns(operands: list[str], data: st.DataObject) -> None:
    """Rules: expressions use indicator codes, numbers, +, - and *."""
    spaces, signs = st.sampled_from(["", " "]), st.sampled_from("+-*")
    text = operands[0]
    for operand in operands[1:]:
        text += data.draw(spaces) + data.draw(signs) + data.draw(spaces) + operand

    assert codes_in(text) == [operand for operand in operands if operand[0] not in "02"]
    assert codes_in(text + " +") is None
    assert codes_in("- " + text) is None
    assert codes_in(text + " 7") is None
    assert codes_in(f"({text})") is None


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đất trồng lúa", "dat trong lua"),
        ("ĐƯỜNG  Huyện\u00a0lộ", "duong huyen lo"),
        ("Tỷ lệ hộ nghèo (%)", "ty le ho ngheo (%)"),
        ("To\u0302ng so\u0302\u0301", "tong so"),
    ],
)
def test_folding_leaves_letters_without_accents(text: str, folded: str) -> None:
    """Search is accent-insensitive: `q` and the text searched are folded alike."""
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    """What is folded stays as it is."""
    assert fold(fold(text)) == fold(text)
