"""The bulletin as a table for people, in Vietnamese: what the page and the workbook show."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from indicators_api.aggregation.bulletin import Bulletin, Line
from indicators_api.aggregation.queries import Figure
from indicators_api.api.context import VIETNAM
from indicators_api.formats.sheet import Column, Heading, Number, Row, Sheet
from indicators_api.periods import Period

TITLE: Final = "Một số chỉ tiêu kinh tế – xã hội chủ yếu"
#: Percentages are printed with two decimals, whatever the indicator has.
_PERCENT: Final = 2
_STATUS: Final = {"E": "Ước thực hiện", "P": "Sơ bộ", "A": "Thực hiện", None: "Kỳ báo cáo"}
_BASIS: Final = {"accepted": "Số liệu đã duyệt", "sent": "Số liệu đã gửi"}

#: As statistical yearbooks print what is not there.
_MISSING: Final = "…"
#: There is no such figure of the indicator at all, so none is missing.
_NONE_AT_ALL: Final = frozenset({
    *("no_plan", "plan_zero", "base_zero", "not_additive", "not_additive_over_time"),
    *("not_collected", "not_comparable", "archived"),
})  # fmt: skip
_INCOMPLETE, _UNLIKE = "¹", "²"
_NOTES: Final = {
    _MISSING: "… Chưa có số liệu. Ô trống: không có chỉ tiêu này hoặc không so sánh được.",
    _INCOMPLETE: "¹ Chưa đủ số đơn vị báo cáo.",
    _UNLIKE: "² So sánh giữa hai kỳ có số đơn vị báo cáo khác nhau.",
}


def sheet_of(bulletin: Bulletin, *, basis: str, as_of: datetime) -> Sheet:
    """Lay a bulletin out: one line per indicator, below the headings of its sectors."""
    lines = list(_lines(bulletin))
    used = {mark for line in lines if isinstance(line, Row) for mark in _marks(line)}
    moment = as_of.astimezone(VIETNAM)
    return Sheet(
        title=TITLE,
        subtitles=[
            f"{bulletin.area.name_vi} · {_capital(bulletin.period.name_vi)}",
            f"{_BASIS[basis]}, cập nhật đến {moment:%H:%M} ngày {moment:%d/%m/%Y}",
        ],
        columns=_columns(bulletin),
        lines=lines,
        notes=[note for mark, note in _NOTES.items() if mark in used],
    )


def _so_far(period: Period) -> str:
    """Name the year to date that ends with a period: `7 tháng năm 2024`."""
    last = period.last_month.number
    return period.name_vi if last == 1 else f"{last} tháng năm {period.year}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _columns(bulletin: Bulletin) -> list[Column]:
    period = bulletin.period
    return [
        Column("Chỉ tiêu"),
        Column("Đơn vị tính"),
        Column("Cùng kỳ năm trước", period.same_last_year.name_vi),
        Column("Kỳ trước", period.previous.name_vi),
        Column(_STATUS[bulletin.status], period.name_vi),
        Column("Tăng, giảm so với kỳ trước (%)"),
        Column("Tăng, giảm so với cùng kỳ (%)"),
        Column("Lũy kế từ đầu năm", _so_far(period)),
        Column("So với kế hoạch năm (%)", f"năm {period.year}"),
    ]


def _lines(bulletin: Bulletin) -> Iterator[Heading | Row]:
    for section in bulletin.sections:
        yield Heading(section.sector.name_vi, section.depth)
        yield from (_row(line) for line in section.lines)


def _row(line: Line) -> Row:
    places, figure = line.indicator.decimals, line.figure
    incomplete = _INCOMPLETE if figure.reported < figure.expected else ""
    unlike = dict.fromkeys(figure.coverage_differs, _UNLIKE)
    return Row(
        line.indicator.name_vi,
        line.depth,
        [
            line.indicator.unit_symbol,
            _cell(figure, "same_period", places),
            _cell(figure, "previous", places),
            _cell(figure, "value", places, incomplete),
            _cell(figure, "change_pct", _PERCENT, unlike.get("previous", "")),
            _cell(figure, "yoy_pct", _PERCENT, unlike.get("same_period", "")),
            _cell(figure, "ytd", places),
            _cell(figure, "plan_pct", _PERCENT),
        ],
    )


def _cell(figure: Figure, measure: str, places: int, mark: str = "") -> Number | str:
    value: Decimal | None = getattr(figure, measure)
    if value is not None:
        return Number(value, places, mark)
    reason = figure.reason if measure == "value" else figure.reasons.get(measure)
    return "" if reason in _NONE_AT_ALL else _MISSING


def _marks(row: Row) -> Iterator[str]:
    """Give the marks of a row that a note explains."""
    for cell in row.cells:
        yield cell.mark if isinstance(cell, Number) else cell
