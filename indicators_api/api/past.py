"""`as_of`: what would have been answered at a moment, to the digit."""

from collections.abc import Callable
from datetime import datetime

from indicators_api.db.session import Session, look_back
from indicators_api.observations.versions import SliceVersion


def version_at(
    session: Session, as_of: datetime | None, probe: Callable[[], SliceVersion]
) -> SliceVersion:
    """Give the version of a slice, as it was at a moment if one is asked.

    Where anything has changed since, the rest of the transaction sees the past; else the present is
    the same, and costs less.
    """
    version = probe()
    if as_of is None or version.changed_at <= as_of:
        return version
    look_back(session, as_of)
    return probe()
