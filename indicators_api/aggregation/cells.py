"""A cell: what the stored roll-up holds of an area, indicator and period; said once.

Both the stored sums and what is added up on the way are made of these columns.
"""

from typing import Final

_VALUE = "o.value IS NOT NULL"

#: How each column adds up over observations `o`. `{sign}` is 1, or -1 for what is taken back;
#: `{asked}` tells whether the unit is asked in periods of the type.
COLUMNS: Final = {
    "value_sum": "coalesce(sum({sign} * o.value), 0)",
    "value_count": f"coalesce(sum({{sign}}) FILTER (WHERE {_VALUE}), 0)",
    "asked_count": f"coalesce(sum({{sign}}) FILTER (WHERE {_VALUE} AND {{asked}}), 0)",
    "not_applicable_count": (
        "coalesce(sum({sign}) FILTER (WHERE o.missing = 'not_applicable' AND {asked}), 0)"
    ),
    "estimated_count": f"coalesce(sum({{sign}}) FILTER (WHERE {_VALUE} AND o.status = 'E'), 0)",
    "provisional_count": f"coalesce(sum({{sign}}) FILTER (WHERE {_VALUE} AND o.status = 'P'), 0)",
    "ytd_sum": "coalesce(sum({sign} * o.ytd), 0)",
    "ytd_count": "coalesce(sum({sign}) FILTER (WHERE o.ytd IS NOT NULL), 0)",
}
#: Without which there is no figure.
ALWAYS: Final = ("value_sum", "value_count", "asked_count", "not_applicable_count")
OF_STATUS: Final = ("estimated_count", "provisional_count")
OF_YTD: Final = ("ytd_sum", "ytd_count")
#: The worst status behind a cell `c`: E, P and A as 3, 2 and 1.
STATUS: Final = """CASE WHEN c.estimated_count > 0 THEN 3 WHEN c.provisional_count > 0 THEN 2
                    WHEN c.value_count > 0 THEN 1 END"""
#: The year to date that units reported, of indicator `i`, and why there is none.
YTD: Final = """CASE WHEN c.ytd_count > 0 THEN CASE
                   WHEN i.area_aggregation = 'sum' OR {assigned} = 1 THEN c.ytd_sum
                   WHEN i.area_aggregation = 'mean' THEN trim_scale(c.ytd_sum) / c.ytd_count
                   END END AS ytd,
               CASE WHEN i.area_aggregation NOT IN ('sum', 'mean') AND {assigned} > 1
                    THEN 'not_additive'
                    WHEN coalesce(c.ytd_count, 0) = 0 THEN 'not_reported' END AS ytd_reason"""


def summed(columns: tuple[str, ...], *, sign: str = "1", asked: str) -> str:
    """Give the columns as sums over observations, each by its name."""
    return ", ".join(
        f"{COLUMNS[name].format(sign=sign, asked=asked)} AS {name}" for name in columns
    )


def any_of(columns: tuple[str, ...], prefix: str = "") -> str:
    """Give the condition that a cell says something: a row of zeros means the same as none."""
    return "(" + " OR ".join(f"{prefix}{name} <> 0" for name in columns) + ")"
