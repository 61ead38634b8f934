"""What a process keeps of catalogues: read once for each version of a jurisdiction's."""

from collections.abc import Callable
from typing import Final, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from indicators_api.db.session import Session

Fact = TypeVar("Fact")

#: So many versions, of all jurisdictions of an installation: a country's provinces fit, however
#: they take turns. The largest of what is kept, a snapshot, takes about 1 MB.
MOST: Final = 64
#: Of one jurisdiction: the present one, those that it grows to, some that are looked back to.
_MOST_OF_ONE: Final = 4


class Kept(Generic[Fact]):
    """One kind of fact, by engine, because two databases number their versions independently."""

    def __init__(self) -> None:
        self._facts: WeakKeyDictionary[Engine, dict[tuple[int, int], Fact]] = WeakKeyDictionary()

    def get(
        self, session: Session, jurisdiction: int, version: int, read: Callable[[], Fact]
    ) -> Fact:
        """Give what is kept of a version; where it isn't, read it and keep it."""
        kept = self._facts.setdefault(session.get_bind().engine, {})
        found = kept.get((jurisdiction, version))
        if found is None:
            found = read()
            _make_room(kept, jurisdiction)
            kept[jurisdiction, version] = found
        return found


def _make_room(kept: dict[tuple[int, int], Fact], jurisdiction: int) -> None:
    """Take the oldest away; other threads may do so meanwhile."""
    own = [key for key in list(kept) if key[0] == jurisdiction]
    for key in own[: max(0, len(own) - _MOST_OF_ONE + 1)]:
        kept.pop(key, None)
    for key in list(kept)[: max(0, len(kept) - MOST + 1)]:
        kept.pop(key, None)
