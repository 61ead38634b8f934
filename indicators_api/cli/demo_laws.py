"""Small steps of the demonstration's figures: divide, combine, order what is made of what."""

from collections.abc import Callable, Iterable, Mapping
from math import floor

from indicators_api.cli.demo_catalogue import DemoIndicator, DemoRule
from indicators_api.cli.demo_places import Places
from indicators_api.cli.demo_rules import Scaled, parse
from indicators_api.cli.demo_sizes import Size

#: How figures of areas become one; `none` takes the highest (events that reach several areas).
_COMBINE: dict[str, Callable[[list[int]], int]] = {
    "sum": sum,
    "max": max,
    "min": min,
    "none": max,
}


def divided(whole: int, weights: list[float], rounding: float) -> list[int]:
    """Divide a whole number by weights without remainder; each part is rounded up or down.

    The cumulated parts are rounded at the same place, 0 ≤ rounding < 1, so that none gains over the
    months. All in the first part where all weights are zero.
    """
    total = sum(weights)
    if not total:
        return [whole, *([0] * (len(weights) - 1))]
    parts, cumulated, before = [], 0.0, 0
    for weight in weights[:-1]:
        cumulated += weight
        upto = min(whole, floor(whole * cumulated / total + rounding)) if cumulated else 0
        parts.append(upto - before)
        before = upto
    return [*parts, whole - before]


def combined(
    field: list[int], weights: list[int] | None, finest: list[int], places: Places, rule: str
) -> list[int]:
    """Replace each area's figure by that of the finest filing areas below it, by the area rule.

    Any other rule is a mean, weighted by the weights unless these are zero. Areas with none below
    keep theirs.
    """
    below: dict[int, list[int]] = {}
    for place in finest:
        for area in places.ancestors(place):
            below.setdefault(area, []).append(place)
    result = list(field)
    for area, members in below.items():
        numbers = [field[place] for place in members]
        if rule in _COMBINE:
            result[area] = _COMBINE[rule](numbers)
        else:
            result[area] = _mean(numbers, [weights[place] for place in members] if weights else [])
    return result


def _mean(numbers: list[int], weights: list[int]) -> int:
    """The mean, weighted where the weights allow it, rounded half up."""
    if sum(weights):
        weighted = sum(n * weight for n, weight in zip(numbers, weights, strict=True))
        return (2 * weighted + sum(weights)) // (2 * sum(weights))
    return (2 * sum(numbers) + len(numbers)) // (2 * len(numbers))


def children(indicators: Mapping[str, DemoIndicator]) -> dict[str, tuple[str, ...]]:
    """The parts of each total along its first dimension, by code."""
    by_parent: dict[str, dict[str | None, list[str]]] = {}
    for code in sorted(indicators):
        indicator = indicators[code]
        if indicator.parent is not None and indicator.parent_relation == "part":
            dimensions = by_parent.setdefault(indicator.parent, {})
            dimensions.setdefault(indicator.parent_dimension, []).append(code)
    return {total: tuple(next(iter(parts.values()))) for total, parts in by_parent.items()}


def fallback(indicator: DemoIndicator, parts: Mapping[str, tuple[str, ...]]) -> Size:
    """A size for an indicator that the packaged sizes don't know: small, but consistent."""
    if indicator.code in parts:
        return Size(indicator.code, "sum")
    if indicator.temporal_nature in ("rate", "index"):
        return Size(indicator.code, "level", size=100.0 if indicator.maximum is None else 1.0)
    if indicator.parent is not None and indicator.parent_relation == "of_which":
        return Size(indicator.code, "share", of=indicator.parent, size=0.5)
    return Size(indicator.code, "size", size=1000.0)


def free_codes(rules: Iterable[DemoRule], all_sizes: Iterable[Size]) -> frozenset[str]:
    """Indicators whose figure of an area may differ from the sum below without breaking a rule.

    Not those cumulated over months, those that bound another one, or those divided into parts.
    """
    bound: set[str] = set()
    for rule in rules:
        left, right = parse(rule.left), parse(rule.right)
        is_free = rule.scope == "period" and left.single is not None
        if not is_free or rule.operator == ">=":
            bound.update(left.codes)
        if not is_free or rule.operator != "=":
            bound.update(right.codes)
    all_sizes = list(all_sizes)
    bound.update(size.of for size in all_sizes if size.law in ("split", "lag"))
    return frozenset(size.code for size in all_sizes if size.law in ("size", "share")) - bound


def without_circles(
    caps: Mapping[str, list[Scaled]],
    all_sizes: Iterable[Size],
    parts: Mapping[str, tuple[str, ...]],
) -> dict[str, list[Scaled]]:
    """The caps that don't ask for the capped indicator itself: a part is below its total anyway."""
    needs: dict[str, set[str]] = {}
    for size in all_sizes:
        sources = parts[size.code] if size.law == "sum" else (size.of,) if size.of else ()
        needs[size.code] = set(sources)
    kept: dict[str, list[Scaled]] = {}
    for code, bounds in caps.items():
        for bound in bounds:
            if not any(_leads_to(part, code, needs) for part, _ in bound.terms):
                kept.setdefault(code, []).append(bound)
                needs.setdefault(code, set()).update(part for part, _ in bound.terms)
    return kept


def _leads_to(start: str, goal: str, needs: Mapping[str, set[str]]) -> bool:
    """Whether making one indicator needs another one."""
    return start == goal or any(_leads_to(each, goal, needs) for each in needs.get(start, ()))
