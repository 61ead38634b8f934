"""Who calls."""

from typing import NamedTuple


class Actor(NamedTuple):
    """The holder of a token.

    A clerk or leader has a unit; every actor has an area (a unit's own).
    """

    token_id: int
    name: str
    role: str
    jurisdiction: int
    unit_id: int | None
    unit_code: str | None
    area_id: int
    area_code: str
    #: The system whose token it is. None: a person's, or the operations centre's.
    partner_id: int | None = None
    #: The newest year whose figures are put away, with all before it. None: none is.
    archived_through: int | None = None

    @property
    def works_in_a_unit(self) -> bool:
        """Clerks and leaders; all others look from outside."""
        return self.unit_id is not None
