"""Every statement on facts is asked of one jurisdiction: a distributed server asks one shard.

What stands between a statement and its shard is the condition that PostgreSQL's planner puts on
each table; a planner that keeps jurisdictions apart (Citus) reads the same conditions. So each
statement is planned, and the plan is looked at. See docs/decisions/0017.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import indicators_api
from indicators_api.db.base import Base
from indicators_api.models.placement import DISTRIBUTED, LOCAL, REFERENCE, reference_tables
from tests.registered import FACTS, Statement, on_facts, registered

#: Types of parameters that stand alone in a list of values, where nothing tells them.
TYPES = {
    "jurisdiction": "int",
    "period": "int",
    "unit": "int",
    "version": "int",
    "sent_version": "int",
    "number": "int",
    "actor_id": "int",
    "inside": "boolean",
    "at": "timestamptz",
}
#: Words before a parenthesis that are no functions.
KEYWORDS = re.compile(
    r"\b(values|in|any|all|exists|filter|over|conflict|and|or|not|as|on|set|select|from|cast|case"
    r"|row|when|then|else|where|coalesce|greatest|least|nullif|into|using|lateral|unnest|with"
    r"|by|sets|rollup)$"
)


@pytest.fixture
def planner(database_url: str) -> Iterator[psycopg.Connection]:
    """A connection whose plans keep the parameters, so that a condition tells which it names."""
    with psycopg.connect(database_url, autocommit=True, prepare_threshold=None) as connection:
        if connection.execute("SELECT FROM pg_extension WHERE extname = 'citus'").fetchone():
            pytest.skip("the tables are distributed: Citus refuses what these plans only foretell")
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute("SET indicators.as_of = '2024-07-01T00:00:00+07:00'")
        yield connection


def plan_of(connection: psycopg.Connection, statement: Statement) -> dict[str, Any]:
    """Plan a statement, without running it."""
    own = {"unit": "text"} if "CAST($" in statement.sql and "u.code = $" in statement.sql else {}
    types = [{**TYPES, **own}.get(name, "unknown") for name in statement.parameters]
    connection.execute(f"PREPARE asked ({', '.join(types)}) AS {statement.sql}")
    try:
        nulls = ", ".join("NULL" for _ in types)
        found = connection.execute(f"EXPLAIN (FORMAT JSON) EXECUTE asked ({nulls})").fetchone()
    finally:
        connection.execute("DEALLOCATE asked")
    assert found is not None
    return found[0][0]["Plan"]


def unbound(plan: dict[str, Any], parameter: int) -> list[str]:
    """Name the scans of facts that are not held to the jurisdiction that is asked."""
    found = []
    table = re.sub(r"_\d{4}$", "", plan.get("Relation Name", ""))
    if table in DISTRIBUTED and plan["Node Type"] != "ModifyTable":
        held = " ".join(str(plan.get(k, "")) for k in ("Index Cond", "Recheck Cond", "Filter"))
        if f"jurisdiction_id = ${parameter})" not in held:
            found.append(f"{table}: {held}")
    return found + [each for inner in plan.get("Plans", ()) for each in unbound(inner, parameter)]


def astray(connection: psycopg.Connection, statement: Statement) -> list[str]:
    """Name what of a statement reads facts of other jurisdictions than the one that is asked."""
    if "jurisdiction" not in statement.parameters:
        return ["no jurisdiction is asked"]
    plan = plan_of(connection, statement)
    return unbound(plan, statement.parameters.index("jurisdiction") + 1)


def test_each_statement_reads_the_facts_of_the_jurisdiction_that_is_asked(planner):
    """performance.md, rule 8, of every statement: each table of facts is held to one value."""
    statements = on_facts()

    found = {each.name: astray(planner, each) for each in statements}

    assert len(statements) > 80
    assert {name: tables for name, tables in found.items() if tables} == {}


def test_each_question_of_the_past_reads_one_jurisdiction_too(planner):
    """The views of the schema `past` hand the asked jurisdiction on to the tables behind them."""
    planner.execute("SET search_path = past, public")
    writes = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM)\b")
    questions = [each for each in on_facts() if not writes.search(each.sql)]

    found = {each.name: astray(planner, each) for each in questions}

    assert len(questions) > 60
    assert {name: tables for name, tables in found.items() if tables} == {}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT state FROM report WHERE period_id = 202407",
        "SELECT state FROM report WHERE jurisdiction_id IN ($1, 2)",
        """SELECT o.value FROM report r JOIN observation o ON o.unit_id = r.unit_id
           WHERE r.jurisdiction_id = $1""",
        """SELECT (SELECT max(s.revision) FROM report_step s
                   WHERE s.jurisdiction_id = r.jurisdiction_id)
           FROM report r WHERE r.jurisdiction_id = $1""",
        "UPDATE report SET state = 'draft' WHERE unit_id = 5",
    ],
)
def test_a_statement_that_reads_all_jurisdictions_is_found(planner, sql):
    """The check can fail: by a missing condition, a list, a join, a subquery, a change."""
    parameters = ("jurisdiction",) if "$1" in sql else ()

    assert astray(planner, Statement("bad", sql, parameters))


def functions_of(sql: str) -> set[str]:
    """Name the functions that a piece of SQL calls."""
    named = re.findall(r"(?<!\bas )(?<!\binto )\b([a-z_]+)\s*\(", sql.lower())
    found = {name for name in named if not KEYWORDS.search(name)}
    return found | (set(re.findall(r"\bcurrent_\w+\b", sql.lower())) - {"current_setting"})


def mutable(connection: psycopg.Connection, sql: str) -> set[str]:
    """Name the functions in a piece of SQL that the server doesn't call immutable."""
    rows = connection.execute(
        "SELECT proname FROM pg_proc WHERE proname = ANY(%s) AND provolatile = 'i'",
        [list(names := functions_of(sql))],
    ).fetchall()
    return names - {row[0] for row in rows}


def after_conflict(sql: str) -> str:
    """Give what an INSERT does to a row that is there already."""
    return "".join(re.findall(r"ON CONFLICT.*?(?=RETURNING|$)", sql, re.DOTALL))


def changes(statement: Statement) -> bool:
    """Tell whether a statement changes rows of a distributed or reference table in place."""
    found = re.search(r"\b(?:UPDATE|DELETE FROM)\s+([a-z_]+)", statement.sql)
    return found is not None and found[1].removesuffix("_history") in {*DISTRIBUTED, *REFERENCE}


def test_rows_that_are_there_are_changed_by_immutable_expressions_alone(planner):
    """`ON CONFLICT … SET`, and changes of what lies on several nodes: no `now()`, no `nextval`."""
    shared = {*DISTRIBUTED, *REFERENCE}
    upserts = [
        each
        for each in registered()
        if "ON CONFLICT" in each.sql and re.search(r"INSERT INTO ([a-z_]+)", each.sql)[1] in shared
    ]
    changing = [each for each in registered() if changes(each)]

    found = {each.name: mutable(planner, after_conflict(each.sql)) for each in upserts}
    found |= {each.name: mutable(planner, each.sql) for each in changing}

    assert len(upserts) > 3
    assert len(changing) > 10
    assert {name: functions for name, functions in found.items() if functions} == {}


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO report VALUES (1) ON CONFLICT (unit_id) DO UPDATE SET sent_at = now()",
        "INSERT INTO report VALUES (1) ON CONFLICT (unit_id) DO UPDATE SET at = CURRENT_TIMESTAMP",
        "UPDATE jurisdiction SET catalogue_version = nextval('catalogue_version')",
    ],
)
def test_a_moment_or_a_drawn_number_in_a_change_is_found(planner, sql):
    """The check can fail."""
    assert mutable(planner, after_conflict(sql) or sql)


def test_facts_are_never_asked_together_with_what_the_coordinator_keeps_for_itself():
    """Journal, queues and tokens are read in statements of their own."""
    local = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+({'|'.join(sorted(LOCAL))})\b")

    assert {each.name for each in on_facts() if local.search(each.sql)} == set()
    assert local.search("SELECT 1 FROM report r JOIN journal j USING (period_id)")


def statements_inside_functions(source: str) -> list[int]:
    """Give the lines on which a function makes a statement on facts: `registered` can't see it."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "text":
                    found += [call.lineno] if FACTS.search(ast.unparse(call)) else []
    return found


def test_statements_on_facts_are_constants_of_their_modules():
    """Else the checks above don't see them. The statement for figures is put together by form."""
    folder = Path(indicators_api.__file__).parent

    found = {
        str(path.relative_to(folder)): lines
        for path in folder.rglob("*.py")
        if (lines := statements_inside_functions(path.read_text("utf-8")))
    }

    assert found == {}
    assert statements_inside_functions("def f(s):\n    s.execute(text('DELETE FROM report'))") == [
        2
    ]


def test_every_table_is_said_to_be_distributed_reference_or_local():
    """models/placement.py says it of each, once; a history lies where its table does."""
    tables = set(Base.metadata.tables)
    present = {name.removesuffix("_history") for name in tables}
    said = [*DISTRIBUTED, *REFERENCE, *LOCAL]

    assert sorted(said) == sorted(present)
    assert set(reference_tables()) == {
        name for name in tables if name.removesuffix("_history") in REFERENCE
    }


def query(connection: psycopg.Connection, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    return connection.execute(sql, values).fetchall()


def test_the_keys_of_facts_carry_the_jurisdiction(planner):
    """Each shard guards its own rows: what must be unique must be so within a jurisdiction."""
    without = query(
        planner,
        """
        SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE (i.indisunique OR i.indisexclusion) AND c.relname = ANY(%s)
          AND c.relnamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid
                          AND a.attnum = ANY(i.indkey) AND a.attname = 'jurisdiction_id')
        """,
        list(DISTRIBUTED),
    )

    assert without == []


def test_nothing_refers_to_facts_but_facts_and_by_the_jurisdiction(planner):
    """No foreign key from reference or local tables to facts, none from facts to local tables."""
    keys = query(
        planner,
        """
        SELECT k.conname, k.conrelid::regclass::text, k.confrelid::regclass::text,
               EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.conrelid
                       AND a.attnum = ANY(k.conkey) AND a.attname = 'jurisdiction_id')
        FROM pg_constraint k
        WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
        """,
    )
    facts = set(DISTRIBUTED)

    wrong = [
        key
        for key in keys
        if (key[2] in facts and not (key[1] in facts and key[3]))
        or (key[1] in facts and key[2] in LOCAL)
    ]

    assert len(keys) > 30
    assert wrong == []


def test_facts_have_no_triggers(planner):
    """Shards of a distributed table can have none of the application's."""
    found = query(
        planner,
        """SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
           WHERE NOT t.tgisinternal AND c.relname = ANY(%s)""",
        list(DISTRIBUTED),
    )

    assert found == []
