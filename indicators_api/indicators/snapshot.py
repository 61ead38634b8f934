"""The indicators and validation rules of a jurisdiction, read once per version of its catalogue."""

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.indicators.kept import Kept

#: Answers that are kept beside a snapshot: a dozen months of a province's units, and more.
_MEMOS = 8192

Found = TypeVar("Found")


class IndicatorFacts(NamedTuple):
    """What the rules need of an indicator. Bounds in its unit of measure; None: no bound."""

    id: int
    code: str
    name_vi: str
    name_en: str
    decimals: int
    value_type: str
    nature: str
    area_aggregation: str
    time_aggregation: str
    frequency: str
    value_scope: str
    minimum: Decimal | None
    maximum: Decimal | None
    weight_id: int | None
    numerator_id: int | None
    denominator_id: int | None
    factor: Decimal | None
    sector_id: int
    valid_from: date
    valid_to: date | None


class RuleFacts(NamedTuple):
    """A validation rule as the catalogue holds it; expressions are text."""

    code: str
    name_vi: str
    name_en: str
    left_expression: str
    operator: str
    right_expression: str
    severity: str
    evaluation_scope: str
    tolerance: Decimal
    scope_start_month: int | None


class Snapshot(NamedTuple):
    """One version of a jurisdiction's indicators and rules.

    Shared between threads: never changed. `memo` is for `remembered` alone.
    """

    version: int
    by_code: Mapping[str, IndicatorFacts]
    by_id: Mapping[int, IndicatorFacts]
    rules: tuple[RuleFacts, ...]
    memo: dict[Hashable, Any]

    def remembered(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """Give what follows from this version of the catalogue, found once and then kept.

        None is not kept: there is no end of codes that nothing has.
        """
        found = self.memo.get(key)
        if found is None:
            found = find()
            if found is not None:
                if len(self.memo) >= _MEMOS:
                    self.memo.clear()
                self.memo[key] = found
        return cast("Found", found)


_INDICATORS = text(
    f"SELECT {', '.join(IndicatorFacts._fields)} FROM indicator"
    " WHERE jurisdiction_id = :jurisdiction ORDER BY code"
)
_RULES = text(
    f"SELECT {', '.join(RuleFacts._fields)} FROM validation_rule"
    " WHERE jurisdiction_id = :jurisdiction AND active ORDER BY code"
)
_VERSION = text("SELECT catalogue_version FROM jurisdiction WHERE id = :jurisdiction")

_snapshots: Kept[Snapshot] = Kept()


def catalogue_version(session: Session, jurisdiction: int) -> int:
    """Give the number that grows with every change of catalogue, plan, calendar or deadlines.

    Read once in a transaction: all that it does is by one catalogue.
    """
    found = session.info.get((_VERSION, jurisdiction))
    if found is None:
        found = session.execute(_VERSION, {"jurisdiction": jurisdiction}).scalar_one()
        session.info[_VERSION, jurisdiction] = found
    return int(found)


def snapshot(session: Session, jurisdiction: int) -> Snapshot:
    """Give the present indicators and rules.

    The database is asked only for the version unless it grew.
    """
    version = catalogue_version(session, jurisdiction)
    return _snapshots.get(
        session, jurisdiction, version, lambda: _read(session, jurisdiction, version)
    )


def read_anew(session: Session, jurisdiction: int) -> Snapshot:
    """Give the indicators and rules as they are in this transaction, which may be changing them."""
    return _read(session, jurisdiction, 0)


def _read(session: Session, jurisdiction: int, version: int) -> Snapshot:
    indicators = [
        IndicatorFacts(*row) for row in session.execute(_INDICATORS, {"jurisdiction": jurisdiction})
    ]
    rules = tuple(
        RuleFacts(*row) for row in session.execute(_RULES, {"jurisdiction": jurisdiction})
    )
    by_code = {i.code: i for i in indicators}
    return Snapshot(version, by_code, {i.id: i for i in indicators}, rules, {})
