"""What the tests of thresholds and of the snapshot share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from tests.factories import JULY, WARD_AREA

#: Poor households, all households, the rate of the one to the other.
POOR, ALL, RATE = "XH160101", "XH020108", "XH160103"
SNAPSHOT = f"/operations-centre/snapshot?period={JULY}"
NEIGHBOUR_AREA = "29239"

Json = dict[str, Any]


def threshold(**other: Any) -> Json:
    """Give a threshold on the ward's poor households, different where told."""
    usual = {"indicator": POOR, "area": WARD_AREA, "measure": "value", "direction": "above"}
    return {**usual, "warning": 40, "alarm": 50, **other}


def crossed(body: Json) -> list[tuple[Any, ...]]:
    names = ("level", "area", "indicator", "measure", "direction", "limit", "figure")
    return [tuple(row[name] for name in names) for row in body["thresholds"]["crossed"]]


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect what is asked of the database meanwhile."""
    found: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    yield found
    event.remove(engine, "before_cursor_execute", keep)
