"""Positions and hashes for the entries of the journal that were committed. See decision 11.

Writers add entries with ids but without positions, so none of them waits for another; ids become
visible in any order, and those of transactions that were rolled back never do. Whoever reads in
order numbers first: one at a time in a jurisdiction, committed before the next one begins. So
positions have no gaps, and what has a position never moves: who has read up to one has read all
before it.
"""

from typing import NamedTuple

from sqlalchemy import text

from indicators_api.audit import chain
from indicators_api.audit.chain import Entry
from indicators_api.audit.events import kind_of
from indicators_api.db.session import Database, Session

#: First key of the advisory locks on numbering; the second is the jurisdiction.
NUMBERING_LOCK = 7_480_593

#: Entries that one transaction numbers: it holds the lock for some 30 ms.
BATCH = 1000

_WAITS = text("SELECT EXISTS (SELECT FROM journal_waiting WHERE jurisdiction_id = :jurisdiction)")
_LOCK = text("SELECT pg_advisory_xact_lock(:key, :jurisdiction)")
_LAST = text("""
    SELECT position, hash, latest_at FROM journal_position
    WHERE jurisdiction_id = :jurisdiction ORDER BY position DESC LIMIT 1
""")
_TAKE = text(f"""
    WITH taken AS (
        DELETE FROM journal_waiting w
        USING (SELECT entry_id FROM journal_waiting WHERE jurisdiction_id = :jurisdiction
               ORDER BY entry_id LIMIT :batch) AS first
        WHERE w.jurisdiction_id = :jurisdiction AND w.entry_id = first.entry_id
        RETURNING w.entry_id
    )
    SELECT {chain.COLUMNS} FROM taken t JOIN journal j ON j.id = t.entry_id ORDER BY j.id
""")
_PLACE = text("""
    INSERT INTO journal_position (jurisdiction_id, position, entry_id, hash, latest_at, kind,
                                  unit_id, area_id)
    SELECT :jurisdiction, :last + e.n, e.entry_id, e.hash,
           greatest(:latest_at, max(e.recorded_at) OVER (ORDER BY e.n)), e.kind, e.unit_id,
           e.area_id
    FROM unnest(CAST(:entries AS bigint[]), CAST(:hashes AS bytea[]),
                CAST(:times AS timestamptz[]), CAST(:kinds AS text[]), CAST(:units AS int[]),
                CAST(:areas AS int[]))
         WITH ORDINALITY AS e(entry_id, hash, recorded_at, kind, unit_id, area_id, n)
""")
_ADOPT = text("""
    WITH adopted AS (
        INSERT INTO journal_waiting (jurisdiction_id, entry_id)
        SELECT j.jurisdiction_id, j.id FROM journal j
        WHERE j.jurisdiction_id = :jurisdiction
          AND NOT EXISTS (SELECT FROM journal_position p WHERE p.entry_id = j.id)
          AND NOT EXISTS (SELECT FROM journal_waiting w
                          WHERE w.jurisdiction_id = j.jurisdiction_id AND w.entry_id = j.id)
        RETURNING entry_id
    )
    SELECT count(*) FROM adopted
""")


class _Last(NamedTuple):
    """Where numbering stands. `latest_at` None: nothing is numbered yet."""

    position: int
    hash: bytes
    latest_at: object


def number(database: Database, jurisdiction: int, *, most: int | None = None) -> int:
    """Number what was committed and waits, in order of ids, and give how many that were.

    In short transactions of its own; who has one open must not call it. With `most`, it stops after
    about as many: a backlog is not one request's to work off.
    """
    done = 0
    while most is None or done < most:
        with database.writing() as session:
            numbered = _number_batch(session, jurisdiction)
        done += numbered
        if numbered < BATCH:
            break
    return done


def adopt(database: Database, jurisdiction: int) -> int:
    """Let entries wait that have no position and don't wait, and give how many those were.

    Software that ran beside a new database wrote them. It looks through the whole journal.
    """
    with database.writing() as session:
        session.execute(_LOCK, {"key": NUMBERING_LOCK, "jurisdiction": jurisdiction})
        return int(session.execute(_ADOPT, {"jurisdiction": jurisdiction}).scalar_one())


def _number_batch(session: Session, jurisdiction: int) -> int:
    """Number the first entries that wait; the lock is held until the transaction ends.

    What another one is numbering is still seen to wait, so readers wait for it to be done.
    """
    mine = {"jurisdiction": jurisdiction}
    if not session.scalar(_WAITS, mine):
        return 0
    session.execute(_LOCK, {"key": NUMBERING_LOCK, **mine})
    row = session.execute(_LAST, mine).one_or_none()
    last = _Last(*row) if row else _Last(0, chain.ORIGIN, None)
    entries = [Entry(*row) for row in session.execute(_TAKE, {"batch": BATCH, **mine})]
    if entries:
        _place(session, jurisdiction, last, entries)
    return len(entries)


def _place(session: Session, jurisdiction: int, last: _Last, entries: list[Entry]) -> None:
    session.execute(
        _PLACE,
        {
            "jurisdiction": jurisdiction,
            "last": last.position,
            "latest_at": last.latest_at,
            "entries": [entry.id for entry in entries],
            "hashes": list(chain.chain(entries, after=last.hash)),
            "times": [entry.recorded_at for entry in entries],
            "kinds": [kind_of(entry) for entry in entries],
            "units": [entry.unit_id for entry in entries],
            "areas": [entry.area_id for entry in entries],
        },
    )
