"""Worlds for the laws of figures, drawn by hypothesis: areas, units, indicators, plans."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from tests.queries.world import (
    ALWAYS,
    Area,
    Assignment,
    Indicator,
    Succession,
    Target,
    Unit,
    Validity,
    World,
)

#: First days on and around cut-off days and ends of months.
TURNS = (
    *(
        date(year, month, day)
        for year, months in ((2022, (12,)), (2023, (11, 12)), (2024, (1, 2, 7)))
        for month in months
        for day in (1, 14, 15, 28)
    ),
    *(date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 29)),
)

_TIME_RULES = ("sum", "last", "mean", "none")
_FREQUENCIES = ("monthly", "quarterly", "half_yearly", "yearly")

#: Days on which territories go over, on and after days that months are cut off on.
JOINED = (
    *(date(2023, 12, 15), date(2024, 1, 1), date(2024, 1, 14), date(2024, 1, 15)),
    *(date(2024, 2, 15), date(2024, 4, 1), date(2024, 7, 14), date(2024, 7, 15)),
)
#: Days from which plans of 2024 hold; those of 2023 a year before.
DECIDED = (
    *(date(2023, 12, 11), date(2024, 1, 1), date(2024, 3, 31), date(2024, 4, 1)),
    *(date(2024, 7, 15), date(2024, 7, 31), date(2024, 12, 1)),
)


@st.composite
def worlds(draw: st.DrawFn, districts: int) -> World:
    """Draw a world of at most so many districts."""
    areas = draw(_areas(districts))
    units = draw(_units(areas))
    indicators = draw(_indicators())
    return World(
        {a.code: a for a in areas},
        {u.code: u for u in units},
        {i.code: i for i in indicators},
        tuple(draw(_assignments(units, indicators))),
        tuple(draw(_targets(areas, indicators))),
        tuple(draw(st.one_of(st.just(()), st.just(()), _successions(areas)))),
    )


def _validity(mostly: int) -> st.SearchStrategy[Validity]:
    """Mostly always; else it begins, or ends, or both, in the middle of things."""
    begins = st.sampled_from(TURNS).map(lambda day: (day, None))
    ends = st.sampled_from(TURNS).map(lambda day: (ALWAYS[0], day))
    both = st.lists(st.sampled_from(TURNS), min_size=2, max_size=2, unique=True)
    return st.one_of(
        *[st.just(ALWAYS)] * mostly, begins, ends, both.map(lambda days: (min(days), max(days)))
    )


@st.composite
def _areas(draw: st.DrawFn, districts: int) -> list[Area]:
    found = [Area("1", "province", None, ALWAYS)]
    for district in range(1, draw(st.integers(1, districts)) + 1):
        found.append(Area(f"1{district}", "district", "1", ALWAYS))
        for commune in range(1, draw(st.integers(1, 2)) + 1):
            valid = draw(_validity(20))
            found.append(Area(f"1{district}{commune}", "commune", f"1{district}", valid))
    return found


@st.composite
def _units(draw: st.DrawFn, areas: list[Area]) -> list[Unit]:
    found = []
    for area in areas:
        for number in range(draw(st.sampled_from((1, 1, 2)))):
            regime = draw(st.sampled_from((14, None)))
            valid = area.valid if area.valid != ALWAYS else draw(_validity(20))
            found.append(Unit(f"U{area.code}{'ab'[number]}", area.code, regime, valid))
    return found


@st.composite
def _indicators(draw: st.DrawFn) -> list[Indicator]:
    plain = draw(_flow_and_stock())
    for number in range(draw(st.integers(1, 3))):
        rules = ("sum", "mean", "min", "max", "none", "weighted_mean", "weighted_mean")
        rule = draw(st.sampled_from(rules))
        weight = draw(st.sampled_from(plain)).code if rule == "weighted_mean" else None
        plain.append(
            Indicator(
                code=f"P{number}",
                area_rule=rule,
                time_rule=draw(st.sampled_from(("mean",) * 4 * bool(weight) + _TIME_RULES)),
                frequency=draw(st.sampled_from(("monthly", *_FREQUENCIES))),
                scope=draw(st.sampled_from(("territory", "agency"))),
                valid=draw(_validity(30)),
                weight=weight,
            )
        )
    ratios = [draw(_ratio(number, plain)) for number in range(draw(st.integers(1, 2)))]
    of_both = draw(_ratio(9, plain[:2]))._replace(numerator="FLOW", denominator="STOCK")
    return [*plain, *ratios, of_both]


@st.composite
def _flow_and_stock(draw: st.DrawFn) -> list[Indicator]:
    """Draw what most ratios are made of: a flow, or a stock too, and a stock seldom collected."""
    scope, rare = draw(st.sampled_from(("territory", "agency"))), _FREQUENCIES[1:]
    flow = Indicator("FLOW", "sum", "sum", "monthly", scope, ALWAYS)
    stock = Indicator("STOCK", "sum", "last", draw(st.sampled_from(rare)), scope, ALWAYS)
    return [flow._replace(time_rule=draw(st.sampled_from(("sum", "sum", "last")))), stock]


@st.composite
def _ratio(draw: st.DrawFn, number: int, plain: list[Indicator]) -> Indicator:
    above, below = draw(st.sampled_from(plain)), draw(st.sampled_from(plain))
    return Indicator(
        code=f"R{number}",
        area_rule="recompute",
        time_rule="recompute",
        frequency=draw(st.sampled_from(_FREQUENCIES)),
        scope=draw(st.sampled_from(("territory", "agency"))),
        valid=draw(_validity(30)),
        numerator=above.code,
        denominator=below.code,
        factor=draw(st.sampled_from([Decimal(100), Decimal("-0.5"), Decimal(1)])),
    )


@st.composite
def _assignments(
    draw: st.DrawFn, units: list[Unit], indicators: list[Indicator]
) -> list[Assignment]:
    """Give each indicator to all units, those of a level, any, or those of one before it."""
    chosen: list[list[tuple[Unit, Validity]]] = []
    found = []
    for indicator in indicators:
        given = draw(_owners(units, chosen, indicator.scope == "territory"))
        chosen.append(given)
        often = st.sampled_from((*(None,) * 9, *_FREQUENCIES, "yearly"))
        found += [Assignment(u.code, indicator.code, draw(often), valid) for u, valid in given]
    return found


@st.composite
def _owners(
    draw: st.DrawFn,
    units: list[Unit],
    before: list[list[tuple[Unit, Validity]]],
    is_exclusive: bool,  # noqa: FBT001 - hypothesis passes it by position
) -> list[tuple[Unit, Validity]]:
    how = draw(st.sampled_from(("all", "all", "commune", "district", "any", "any", "before")))
    if how == "before" and before:
        found = draw(st.sampled_from(before))
    else:
        lengths = {"district": 2, "commune": 3}
        pool = [u for u in units if len(u.area) == lengths.get(how, len(u.area))]
        picked = draw(st.lists(st.sampled_from(units), unique=True)) if how == "any" else pool
        found = [(unit, draw(_validity(9))) for unit in picked]
    return draw(_one_by_one(found)) if is_exclusive else found


@st.composite
def _one_by_one(
    draw: st.DrawFn, owners: list[tuple[Unit, Validity]]
) -> list[tuple[Unit, Validity]]:
    """Let no two units of an area own a datum at once: the second follows on the first."""
    by_area: dict[str, list[tuple[Unit, Validity]]] = {}
    for unit, valid in owners:
        earlier = by_area.setdefault(unit.area, [])
        if not earlier:
            earlier.append((unit, valid))
        elif len(earlier) == 1 and (first := earlier[0])[1] == ALWAYS:
            turn = draw(st.sampled_from(TURNS))
            earlier[0] = (first[0], (ALWAYS[0], turn - timedelta(days=1)))
            earlier.append((unit, (turn, None)))
    return [owner for owners in by_area.values() for owner in owners]


@st.composite
def _targets(draw: st.DrawFn, areas: list[Area], indicators: list[Indicator]) -> list[Target]:
    """Draw plans of areas; a newer version of one never begins to hold before an older one."""
    plans = st.tuples(
        st.sampled_from([area.code for area in areas]),
        st.sampled_from([indicator.code for indicator in indicators]),
        st.sampled_from((2023, 2024, 2024, 2024)),
    )
    values = st.sampled_from([Decimal(text) for text in ("0", "3", "-7.5", "77000", "1e19")])
    found = []
    for area, indicator, year in draw(st.lists(plans, min_size=4, max_size=16, unique=True)):
        days = sorted(draw(st.lists(st.sampled_from(DECIDED), min_size=1, max_size=3)))
        for version, day in enumerate(days, 1):
            direction = draw(st.sampled_from(("at_least", "at_most", "equal")))
            value, begins = draw(values), day.replace(year=year + day.year - 2024)
            found.append(Target(area, indicator, year, version, value, direction, begins))
    return found


@st.composite
def _successions(draw: st.DrawFn, areas: list[Area]) -> list[Succession]:
    """Draw one or two territories that went over into others, of whatever level."""
    pairs = [(a.code, b.code) for a in areas for b in areas if a is not b]
    found = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=2, unique=True))
    return [Succession(*pair, draw(st.sampled_from(JOINED))) for pair in found]
