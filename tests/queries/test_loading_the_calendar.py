"""Files start the calendar; what administrators make of it is never undone by a load."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from indicators_api.audit.journal import Author
from indicators_api.catalogue import calendar
from indicators_api.catalogue.calendar import Day, Rule
from indicators_api.catalogue.ledger import Counts
from indicators_api.catalogue.load import LoadReport, load
from indicators_api.db.session import Session
from indicators_api.errors import CatalogueInvalid
from tests.catalogue_files import add, change, drop, write_catalogue

FIRST = datetime(2024, 3, 1, 2, tzinfo=UTC)
LATER = timedelta(days=31)
BY_HAND = FIRST + timedelta(days=1)
ADMINISTRATOR = Author(1, 5, "administrator", None)
NEW_YEAR = date(2024, 1, 1)

Load = Callable[[], LoadReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a small catalogue: New Year, deadlines on day 17, 19 and 22."""
    return write_catalogue(tmp_path / "catalogue")


@pytest.fixture
def load_folder(empty_session: Session, folder: Path) -> Load:
    """Load the small catalogue; each further load is a month later."""
    times = iter(FIRST + number * LATER for number in range(100))
    return lambda: load(empty_session, folder, at=next(times))


def notes(report: LoadReport) -> list[tuple[str, str]]:
    """Give what a load says in words: of which table, which keys."""
    return [(str(note.params["table"]), str(note.params["keys"])) for note in report.notes]


def test_days_and_deadlines_that_are_new_are_added_and_told(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Calendar: a next year's days come with the files; the journal is to tell of each."""
    first = load_folder()
    add(folder / "holidays.csv", "2024-09-02,Quốc khánh,National Day")
    add(folder / "deadline_rules.csv", "THANG,commune,3,1")

    report = load_folder()

    assert {action: len(entries) for action, entries in first.told.items()} == {
        "regime.change": 2,
        "deadline.rule": 3,
        "calendar.change": 1,
        "plan.change": 1,
    }
    assert report.tables["holiday"] == Counts(added=1, unchanged=1)
    assert report.tables["deadline_rule"] == Counts(added=1, unchanged=3)
    told = {action: dict(entries) for action, entries in report.told.items()}
    assert {subject.name for entries in told.values() for subject in entries} == {
        "holiday/2024-09-02",
        "deadline-rule/THANG/commune",
    }
    assert [day.day for day in calendar.holidays(empty_session, 1)] == [NEW_YEAR, date(2024, 9, 2)]
    assert not report.notes


def test_what_administrators_changed_stays(empty_session: Session, load_folder: Load) -> None:
    """Calendar: a load of the same files undoes nothing, and says what it left alone."""
    load_folder()
    rule = Rule("ND09", "commune", 18, 0)
    calendar.put_rule(empty_session, ADMINISTRATOR, rule, at=BY_HAND)
    renamed = Day(NEW_YEAR, "Tết Tây", "New Year", is_working=False)
    extra = Day(date(2024, 7, 19), "Bão", "Storm", is_working=False)
    calendar.put_holidays(empty_session, ADMINISTRATOR, [renamed, extra], at=BY_HAND)

    report = load_folder()

    assert not report.changed
    assert not report.told
    assert notes(report) == [
        ("deadline_rule", "ND09/commune"),
        ("holiday", "2024-01-01"),
        ("holiday", "2024-07-19"),
    ]
    assert rule in calendar.rules(empty_session, 1)
    assert calendar.holidays(empty_session, 1) == [renamed, extra]


def test_what_administrators_took_out_is_not_put_in_again(
    empty_session: Session, load_folder: Load
) -> None:
    """Calendar: its history tells that it was there; what is new in the files still comes."""
    load_folder()
    calendar.drop_holiday(empty_session, ADMINISTRATOR, NEW_YEAR, at=BY_HAND)

    report = load_folder()

    assert not report.changed
    assert notes(report) == [("holiday", "2024-01-01")]
    assert calendar.holidays(empty_session, 1) == []


def test_what_has_vanished_from_the_files_stays_with_a_note(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Calendar: whether a day is no holiday any more, administrators decide."""
    load_folder()
    drop(folder / "holidays.csv", 2)
    drop(folder / "deadline_rules.csv", 2)

    report = load_folder()

    assert not report.changed
    assert notes(report) == [("deadline_rule", "ND09/commune"), ("holiday", "2024-01-01")]
    assert len(calendar.holidays(empty_session, 1)) == 1
    assert len(calendar.rules(empty_session, 1)) == 3


def test_notes_stay_short(empty_session: Session, load_folder: Load) -> None:
    """Catalogue load: a dozen days added by hand are one line."""
    load_folder()
    days = [Day(date(2024, 5, n), "Nghỉ", "Off", is_working=False) for n in range(1, 13)]
    calendar.put_holidays(empty_session, ADMINISTRATOR, days, at=BY_HAND)

    ((_, keys),) = notes(load_folder())

    assert keys.startswith("2024-05-01, 2024-05-02")
    assert keys.endswith("2024-05-10 (+ 2)")


def test_a_changed_window_is_told(load_folder: Load, folder: Path) -> None:
    """Regime: days of the window are the files'; whoever follows deadlines is told."""
    load_folder()
    change(folder / "regimes.csv", 2, name_en="The decree")
    assert not load_folder().told
    change(folder / "regimes.csv", 2, cut_off_day="10")

    (told,) = load_folder().told["regime.change"].values()

    assert told == {"regime": "ND09", "cut_off_day": 10}


def test_files_must_fit_the_deadlines_that_stay(
    empty_session: Session, load_folder: Load, folder: Path
) -> None:
    """Periods: after the window, and never longer below, also beside what was set by hand."""
    drop(folder / "deadline_rules.csv", 3)
    load_folder()
    rule = Rule("ND09", "commune", 15, 0)
    calendar.put_rule(empty_session, ADMINISTRATOR, rule, at=BY_HAND)
    change(folder / "regimes.csv", 2, cut_off_day="15")
    add(folder / "deadline_rules.csv", "ND09,district,23,0")
    change(folder / "deadline_rules.csv", 3, day="25")

    with pytest.raises(CatalogueInvalid) as refused:
        load_folder()

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/regimes.csv/2/cut_off_day", "too-late"),
        ("/deadline_rules.csv/4/day", "out-of-order"),
    ]


def test_a_plan_is_told_when_it_is_new_and_when_it_is_renewed(
    load_folder: Load, folder: Path
) -> None:
    """Plan: a changed target is a new version, a new note alone is none."""
    load_folder()
    change(folder / "annual_targets.csv", 2, source_note="QĐ 3")
    assert not load_folder().told
    change(folder / "annual_targets.csv", 2, target_value="1.0")

    (entry,) = load_folder().told["plan.change"].items()

    subject, details = entry
    assert (subject.name, subject.period_id) == ("plan/A3/84/2024", 202450)
    assert subject.area_id is not None
    assert (details["indicator"], details["version"], str(details["value"])) == ("A3", 2, "1.0")
