"""Which areas have an indicator at all, and what part of the province's figure each has."""

from collections.abc import Iterable, Mapping
from functools import cache

from indicators_api.cli.demo_catalogue import DemoIndicator, DemoUnit
from indicators_api.cli.demo_places import Places


class Shares:
    """Weights of the areas for each indicator. A list has one number for each of `Places.codes`."""

    def __init__(
        self, indicators: Mapping[str, DemoIndicator], units: Iterable[DemoUnit], places: Places
    ) -> None:
        self._indicators, self._places = indicators, places
        self._areas: dict[str, set[str]] = {}
        for unit in units:
            for code in unit.indicators:
                self._areas.setdefault(code, set()).add(unit.area)
        self.weights = cache(self._weights)
        self.factors = cache(self._factors)
        self.is_open = cache(self._is_open)
        self.finest = cache(self._finest)

    def is_territory(self, code: str) -> bool:
        """Whether an area's figure covers the areas below it."""
        return self._indicators[code].value_scope == "territory"

    def is_filed_by_leaves(self, code: str) -> bool:
        """Whether any of the finest areas files it."""
        return any(self._places.is_leaf[place] for place in self._filing(code))

    def _filing(self, code: str) -> set[int]:
        """The areas with a unit that files it."""
        return {self._places.index[area] for area in self._areas.get(code, ())}

    def _is_open(self, code: str) -> list[bool]:
        """Where figures are made: at the leaves that file it (at all leaves, if none does).

        An agency's figures are made wherever a unit files it or a total that it is part of.
        """
        filing, leaves = self._filing(code), self._places.is_leaf
        if not self.is_territory(code):
            parent = self._indicators[code].parent
            above = self.is_open(parent) if parent is not None else [False] * len(leaves)
            return [place in filing or above[place] for place in range(len(leaves))]
        if not self.is_filed_by_leaves(code):
            return leaves
        return [leaf and place in filing for place, leaf in enumerate(leaves)]

    def _weights(self, code: str, geography: str) -> list[float]:
        """Each open area's part of the province's figure; 1 in all."""
        places = self._places
        territory = self.is_territory(code)
        weights = places.weights(geography) if territory else places.agency_weights(geography)
        masked = [w if own else 0.0 for w, own in zip(weights, self.is_open(code), strict=True)]
        total = sum(masked) or 1.0
        return [weight / total for weight in masked]

    def _factors(self, code: str, geography: str) -> list[float]:
        """How much more than usual each open area has of it, for its people; zero elsewhere."""
        usual = [1.0] * len(self._places.codes)
        varies = self.is_territory(code) and geography != "people"
        factors = self._places.intensities(geography) if varies else usual
        return [f if own else 0.0 for f, own in zip(factors, self.is_open(code), strict=True)]

    def _finest(self, code: str) -> list[int]:
        """The areas that file it without one below them doing so: those that are rolled up."""
        return self._places.finest(self._filing(code))
