"""The journal: who changed what, when. Written in the transaction of the change."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from indicators_api.db.session import Session

_APPEND = text("""
    WITH entry AS (
        INSERT INTO journal (jurisdiction_id, recorded_at, actor_id, actor_name, action, subject,
                             period_id, unit_id, area_id, details, request_id)
        SELECT :jurisdiction, :at, :actor_id, :actor_name, :action, e.subject, e.period_id,
               e.unit_id, e.area_id, CAST(e.details AS jsonb), :request_id
        FROM unnest(CAST(:subjects AS text[]), CAST(:periods AS int[]), CAST(:units AS int[]),
                    CAST(:areas AS int[]), CAST(:details AS text[]))
             AS e(subject, period_id, unit_id, area_id, details)
        RETURNING jurisdiction_id, id
    )
    INSERT INTO journal_waiting (jurisdiction_id, entry_id) SELECT jurisdiction_id, id FROM entry
""")


class Author(NamedTuple):
    """Who makes a change, as the journal keeps it. `id` 0 is the operator at the command line."""

    jurisdiction: int
    id: int
    name: str
    request_id: str | None


class Subject(NamedTuple):
    """What was changed: its name (`report/H59.21.11/2024-07`), and by which it is found again.

    None: it is of no one period, unit or area.
    """

    name: str
    period_id: int | None = None
    unit_id: int | None = None
    area_id: int | None = None


def append(
    session: Session,
    author: Author,
    action: str,
    entries: Mapping[Subject, Mapping[str, Any]],
    *,
    at: datetime,
) -> None:
    """Add an entry for each subject with its details.

    Call it after the locks of what is changed are held: ids are then drawn in the order of the
    changes. Positions are given later, to what was committed: see `audit/numbering.py`.
    """
    session.execute(
        _APPEND,
        {
            "jurisdiction": author.jurisdiction,
            "at": at,
            "actor_id": author.id,
            "actor_name": author.name,
            "action": action,
            "request_id": author.request_id,
            "subjects": [subject.name for subject in entries],
            "periods": [subject.period_id for subject in entries],
            "units": [subject.unit_id for subject in entries],
            "areas": [subject.area_id for subject in entries],
            "details": [_json(details) for details in entries.values()],
        },
    )


def _json(details: Mapping[str, Any]) -> str:
    return json.dumps(details, ensure_ascii=False, default=str)
