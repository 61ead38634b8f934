"""The statements of the application, with `$1`, `$2` … for their parameters.

Collected from the modules, where they are constants, and from the forms of the one statement that
is put together (aggregation/statement.py): what is reported has neither ratios nor leaves.
"""

import importlib
import itertools
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import TextClause, text
from sqlalchemy.dialects import postgresql

import indicators_api
from indicators_api.aggregation import statement
from indicators_api.aggregation.figures import Kind, Shape, Sums
from indicators_api.aggregation.measures import PLANNED, USUAL
from indicators_api.aggregation.statement import Form
from indicators_api.models.placement import DISTRIBUTED

#: Any of the tables of facts, where a statement names it.
FACTS = re.compile(
    rf"\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:public\.)?({'|'.join(sorted(DISTRIBUTED))})\b"
)
_DIALECT = postgresql.dialect(paramstyle="numeric_dollar")


class Statement(NamedTuple):
    """A statement with `$1`, `$2` … for its parameters, whose names are in this order."""

    name: str
    sql: str
    parameters: tuple[str, ...]


def numbered(name: str, clause: TextClause) -> Statement:
    """Give a clause the parameters that PREPARE takes."""
    compiled = clause.compile(dialect=_DIALECT)
    return Statement(name, str(compiled), tuple(dict.fromkeys(compiled.positiontup or ())))


def on_facts() -> list[Statement]:
    """Give every statement that names a table of facts."""
    return [each for each in registered() if FACTS.search(each.sql)]


@cache
def registered() -> list[Statement]:
    """Give every statement of the application that is written as SQL."""
    return [*_constants(), *_figures()]


def _constants() -> Iterator[Statement]:
    for module in pkgutil.walk_packages(indicators_api.__path__, "indicators_api."):
        if module.name == "indicators_api.__main__":
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            for n, clause in enumerate(_clauses(value)):
                yield numbered(f"{module.name}.{name}[{n}]", clause)


def _clauses(value: Any) -> Iterator[TextClause]:
    if isinstance(value, TextClause):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _clauses(part)
    elif isinstance(value, dict):
        yield from _clauses(list(value.values()))


def _figures() -> Iterator[Statement]:
    """Give the forms of the statement for figures; all of one part with all of each other."""
    everything = (*USUAL, "status", "ytd", "ytd_reported", "yoy_pct", *sorted(PLANNED))
    for sums, sent, as_sent, full in itertools.product(Sums, *[(False, True)] * 3):
        for upper, lowest in ((True, False), (False, True), (True, True)):
            if (sums is Sums.SINCE and lowest) or (as_sent and (full or sums is not Sums.STORED)):
                continue
            shape = Shape(
                sums=sums,
                sent=sent,
                upper=upper,
                lowest=lowest,
                groups=(Kind(is_own=True, is_single=not full), Kind(is_own=False, is_single=False)),
                leaves=full,
                ratios=full,
                pairs=full,
                weighed_pairs=full and lowest,
                changed=full,
                status=full,
                ytd=full,
            )
            form = Form(shape, as_sent, tuple(dict.fromkeys(everything)) if full else USUAL)
            name = f"figures {sums} sent={sent} as_sent={as_sent} full={full} {upper} {lowest}"
            yield numbered(name, text(statement.rows(form)))
