"""Workbooks (Office Open XML): numbers are numbers, with all the digits that a spreadsheet keeps.

A spreadsheet holds 15 significant digits; exact figures are in JSON and CSV. What a cell shows is
rounded by its format, half up, with the separators of the reader's own settings.
"""

import io
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

from xlsxwriter import Workbook

from indicators_api.formats.sheet import Heading, Number, Row, Sheet

_FONT: Final = {"font_name": "Times New Roman", "font_size": 11}
_LINED: Final = {"border": 1, "valign": "top"}
_LANDSCAPE_A4: Final = 9
#: Widths in characters: the name, its unit of measure, numbers.
_WIDTHS: Final = (48, 14, 16)

Style = Callable[..., Any]


def write_xlsx(sheet: Sheet, *, name: str, made_at: datetime) -> bytes:
    """Write a sheet as a workbook with one page of that name; the same sheet gives the same bytes.

    Text is written as text, whatever it begins with.
    """
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": sheet.title, "created": made_at.replace(tzinfo=None)})
        page = book.add_worksheet(name)
        style = partial(_style, book, {})
        top = _write_head(page, sheet, style)
        end = _write_lines(page, sheet, style, top)
        for number, note in enumerate(sheet.notes, end + 1):
            page.write_string(number, 0, note, style(italic=True))
        _set_up(page, sheet, top)
    return out.getvalue()


def _style(book: Any, made: dict[Any, Any], **properties: Any) -> Any:
    """Make a cell's format once: a workbook may have only so many."""
    key = tuple(sorted(properties.items()))
    if key not in made:
        made[key] = book.add_format({**_FONT, **properties})
    return made[key]


def _write_head(page: Any, sheet: Sheet, style: Style) -> int:
    """Write titles and column headings; give the row below them."""
    last = len(sheet.columns) - 1
    page.merge_range(0, 0, 0, last, sheet.title, style(bold=True, font_size=14, align="center"))
    for number, text in enumerate(sheet.subtitles, 1):
        page.merge_range(number, 0, number, last, text, style(align="center"))
    top = len(sheet.subtitles) + 2
    bold = style(bold=True, align="center", text_wrap=True, **{**_LINED, "valign": "vcenter"})
    for number, column in enumerate(sheet.columns):
        page.write_string(top, number, "\n".join(filter(None, column)), bold)
    page.set_row(top, 48)
    return top + 1


def _write_lines(page: Any, sheet: Sheet, style: Style, top: int) -> int:
    """Write headings and rows; give the row below them."""
    for number, line in enumerate(sheet.lines, top):
        if isinstance(line, Heading):
            bold = style(bold=True, bg_color="#E8EDF2", indent=line.depth, **_LINED)
            page.write_string(number, 0, line.text, bold)
            for column in range(1, len(sheet.columns)):
                page.write_blank(number, column, None, bold)
        else:
            _write_row(page, number, line, style)
    return top + len(sheet.lines)


def _write_row(page: Any, number: int, row: Row, style: Style) -> None:
    page.write_string(number, 0, row.name, style(indent=row.depth, text_wrap=True, **_LINED))
    for column, cell in enumerate(row.cells, 1):
        if isinstance(cell, Number):
            form = style(num_format=_form(cell), **_LINED)
            page.write_number(number, column, cell.value, form)
        else:
            page.write_string(number, column, cell, style(align="center", **_LINED))


def _form(number: Number) -> str:
    """Give the format that shows a number; a footnote's mark stands behind it."""
    decimals = "." + "0" * number.places if number.places else ""
    return f"#,##0{decimals}" + (f'"{number.mark}"' if number.mark else "")


def _set_up(page: Any, sheet: Sheet, top: int) -> None:
    """Set widths, keep the headings in sight, and print on A4 with them on every page."""
    name, unit, other = _WIDTHS
    page.set_column(0, 0, name)
    page.set_column(1, 1, unit)
    page.set_column(2, len(sheet.columns) - 1, other)
    page.freeze_panes(top, 1)
    page.set_landscape()
    page.set_paper(_LANDSCAPE_A4)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top - 1)
    page.set_footer("&R&P/&N")
