"""What a process keeps of catalogues: enough for all jurisdictions of a country, and no more."""

from sqlalchemy.orm import Session

from indicators_api.indicators.kept import MOST, Kept

PROVINCES = range(1, 64)


class Reading:
    """Reads what a catalogue says, and remembers of whom it was read."""

    def __init__(self, session: Session) -> None:
        self.kept: Kept[int] = Kept()
        self.session = session
        self.read: list[int] = []

    def get(self, jurisdiction: int, version: int = 1) -> int:
        return self.kept.get(
            self.session, jurisdiction, version, lambda: self._read(jurisdiction, version)
        )

    def _read(self, jurisdiction: int, version: int) -> int:
        self.read.append(jurisdiction)
        return 1000 * jurisdiction + version


def test_63_provinces_take_turns_and_each_is_read_once(session: Session) -> None:
    """None is read again because others were asked for in between."""
    reading = Reading(session)

    found = [reading.get(number) for _ in range(3) for number in PROVINCES]

    assert reading.read == list(PROVINCES)
    assert found == [1000 * number + 1 for _ in range(3) for number in PROVINCES]


def test_versions_of_one_leave_the_others_alone(session: Session) -> None:
    """A jurisdiction that changes often keeps its newest versions, at the cost of its own."""
    reading = Reading(session)
    for number in (1, 2):
        reading.get(number)
    for version in range(2, 200):
        reading.get(1, version)
    reading.read.clear()

    assert reading.get(2) == 2001
    assert reading.get(1, 199) == 1199
    assert reading.get(1, 1) == 1001
    assert reading.read == [1]


def test_there_is_an_end_to_what_is_kept(session: Session) -> None:
    """The oldest goes first."""
    reading = Reading(session)
    for number in range(1, MOST + 2):
        reading.get(number)
    reading.read.clear()

    reading.get(MOST + 1)
    reading.get(2)
    reading.get(1)

    assert reading.read == [1]
