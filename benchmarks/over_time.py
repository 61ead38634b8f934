"""What leaders read: year to date, last year and plan in one call; and answers as of a moment.

Two years of full months are written by SQL: 24 × 194 reports of 649 values, accepted a month later.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import psycopg

from benchmarks.measures import ROUNDS, Ratio, against, rate
from benchmarks.stage import Client, Stage
from indicators_api.aggregation import queries, rollup, service
from indicators_api.api.context import wall_clock
from indicators_api.db.engine import make_engine
from indicators_api.db.session import Database
from indicators_api.periods import Period, months_back
from indicators_api.security.actors import Actor

LAST = Period.month(2024, 12)
ASKED = Period.month(2024, 7)
MEASURES = ("value", "ytd", "same_period", "yoy_pct", "ytd_same_period", "ytd_yoy_pct", "plan_pct")

_REPORTS = """
    INSERT INTO report (jurisdiction_id, period_id, unit_id, state, revision, version, sent_version,
                        accepted_version, created_at, changed_at, stepped_at, first_sent_at,
                        sent_at, accepted_at)
    SELECT 1, %(p)s, id, 'accepted', 2, 1, 1, 1, %(at)s, %(at)s, %(at)s, %(at)s, %(at)s, %(at)s
    FROM unit
"""
_STEPS = """
    INSERT INTO report_step (jurisdiction_id, period_id, unit_id, revision, action, from_state,
                             to_state, actor_id, actor_name, actor_role, recorded_at, version,
                             sent_version, accepted_version)
    SELECT 1, %(p)s, u.id, s.revision, s.action, s.before, s.after, 1, 'bench', 'leader', %(at)s, 1,
           1, s.accepted
    FROM unit u, (VALUES (1, 'send', NULL, 'sent', NULL), (2, 'accept', 'sent', 'accepted', 1))
         AS s(revision, action, before, after, accepted)
"""
_VALUES = """
    INSERT INTO observation (jurisdiction_id, period_id, unit_id, version, indicator_id, value,
                             status)
    SELECT 1, %(p)s, u.id, 1, i.id, round((random() * 10000)::numeric, 2), 'P'
    FROM unit u, indicator i
"""
_SENT = """
    INSERT INTO report (jurisdiction_id, period_id, unit_id, state, revision, version, sent_version,
                        created_at, changed_at, stepped_at, first_sent_at, sent_at)
    SELECT 1, p, u.id, 'sent', 1, 1, 1, %(at)s, %(at)s, %(at)s, %(at)s, %(at)s
    FROM unit u, unnest(%(periods)s::int[]) AS p WHERE u.code = ANY(%(units)s)
"""
_SENT_VERSIONS = """
    INSERT INTO report_version (jurisdiction_id, period_id, unit_id, version, kind, created_at,
                                sent_at, comment, expected, with_value, not_applicable,
                                findings)
    SELECT 1, p, u.id, 1, 'original', %(at)s, %(at)s, 'bench', 649, 649, 0, '[]'
    FROM unit u, unnest(%(periods)s::int[]) AS p WHERE u.code = ANY(%(units)s)
"""
_SENT_VALUES = """
    INSERT INTO observation (jurisdiction_id, period_id, unit_id, version, indicator_id, value,
                             status)
    SELECT 1, p, u.id, 1, i.id, round((random() * 10000)::numeric, 2), 'P'
    FROM unit u, indicator i, unnest(%(periods)s::int[]) AS p WHERE u.code = ANY(%(units)s)
"""
#: The histories begin with the load, which is now; what is asked for lies before.
_BACKDATE = """
    DO $$ DECLARE t text; BEGIN
        FOR t IN SELECT table_name FROM information_schema.tables
                 WHERE table_schema = 'public' AND table_name LIKE '%\\_history' LOOP
            EXECUTE format('UPDATE %I SET recorded_from = ''2022-01-01''', t);
        END LOOP;
        UPDATE jurisdiction SET catalogue_changed_at = '2022-01-01';
    END $$
"""
_STORED = """
    SELECT i.code FROM indicator i LEFT JOIN indicator n ON n.id = i.numerator_id
    WHERE coalesce(n.area_aggregation, i.area_aggregation) IN ('sum', 'mean', 'none')
"""
#: The same sums from the observations: this year, last year, their months one by one.
_ON_THE_FLY = """
    SELECT o.indicator_id, o.period_id, sum(o.value), count(o.value)
    FROM report r
    JOIN observation o ON o.jurisdiction_id = 1 AND o.period_id = r.period_id
                      AND o.unit_id = r.unit_id AND o.version = r.accepted_version
    JOIN counting k ON k.jurisdiction_id = 1 AND k.unit_id = o.unit_id
                   AND k.indicator_id = o.indicator_id AND k.counts
                   AND r.period_id BETWEEN k.first_month AND k.last_month
    WHERE r.jurisdiction_id = 1 AND r.period_id = ANY(%s)
    GROUP BY o.indicator_id, o.period_id
"""


def measure(stage: Stage) -> Iterator[Ratio]:
    """Fill two years, then compare."""
    fill(stage.url)
    yield from year_so_far(stage.url)
    yield from looking_back(stage)


def fill(url: str) -> None:
    """Write two years of accepted reports and make the roll-up of them."""
    with psycopg.connect(url) as connection:
        for month in months_back(LAST, 24):
            filled = {"p": month.id, "at": month.next.end}
            for statement in (_REPORTS, _STEPS, _VALUES):
                connection.execute(statement, filled)
        connection.execute(_BACKDATE)
    engine = make_engine(url, pool_size=1, statement_timeout_ms=600_000)
    with Database(engine).writing() as session:
        rollup.rebuild(session, 1, at=datetime(2022, 1, 1, tzinfo=UTC))
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def put_reports(url: str, months: list[Period], units: list[str]) -> None:
    """Write reports that are sent and wait."""
    given = {"periods": [month.id for month in months], "units": units, "at": wall_clock()}
    with psycopg.connect(url) as connection:
        for statement in (_SENT, _SENT_VERSIONS, _SENT_VALUES):
            connection.execute(statement, given)


def year_so_far(url: str) -> Iterator[Ratio]:
    """Compare the province's year to date, last year's and plan with the same sums on the fly.

    All indicators, then those that the stored roll-up answers alone: weighted means, minima and
    maxima are read from the units' values either way.
    """
    engine = make_engine(url, pool_size=1, statement_timeout_ms=600_000)
    months = [m.id for last in (ASKED, ASKED.same_last_year) for m in months_back(last, 7)]
    with Database(engine).reading() as session, psycopg.connect(url) as raw:
        actor = Actor(0, "bench", "operations", 1, None, None, 1, "84")
        stored = [row[0] for row in raw.execute(_STORED)]
        for name, codes in (("all", None), ("roll-up alone", stored)):
            asked = service.Question([ASKED], limit=50_000, measures=MEASURES, indicators=codes)
            wanted = service.prepare(session, actor, asked, service.Limits(10**7))
            pairs = [
                (
                    rate(lambda wanted=wanted: queries.figures_json(session, wanted), 3),
                    rate(lambda: raw.execute(_ON_THE_FLY, [months]).fetchall(), 3),
                )
                for _ in range(ROUNDS)
            ]
            note = f"province, {len(wanted.plan.asked)} indicators"
            yield against(f"year to date, last year, plan ({name}) : on the fly", 30, pairs, note)
    engine.dispose()


def looking_back(stage: Stage) -> Iterator[Ratio]:
    """Compare answers as of now, and as of half a year ago, with those without `as_of`."""
    client = Client(stage.operations)
    path = f"/api/v1/aggregates?period={ASKED}&limit=50000&measures={','.join(MEASURES)}"
    moments = {"now": wall_clock(), "September 2024": datetime(2024, 9, 15, tzinfo=UTC)}
    for name, target in (("now", 0.9), ("September 2024", 0.1)):
        past = f"{path}&as_of={quote(moments[name].isoformat())}"
        pairs = [
            (rate(lambda past=past: asked(client, past), 3), rate(lambda: asked(client, path), 3))
            for _ in range(ROUNDS)
        ]
        yield against(f"as of {name} : without as_of", target, pairs, "one client, over HTTP")


def asked(client: Client, path: str) -> int:
    """Ask and give the number of rows."""
    status, body, _ = client.call("GET", path)
    if status != 200:  # noqa: PLR2004 - OK
        raise RuntimeError(body.decode()[:500])
    return len(json.loads(body)["data"])
