"""Build packages: what they say, by hand-checked numbers, and what stands in their way."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from indicators_api.api.context import VIETNAM
from indicators_api.exchange import build_catalogues, build_data, job, mapping_file, outgoing
from indicators_api.exchange.catalogue_packages import KpiMember
from indicators_api.exchange.job import Job
from indicators_api.exchange.kinds import CATALOGUES, DATA, NOT_BUILT, PACKAGES
from indicators_api.exchange.mapping import Theirs
from indicators_api.exchange.packages import Counts
from indicators_api.periods import Period
from tests.callers import Clock
from tests.exchange.conftest import make_partner
from tests.factories import NEIGHBOUR, WARD
from tests.queries.filing import file, send

JULY = "2024-07"
#: Finance divisions of the city and of Càng Long, the departments of finance and of trade.
CITY, CANG_LONG, CAU_KE = "H59.21.02", "H59.22.02", "H59.23.02"
TRADE = "H59.04"
REVENUE, RETAIL, ACCIDENTS, INDUSTRY = "KT140101", "KT110101", "NC220201", "KT080102"
MAPPING = mapping_file.read(None)

MakeJob = Callable[..., Job]


@pytest.fixture
def make_job(session: Session, clock: Clock) -> MakeJob:
    """Make a job for a partner that takes everything: `make_job(period=…, mapping=…)`."""
    make_partner(session, clock, "http://127.0.0.1:9", takes=[*PACKAGES], monthly_day=25)

    def make(period: str = JULY, **changed: Any) -> Job:
        at = changed.pop("at", datetime(2024, 7, 25, 8, tzinfo=VIETNAM))
        mapping = MAPPING._replace(**changed)
        return job.job(session, 1, "VPCP", Period.parse(period), mapping=mapping, at=at)

    return make


@pytest.fixture
def figures(session: Session) -> None:
    """June and July of some units; what Cầu Kè sent is not accepted."""
    file(session, CITY, "2024-06", {REVENUE: "5547964.4"})
    file(session, CITY, JULY, {REVENUE: "349023.6"})
    file(session, CANG_LONG, JULY, {REVENUE: "300000"})
    send(session, CAU_KE, JULY, {REVENUE: "77777"})
    file(session, TRADE, JULY, {RETAIL: "5012.34", INDUSTRY: "105.2"})
    file(session, WARD, JULY, {ACCIDENTS: 2})
    file(session, NEIGHBOUR, JULY, {ACCIDENTS: 1})


@pytest.mark.usefixtures("figures")
def test_report_data_holds_the_accepted_figures_of_the_province(
    session: Session, make_job: MakeJob
) -> None:
    """Exchange: 349,023.6 + 300,000 million dong; year to date with June's; 3 of 106 communes."""
    data = build_data.report_data(session, make_job())

    found = {each.indicator: each for each in data.figures}
    assert list(found) == list(MAPPING.form.indicators)
    revenue = found[REVENUE]
    assert (revenue.value, revenue.ytd) == (Decimal("649023.6"), Decimal("6196988.0"))
    assert (revenue.expected, revenue.reported, revenue.status) == (9, 2, "P")
    assert (found[ACCIDENTS].value, found[ACCIDENTS].reported) == (3, 2)
    assert (found[RETAIL].value, found[INDUSTRY].value) == (Decimal("5012.34"), Decimal("105.2"))
    exports = found["KT110201"]
    assert (exports.value, exports.missing, exports.reported) == (None, "missing", 0)
    assert (data.unit, data.area) == ("H59", "84")


@pytest.mark.usefixtures("figures")
def test_what_goes_out_is_in_the_partners_words_and_units(
    session: Session, make_job: MakeJob
) -> None:
    """Exchange: 649,023.6 million are 649.0236 billion: "649,024 billion" was a factor of 1,000."""
    plan = outgoing.look(session, make_job())

    assert plan.gaps == []
    bodies = {each.kind: json.loads(each.body or b"") for each in plan.packages}
    (revenue,) = [
        row
        for row in bodies["report_data"]["noi_dung"]["so_lieu"]
        if row["ma_chi_tieu"] == "KTXH.05"
    ]
    assert revenue == {
        "ma_chi_tieu": "KTXH.05",
        "don_vi_tinh": "TY_DONG",
        "gia_tri": "649.0236",
        "ly_do_thieu": None,
        "tinh_trang": "SO_BO",
        "luy_ke": "6196.988",
        "so_don_vi_phai_gui": 9,
        "so_don_vi_da_gui": 2,
    }
    assert bodies["report_data"]["noi_dung"]["ky_bao_cao"] == "202407"
    assert bodies["report_data"]["thong_diep"]["don_vi_gui"] == "000.00.00.H59"


@pytest.mark.usefixtures("figures")
def test_kpi_data_is_held_against_the_plan_by_area(session: Session, make_job: MakeJob) -> None:
    """Exchange: 6,196,988 of a plan of 7,509,000 million are 82.53 %; districts have no plan."""
    data = build_data.kpi_data(session, make_job())

    found = {(each.area, each.indicator): each for each in data.figures}
    province, city = found["84", REVENUE], found["842", REVENUE]
    assert (province.value, province.plan) == (Decimal("649023.6"), 7509000)
    assert round(province.plan_pct or 0, 2) == Decimal("82.53")
    assert (city.value, city.plan, city.plan_pct) == (Decimal("349023.6"), None, None)
    areas = [each.area for each in data.figures]
    assert areas[:8] == ["84"] * 8
    assert areas[8:] == sorted(areas[8:])
    assert ("842", INDUSTRY) not in found


@pytest.mark.usefixtures("figures")
def test_the_status_tells_how_many_reports_are_there(session: Session, make_job: MakeJob) -> None:
    """Exchange: six sent, five accepted; it tells of the data package before it."""
    plan = outgoing.look(session, make_job())

    last = plan.packages[-1]
    told = {each.kind: each.message_id for each in plan.packages}
    status = build_data.report_status(session, plan.job, told["report_data"])
    assert (last.kind, last.content, last.stream) == (
        "report_status",
        status,
        f"report_data/{JULY}",
    )
    assert (status.state, status.package) == ("partial", told["report_data"])
    counts = status.counts or Counts(*[0] * 7)
    assert (counts.due, counts.sent, counts.accepted, counts.returned) == (194, 6, 5, 0)
    assert counts.late + counts.on_time + counts.missing == 194


def test_catalogues_go_first_and_what_cannot_be_built_does_not_go(
    session: Session, make_job: MakeJob
) -> None:
    """Exchange: eleven of thirteen kinds; no outline, for the system holds no texts."""
    plan = outgoing.look(session, make_job())

    assert [each.kind for each in plan.packages] == [*CATALOGUES, *DATA]
    assert {each.kind for each in plan.packages} | set(NOT_BUILT) == set(PACKAGES)
    assert {each.stream for each in plan.packages if each.kind in CATALOGUES} == {"catalogue"}


def test_periods_are_listed_since_the_first_year(make_job: MakeJob) -> None:
    """Exchange: twelve months, four quarters, two halves, nine months and the year, each year."""
    at = datetime(2025, 1, 25, tzinfo=VIETNAM)

    items = build_catalogues.period_catalogue(make_job(at=at)).items

    assert len(items) == 2 * (12 + 4 + 2 + 1 + 1)
    assert items[6].period == Period.parse(JULY)
    assert (items[6].name_vi, items[6].first_day, items[6].last_day) == (
        *("tháng 7/2024", date(2024, 7, 1)),
        date(2024, 7, 31),
    )


def test_forms_and_indicators_are_those_of_the_mapping(make_job: MakeJob) -> None:
    """Exchange: the form has a row for each indicator that is exchanged, in order."""
    made = make_job()

    form = build_catalogues.data_form(made)
    catalogue = build_catalogues.indicator_catalogue(made)

    asked = list(MAPPING.form.indicators)
    assert [row.indicator for row in form.rows] == asked
    assert [item.indicator for item in catalogue.items] == asked
    assert [(column.column, column.measure) for column in form.columns] == [
        (1, "value"),
        (2, "ytd"),
    ]
    assert (form.rows[4].line, form.rows[4].unit_of_measure) == (5, "TRIEU_DONG")


def test_the_regime_tells_windows_and_deadlines(make_job: MakeJob) -> None:
    """Exchange: Decree 09/2019/NĐ-CP: window to day 14, days 22, 19 and 17; sent on day 25."""
    regime = build_catalogues.report_regime(make_job())

    found = {each.regime: each for each in regime.regimes}
    decree = found["ND09_2019"]
    assert (regime.sends_on_day, decree.cut_off_day) == (25, 14)
    assert [(d.level, d.day) for d in decree.deadlines] == [
        *(("province", 22), ("district", 19)),
        ("commune", 17),
    ]
    assert found["THANG_DUONG_LICH"].cut_off_day is None


def test_units_are_listed_with_their_identifiers(session: Session, make_job: MakeJob) -> None:
    """Exchange: 194 units, each in the old spelling, with the unit it reports to."""
    plan = outgoing.look(session, make_job())

    (listed,) = [each for each in plan.packages if each.kind == "list_data"]
    rows = json.loads(listed.body or b"")["noi_dung"]["dong"]
    ward = next(row for row in rows if row["ma_dinh_danh"] == "000.11.21.H59")
    assert len(rows) == 194
    assert (ward["cap"], ward["dia_ban"], ward["don_vi_cap_tren"]) == (
        *("XA", "29236"),
        "000.01.21.H59",
    )


def test_kpis_have_groups_directions_and_breakdowns(make_job: MakeJob) -> None:
    """Exchange: sectors above included; districts; the parts that are exchanged as well."""
    parts = ("KT140102", "KT140103")
    form = MAPPING.form._replace(indicators=(*MAPPING.form.indicators, *parts))
    more = {code: Theirs(code, "TY_DONG") for code in parts}
    made = make_job(form=form, indicators={**MAPPING.indicators, **more})

    groups = [group.group for group in build_catalogues.kpi_groups(made).items]
    kpis = {kpi.indicator: kpi for kpi in build_catalogues.kpi_set(made).items}
    by_area, by_source = build_catalogues.kpi_disaggregations(made).items

    assert {"KT", "KT14", "KT1401", "NC", "NC22", "NC2202"} <= set(groups)
    assert (kpis[REVENUE].direction, kpis[ACCIDENTS].direction) == ("at_least", "at_most")
    assert kpis["KT120102"].direction is None
    assert (by_area.dimension, by_area.total, len(by_area.members)) == ("area", None, 9)
    assert by_area.members[0] == KpiMember(
        *("842", None, "Thành phố Trà Vinh", "Tra Vinh City"),
        *(date(2015, 5, 15), date(2025, 6, 30)),
    )
    assert (by_source.dimension, by_source.total) == ("revenue_source", REVENUE)
    assert [member.indicator for member in by_source.members] == list(parts)


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"period": "2023-12"}, "/since", "unmapped-period"),
        ({"period": "2024-Q3"}, "/form/period_type", "unmapped-period"),
        ({"periods": {"year": "{year}"}}, "/periods/month", "unmapped-period"),
        (
            {"form": MAPPING.form._replace(indicators=("KT140101", "KT999999"))},
            "/form/indicators/1",
            "unknown-code",
        ),
        (
            {"form": MAPPING.form._replace(indicators=("XH160101",))},
            "/indicators/XH160101",
            "unmapped-indicator",
        ),
        (
            {"indicators": {**MAPPING.indicators, "KT999999": Theirs("X", "VU")}},
            "/indicators/KT999999",
            "unknown-code",
        ),
        (
            {"indicators": {**MAPPING.indicators, "KT140101": Theirs("X", "DONG")}},
            "/indicators/KT140101/unit",
            "unknown-code",
        ),
        (
            {"units_of_measure": {**MAPPING.units_of_measure, "VU": {"BO": Decimal(1)}}},
            "/units_of_measure/VU/BO",
            "unknown-code",
        ),
        (
            {"units_of_measure": {**MAPPING.units_of_measure, "TY_DONG": {}}},
            "/units_of_measure/TY_DONG/TRIEU_DONG",
            "scale-missing",
        ),
        ({"form": MAPPING.form._replace(regime="ND10")}, "/form/regime", "unknown-code"),
        ({"codes": {**MAPPING.codes, "level": {"ap": "AP"}}}, "/codes/level/ap", "unknown-code"),
        ({"codes": {**MAPPING.codes, "level": {}}}, "/codes/level/commune", "unmapped-code"),
        ({"codes": {**MAPPING.codes, "kind": {}}}, "/codes/kind/list_data", "unmapped-code"),
        (
            {"fields": {**MAPPING.fields, "message": {}}},
            "/fields/message/envelope",
            "unmapped-field",
        ),
        ({"fields": {**MAPPING.fields, "figure": {}}}, "/fields/figure/value", "unmapped-field"),
        ({"sender": "H59.A01"}, "/parties/spelled/H59.A01", "unmapped-unit"),
    ],
)
def test_every_gap_is_named_before_anything_is_sent(
    session: Session, make_job: MakeJob, changed: dict[str, Any], pointer: str, code: str
) -> None:
    """Exchange: unmapped indicator, unit, period; unknown code in the file; scale missing."""
    plan = outgoing.look(session, make_job(**changed))

    assert (pointer, code) in [(fault.pointer, fault.code) for fault in plan.gaps]
    assert len({fault.pointer for fault in plan.gaps}) == len(plan.gaps)
