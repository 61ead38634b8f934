"""Reading the catalogue: areas and units by day, indicators by filter, lists in a stated order."""

import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from indicators_api.catalogue.queries import sectors, targets, units_of_measure, validation_rules
from indicators_api.catalogue.versions import grow
from indicators_api.db.session import Session
from indicators_api.indicators.queries import IndicatorDetails, indicator_of_code, indicators
from indicators_api.indicators.search import fold
from indicators_api.periods import Period
from indicators_api.units.queries import UnitFacts, assigned, unit_of_code, units
from indicators_api.units.tree import (
    AreaFacts,
    area_ids_within,
    area_on,
    areas_on,
    areas_within,
    newest_area,
    roots_on,
)

SUMMER_2024 = date(2024, 7, 14)


def area(session: Session, code: str, day: date = SUMMER_2024) -> AreaFacts:
    """Give an area that is there."""
    found = area_on(session, 1, code, day)
    assert found is not None
    return found


def unit(session: Session, code: str) -> UnitFacts:
    """Give a unit that is there."""
    found = unit_of_code(session, 1, code)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("day", "communes"),
    [
        (date(2024, 12, 31), 106),
        (date(2025, 1, 1), 104),
        (date(2025, 6, 30), 104),
        (date(2025, 7, 1), 41),
    ],
)
def test_the_number_of_communes_follows_the_mergers(
    session: Session, day: date, communes: int
) -> None:
    """Areas change: 106 communes, 104 on 1 January 2025, 41 on 1 July 2025."""
    found = areas_on(session, 1, day, level="commune")

    assert len(found) == communes
    assert [row.code for row in found] == sorted(row.code for row in found)


def test_a_code_names_an_area_with_a_day(session: Session) -> None:
    """29242 was Phường 3 and is now Phường Trà Vinh; code 86 has no bearer before the merger."""
    before, after = area(session, "29242"), area(session, "29242", date(2025, 7, 1))

    assert (before.name_vi, before.parent) == ("Phường 3", "842")
    assert (after.name_vi, after.parent) == ("Phường Trà Vinh", "86")
    assert before.id != after.id
    assert newest_area(session, 1, "29242") == after
    assert newest_area(session, 1, "99999") is None
    assert area_on(session, 1, "86", date(2025, 6, 30)) is None


def test_areas_are_listed_by_parent_and_in_pages(session: Session) -> None:
    """Lists: the areas directly below a parent, in keyset pages without gap or duplicate."""
    whole = areas_on(session, 1, SUMMER_2024, parent="842")

    first = areas_on(session, 1, SUMMER_2024, parent="842", limit=4)
    rest = areas_on(session, 1, SUMMER_2024, parent="842", after=first[-1].code)

    assert len(whole) == 10
    assert {row.level for row in whole} == {"commune"}
    assert first + rest == whole


def test_areas_within_others_are_read_from_the_tree(session: Session) -> None:
    """An area lies in itself; a day decides which areas there are."""
    (province,) = roots_on(session, 1, date(2024, 7, 14))

    communes = areas_within(session, 1, [province.id], level="commune", day=date(2024, 7, 14))
    later = areas_within(session, 1, [province.id], level="commune", day=date(2025, 1, 1))

    assert (len(communes), len(later)) == (106, 104)
    assert areas_within(session, 1, [province.id], level="province", day=date(2024, 7, 14)) == [
        province
    ]
    assert len(area_ids_within(session, 1, [province.id])) == 116


def test_units_are_found_by_level_area_kind_and_day(session: Session) -> None:
    """Units: the filters of the list, alone and together."""
    city = area(session, "842")

    assert len(units(session, 1)) == 194
    assert len(units(session, 1, level="district")) == 72
    assert len(units(session, 1, kind="UBND_PHUONG")) == 11
    assert len(units(session, 1, area_id=city.id)) == 8 + 10
    assert len(units(session, 1, area_id=city.id, level="commune", day=date(2025, 1, 1))) == 8
    first = units(session, 1, limit=100)
    assert first + units(session, 1, after=first[-1].code) == units(session, 1)


def test_a_unit_shows_the_policy_that_holds_for_it(session: Session) -> None:
    """A report's life: the unit's own policy, else its level's."""
    ward = unit(session, "H59.21.11")
    assert (ward.area, ward.parent, ward.regime) == ("29236", "H59.21.01", "ND09_2019")
    assert (ward.cut_off_day, ward.direct_send, ward.accepting_level) == (14, True, "district")

    change = "UPDATE unit SET direct_send = false, accepting_level = 'province' WHERE code = :code"
    session.execute(text(change), {"code": ward.code})

    changed = unit(session, "H59.21.11")
    assert (changed.direct_send, changed.accepting_level) == (False, "province")
    assert unit_of_code(session, 1, "H59.99") is None


@pytest.mark.parametrize(("code", "count"), [("H59.01", 43), ("H59.05", 166), ("H59.22.13", 239)])
def test_a_unit_is_assigned_its_kind_s_indicators(session: Session, code: str, count: int) -> None:
    """SOURCES.md: indicators per unit."""
    found = assigned(session, 1, unit(session, code).id, Period.parse("2024-07").id)

    assert len(found) == count
    assert [row.code for row in found] == sorted(row.code for row in found)


@pytest.mark.parametrize("cut_off_day", [14, 28, None])
@pytest.mark.parametrize(
    "last", [date(2025, 1, 13), date(2025, 1, 14), date(2025, 1, 28), date(2025, 1, 31)]
)
def test_a_period_asks_what_is_valid_on_its_cut_off_day(
    session: Session, last: date, cut_off_day: int | None
) -> None:
    """An assignment asks in a period iff valid on the last day of the unit's data window."""
    january = Period.month(2025, 1)
    unit_id = unit(session, "H59.21.11").id
    session.execute(text("UPDATE regime SET cut_off_day = :day"), {"day": cut_off_day})
    session.execute(
        text("UPDATE assignment SET valid_to = :last WHERE unit_id = :unit_id"),
        {"last": last, "unit_id": unit_id},
    )

    found = assigned(session, 1, unit_id, january.id)

    assert bool(found) == (last >= january.cut_off(cut_off_day))


def test_a_unit_may_be_asked_at_another_frequency(session: Session) -> None:
    """Assignment: the frequency is the assignment's, else the indicator's."""
    unit_id = unit(session, "H59.21.11").id
    before = {row.code: row.frequency for row in assigned(session, 1, unit_id, 202407)}
    change = "UPDATE assignment SET frequency = 'yearly' WHERE unit_id = :unit_id"
    session.execute(text(change), {"unit_id": unit_id})

    after = {row.frequency for row in assigned(session, 1, unit_id, 202407)}

    assert set(before.values()) > {"monthly"}
    assert after == {"yearly"}


def everything(session: Session) -> list[IndicatorDetails]:
    """Give all indicators."""
    return indicators(session, 1)


def test_indicators_are_found_by_sector_with_all_below(session: Session) -> None:
    """SOURCES.md: 96 indicators in KT05, in the groups below it."""
    found = indicators(session, 1, sector="KT05")

    assert len(found) == 96
    assert found == [row for row in everything(session) if row.sector.startswith("KT05")]
    assert len(indicators(session, 1, sector="KT")) == sum(
        row.sector.startswith("KT") for row in everything(session)
    )
    assert indicators(session, 1, sector="KT99") == []


def test_indicators_are_found_by_level_frequency_and_unit(session: Session) -> None:
    """Indicators: the filters of the list, alone and together."""
    ward = unit(session, "H59.22.13")

    assert len(indicators(session, 1, level="commune")) == 240
    assert len(indicators(session, 1, frequency="yearly")) == 25
    assert len(indicators(session, 1, unit_id=ward.id)) == 239
    assert len(indicators(session, 1, unit_id=ward.id, day=SUMMER_2024)) == 239
    assert indicators(session, 1, unit_id=ward.id, day=date(2025, 7, 1)) == []
    monthly = indicators(session, 1, unit_id=ward.id, frequency="monthly", sector="XH")
    assert 0 < len(monthly) < 239


@pytest.mark.parametrize("q", ["hộ nghèo", "HO NGHEO", "nghèo hộ", "ho\u0302\u0323 nghe\u0300o"])
def test_search_is_blind_to_accents_case_and_order(session: Session, q: str) -> None:
    """q: every word must occur, in either language, whatever the accents."""
    codes = [row.code for row in indicators(session, 1, q=q)]

    assert codes == [row.code for row in indicators(session, 1, q="ho ngheo")]
    assert 0 < len(codes) < 100


def test_search_takes_signs_as_they_are(session: Session) -> None:
    """q: % and _ are letters like others, nothing is a pattern."""
    assert indicators(session, 1, q="_______") == []
    assert indicators(session, 1, q="%%%") == []
    assert indicators(session, 1, q="  ") == everything(session)
    assert [row.code for row in indicators(session, 1, q="kt050104")] == ["KT050104"]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_word_of_a_name_finds_its_indicator(session: Session, data: st.DataObject) -> None:
    """q: words of the names find the indicator, with or without their accents."""
    row = data.draw(st.sampled_from(everything(session)))
    words = data.draw(st.lists(st.sampled_from(row.name_vi.split()), min_size=1, max_size=3))
    written = data.draw(st.sampled_from([" ".join(words), fold(" ".join(words))]))

    found = indicators(session, 1, q=unicodedata.normalize("NFD", written).upper())

    assert row in found


def test_pages_put_together_are_the_whole_list(session: Session) -> None:
    """Paging: keyset by code, no duplicate, no gap."""
    pages: list[IndicatorDetails] = []
    while page := indicators(session, 1, after=pages[-1].code if pages else None, limit=200):
        pages += page

    assert pages == everything(session)
    assert len(pages) == 649


def test_an_indicator_names_what_it_refers_to(session: Session) -> None:
    """Indicator: sector, unit of measure, parent and parts by code."""
    rate = next(row for row in everything(session) if row.area_aggregation == "recompute")
    part = next(row for row in everything(session) if row.parent_relation == "part")
    mean = next(row for row in everything(session) if row.area_aggregation == "weighted_mean")

    assert None not in {rate.numerator, rate.denominator, rate.factor}
    assert part.parent is not None
    assert mean.weight is not None
    assert indicator_of_code(session, 1, rate.code) == rate
    assert indicator_of_code(session, 1, "KT999999") is None
    details = indicator_of_code(session, 1, "KT040101")
    assert details is not None
    assert (details.sector, details.unit_of_measure) == ("KT0401", "TY_DONG")
    assert details.reporting_levels == ["province"]


def test_the_lists_come_in_their_order(session: Session) -> None:
    """Lists: sectors as they are shown, the others by code; inactive rules are not shown."""
    shown = sectors(session, 1)
    assert [row.sort_order for row in shown] == sorted(row.sort_order for row in shown)
    assert (len(shown), shown[0].parent, shown[1].parent) == (88, None, shown[0].code)
    measures = [row.code for row in units_of_measure(session, 1)]
    assert (len(measures), measures) == (78, sorted(measures))
    session.execute(text("UPDATE validation_rule SET active = false WHERE code = 'QT001'"))
    grow(session, 1, at=datetime(2024, 7, 16, tzinfo=UTC))  # as every change of the catalogue does
    rules = [row.code for row in validation_rules(session, 1)]
    assert (len(rules), rules[0]) == (194, "QT002")


def test_targets_show_the_newest_version(session: Session) -> None:
    """Plan: versioned; the newest by default, every one on demand."""
    session.execute(
        text(
            "INSERT INTO annual_target (jurisdiction_id, indicator_id, area_id, year, version,"
            " value, direction, decision_number, valid_from, source, source_note)"
            " SELECT jurisdiction_id, indicator_id, area_id, year, 2, 9, direction, '7/NQ',"
            " :day, 'decided', '' FROM annual_target WHERE indicator_id ="
            " (SELECT id FROM indicator WHERE code = 'KT040112')"
        ),
        {"day": SUMMER_2024 + timedelta(days=30)},
    )

    assert len(targets(session, 1)) == 75
    assert len(targets(session, 1, every_version=True)) == 76
    assert len(targets(session, 1, year=2024, area="84")) == 75
    assert targets(session, 1, year=2025) == []
    newest = targets(session, 1, indicator="KT040112")
    assert [(row.version, row.decision_number) for row in newest] == [(2, "7/NQ")]
    assert newest[0].unit_of_measure == "PT"
