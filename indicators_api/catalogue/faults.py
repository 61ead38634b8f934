"""Faults of the catalogue: in its files (`/indicators.csv/12/weight_code`), or in a request."""

from indicators_api.catalogue.rows import Place
from indicators_api.errors import Fault, Message, mark


def in_file(file: str, code: str, text: str, /, **params: object) -> Fault:
    """Give a fault of a whole file."""
    return Fault(f"/{_escaped(file)}", code, Message(text, params), {"file": file})


def in_column(file: str, column: str, code: str, text: str) -> Fault:
    """Give a fault of a header's column; the text may use `%(column)s`."""
    facts = {"file": file, "row": 1, "column": column}
    message = Message(text, {"column": column})
    return Fault(f"/{_escaped(file)}/1/{_escaped(column)}", code, message, facts)


def in_row(place: Place, code: str, text: str, /, **params: object) -> Fault:
    """Give a fault of a row as a whole."""
    facts = {"file": place.file, "row": place.row}
    return Fault(f"/{_escaped(place.file)}/{place.row}", code, Message(text, params), facts)


def in_cell(place: Place, column: str, code: str, text: str, /, **params: object) -> Fault:
    """Give a fault of a cell."""
    facts = {"file": place.file, "row": place.row, "column": column}
    pointer = f"/{_escaped(place.file)}/{place.row}/{_escaped(column)}"
    return Fault(pointer, code, Message(text, params), facts)


def unknown_indicator(pointer: str, code: str) -> Fault:
    """Give a fault of a request that names an indicator which does not exist."""
    message = Message(mark("There is no indicator %(code)s."), {"code": code})
    return Fault(pointer, "unknown-indicator", message)


def _escaped(part: str) -> str:
    """Write a part of a pointer as RFC 6901 has it."""
    return part.replace("~", "~0").replace("/", "~1")
