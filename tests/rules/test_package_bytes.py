"""From a package to bytes: the partner's names and units, canonical, and every gap at once."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from indicators_api.exchange import mapping_file, serialise
from indicators_api.exchange.catalogue_packages import FormColumn, PeriodCatalogue, PeriodItem
from indicators_api.exchange.packages import Counts, Envelope, Figure, ReportData, ReportStatus
from indicators_api.exchange.serialise import Branch
from indicators_api.periods import Period

MAPPING = mapping_file.read(None)
JULY = Period.parse("2024-07")
REVENUE = Figure("KT140101", "TRIEU_DONG", Decimal("649023.60"), None, "P", Decimal(6196988), 1, 1)
NOTHING = Figure("KT110101", "TY_DONG", None, "not_assigned", None, None, 0, 0)
DATA = ReportData("monthly", JULY, "H59", "84", (REVENUE, NOTHING))
MONTHS = st.integers(1, 12).map(lambda number: Period.month(2024, number))


def test_report_data_is_written_to_the_byte() -> None:
    """Exchange: their names and codes; billions of million; missing is null, never zero."""
    told = serialise.tell(MAPPING, DATA)

    assert told.gaps == []
    assert serialise.to_json(told.tree).decode() == (
        '{"dia_ban":"84","don_vi":"000.00.00.H59","ky_bao_cao":"202407","ma_bieu_mau":"KTXH-T",'
        '"so_lieu":['
        '{"don_vi_tinh":"TY_DONG","gia_tri":"649.0236","luy_ke":"6196.988","ly_do_thieu":null,'
        '"ma_chi_tieu":"KTXH.05","so_don_vi_da_gui":1,"so_don_vi_phai_gui":1,"tinh_trang":"SO_BO"},'
        '{"don_vi_tinh":"TY_DONG","gia_tri":null,"luy_ke":null,"ly_do_thieu":"KHONG_GIAO",'
        '"ma_chi_tieu":"KTXH.02","so_don_vi_da_gui":0,"so_don_vi_phai_gui":0,"tinh_trang":null}]}'
    )


def test_the_tree_keeps_the_order_and_leaves_fields_out() -> None:
    """Exchange: a neutral tree of named fields, from which XML could be written as well."""
    left_out = MAPPING._replace(
        fields={**MAPPING.fields, "period_item": {"period": "ma", "type": "", "name_vi": "ten",
                                                  "first_day": "", "last_day": "den"}}
    )  # fmt: skip
    item = PeriodItem(JULY, "month", "tháng 7/2024", date(2024, 7, 1), date(2024, 7, 31))

    tree = serialise.tell(left_out, PeriodCatalogue((item,))).tree

    fields = (("ma", "202407"), ("ten", "tháng 7/2024"), ("den", "2024-07-31"))
    assert tree == Branch((("ky_bao_cao", (Branch(fields),)),))


def test_a_message_holds_envelope_and_content() -> None:
    """Exchange: who it is, from whom to whom, which one it replaces."""
    at = datetime(2024, 7, 25, 8, tzinfo=UTC)
    envelope = Envelope("r-2", "report_data", "H59", "G22", JULY, 2, "r-1", at)
    content = serialise.tell(MAPPING, FormColumn(1, "value")).tree  # type: ignore[arg-type]

    whole = serialise.message(MAPPING, serialise.tell(MAPPING, envelope).tree, content)

    assert json.loads(serialise.to_json(whole)) == {
        "noi_dung": {"so_cot": 1, "so_do": "TRONG_KY"},
        "thong_diep": {
            "ma_goi_tin": "r-2",
            "loai_goi_tin": "SO_LIEU",
            "don_vi_gui": "000.00.00.H59",
            "don_vi_nhan": "000.00.00.G22",
            "ky_bao_cao": "202407",
            "lan_gui": 2,
            "thay_the_goi_tin": "r-1",
            "thoi_gian_tao": "2024-07-25T08:00:00+00:00",
        },
    }


def test_all_gaps_of_a_package_are_named_at_once() -> None:
    """Exchange: unmapped indicator, scale, codes, field and period, each with its place."""
    poor = MAPPING._replace(
        indicators={code: t for code, t in MAPPING.indicators.items() if code != "KT110101"},
        units_of_measure={**MAPPING.units_of_measure, "TY_DONG": {}},
        codes={**MAPPING.codes, "status": {}, "form": {}},
        fields={**MAPPING.fields, "report_data": {**MAPPING.fields["report_data"]}},
        periods={},
    )
    del poor.fields["report_data"]["area"]

    told = serialise.tell(poor, DATA)

    assert {fault.pointer: fault.code for fault in told.gaps} == {
        "/codes/form/monthly": "unmapped-code",
        "/codes/status/P": "unmapped-code",
        "/fields/report_data/area": "unmapped-field",
        "/indicators/KT110101": "unmapped-indicator",
        "/periods/month": "unmapped-period",
        "/units_of_measure/TY_DONG/TRIEU_DONG": "scale-missing",
    }


#: Specimens of RFC 8785, section 3.2.2.2 (strings) and 3.2.3 (order), with ASCII names.
TREE = Branch((
    ("b", "\u20ac$\u000f\nA'B\"\\\\\"/"),
    ("a", None),
    ("A", (Branch((("z", 1), ("y", "\U0001f600"))), Branch(()))),
    ("_", 9007199254740991),
))  # fmt: skip


def test_json_is_canonical() -> None:
    """RFC 8785: keys in order, only what must be escaped is, no space, UTF-8."""
    assert (
        serialise.to_json(TREE)
        == (
            '{"A":[{"y":"\U0001f600","z":1},{}],"_":9007199254740991,"a":null,'
            '"b":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        ).encode()
    )


@given(MONTHS, st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 10**9))
def test_what_is_written_is_read_back_and_written_alike(
    period: Period, note: str, count: int
) -> None:
    """RFC 8785: one document, one form; nothing of a text is lost."""
    status = ReportStatus("m-1", period, "partial", note, Counts(count, 1, 2, 3, 4, 5, 6))

    written = serialise.to_json(serialise.tell(MAPPING, status).tree)

    read = json.loads(written)
    assert read["ghi_chu"] == note
    assert read["so_bao_cao"]["phai_gui"] == count
    again = json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert again.encode() == written
