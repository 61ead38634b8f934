"""How new a slice of the data is.

Read from its reports, never kept in a counter that writers queue on.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session

_VERSION = text("""
    SELECT j.catalogue_version, coalesce(r.revisions, 0),
           greatest(j.catalogue_changed_at, r.changed_at)
    FROM jurisdiction j
    LEFT JOIN LATERAL (
        SELECT sum(revision)::bigint AS revisions, max(stepped_at) AS changed_at
        FROM report WHERE jurisdiction_id = :jurisdiction AND period_id = ANY(:periods)
            AND first_sent_at IS NOT NULL
    ) r ON TRUE
    WHERE j.id = :jurisdiction
""")


class SliceVersion(NamedTuple):
    """What changes whenever an answer over some periods may: part of its ETag.

    `changed_at` is the time of the newest change in the figures: of the catalogue, or a report's
    last step. Of reports only those that were ever sent: others are in no answer, and may be
    deleted as if they had never been.

    `changed_at` alone would not do, since two changes may fall into one moment.
    """

    catalogue: int
    revisions: int
    changed_at: datetime


def slice_version(session: Session, jurisdiction: int, periods: Sequence[int]) -> SliceVersion:
    """Give the version of all reports of some periods, and of the catalogue."""
    parameters = {"jurisdiction": jurisdiction, "periods": list(periods)}
    return SliceVersion(*session.execute(_VERSION, parameters).one())
