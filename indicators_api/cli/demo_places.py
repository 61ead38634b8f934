"""Where the demonstration's figures lie: how much of the province each area holds.

A *field* is a list of whole numbers, one for each area, in the order of `Places.codes`: children
come before parents. Leaves are the areas without areas below.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from random import Random

from indicators_api.cli.demo_catalogue import DemoArea, DemoUnit
from indicators_api.cli.demo_sizes import Profile, profiles

#: Endings of the kinds of units whose area is a town: phường (ward) and thị trấn (township).
_TOWN_KINDS = ("PHUONG", "THITRAN")

#: How an agency's own work is divided between the levels; a level not named here has none.
_AGENCY_SHARES = {"province": 0.4, "district": 0.35, "commune": 0.25}


class Places:
    """The areas of the province in a fixed order, with their weights by geography."""

    def __init__(self, areas: Iterable[DemoArea], units: Iterable[DemoUnit], seed: int) -> None:
        by_code = {area.code: area for area in areas}
        self._seed = seed
        self._depth = {code: _depth(by_code, code) for code in by_code}
        self.codes = sorted(by_code, key=lambda code: (-self._depth[code], code))
        self.index = {code: i for i, code in enumerate(self.codes)}
        self.levels = [by_code[code].level for code in self.codes]
        parents = [by_code[code].parent for code in self.codes]
        self.parents = [None if parent is None else self.index.get(parent) for parent in parents]
        self.is_leaf = [i not in self.parents for i in range(len(self.codes))]
        #: Areas between the leaves and the province.
        self.middle = [
            i for i, parent in enumerate(self.parents) if parent is not None and not self.is_leaf[i]
        ]
        kinds = {unit.area: unit.kind for unit in units}
        self._is_town = [kinds.get(code, "").endswith(_TOWN_KINDS) for code in self.codes]
        self.weights = cache(self._weights)
        self.intensities = cache(self._intensities)
        self.agency_weights = cache(self._agency_weights)

    def add_up(self, field: list[int]) -> list[int]:
        """Make each area above the leaves the sum of those directly below, in place."""
        for i, parent in enumerate(self.parents):
            if parent is not None:
                field[parent] += field[i]
        return field

    def ancestors(self, place: int) -> list[int]:
        """The areas above one, nearest first."""
        parent = self.parents[place]
        return [] if parent is None else [parent, *self.ancestors(parent)]

    def finest(self, chosen: Collection[int]) -> list[int]:
        """Of some areas those without another of them below, in order."""
        above = {ancestor for place in chosen for ancestor in self.ancestors(place)}
        return sorted(set(chosen) - above)

    def _weights(self, geography: str) -> list[float]:
        """What part of the province's figure each leaf has; zero above the leaves; 1 in all."""
        base = _cell("base", geography)
        if base == "district":
            raw = self._district_weights(geography)
        else:
            people = self.weights("people") if base == "people" else [1.0] * len(self.codes)
            raw = [
                people[i] * self._kind_factor(i, geography) * self._district(i, geography, 1.0)
                for i in range(len(self.codes))
            ]
        return _normalised([raw[i] if leaf else 0.0 for i, leaf in enumerate(self.is_leaf)])

    def _district_weights(self, geography: str) -> list[float]:
        """Each district's weight divided among its leaves by kind and a variation of their own."""
        within = [
            self._kind_factor(i, geography) * self._variation(i, geography)
            for i in range(len(self.codes))
        ]
        totals: dict[int | None, float] = {}
        for i, leaf in enumerate(self.is_leaf):
            if leaf:
                totals[self.parents[i]] = totals.get(self.parents[i], 0.0) + within[i]
        return [
            self._district(i, geography, 10.0) * within[i] / (totals.get(self.parents[i]) or 1.0)
            for i in range(len(self.codes))
        ]

    def _intensities(self, geography: str) -> list[float]:
        """How much more of a geography a leaf has than its people would let expect; zero above."""
        people, weights = self.weights("people"), self.weights(geography)
        return [w / p if p else 0.0 for w, p in zip(weights, people, strict=True)]

    def _agency_weights(self, geography: str) -> list[float]:
        """What part of an agency's figure each area has, at all levels; 1 in all."""
        territory = self.add_up_floats(self.weights(geography))
        shares = [_AGENCY_SHARES.get(level, 0.0) for level in self.levels]
        return _normalised([w * share for w, share in zip(territory, shares, strict=True)])

    def add_up_floats(self, field: Sequence[float]) -> list[float]:
        """As `add_up`, for weights, in a new list."""
        totals = list(field)
        for i, parent in enumerate(self.parents):
            if parent is not None:
                totals[parent] += totals[i]
        return totals

    def _kind_factor(self, place: int, geography: str) -> float:
        """How a town or a village differs from the other."""
        return float(_cell("town" if self._is_town[place] else "village", geography) or 1)

    def _district(self, place: int, geography: str, otherwise: float) -> float:
        """The number that the profile of the nearest area above (or its own) gives."""
        for area in [place, *self.ancestors(place)]:
            text = _cell(self.codes[area], geography)
            if text:
                return float(text)
        return otherwise

    def _variation(self, place: int, geography: str) -> float:
        """A leaf's own variation, the same in all months."""
        purpose = f"{self._seed}|{geography}|{self.codes[place]}"
        return Random(purpose).uniform(0.7, 1.3)  # noqa: S311 -- a demonstration, not a secret


def _depth(by_code: dict[str, DemoArea], code: str) -> int:
    """How many areas lie above one."""
    parent = by_code[code].parent
    return 1 + _depth(by_code, parent) if parent in by_code else 0


def _cell(code: str, geography: str) -> str:
    """One cell of the district profiles, "" where there is none."""
    return profiles().get(code, Profile(code, {})).by_geography.get(geography, "")


def _normalised(weights: list[float]) -> list[float]:
    """The weights divided by their sum, unless that is zero."""
    total = sum(weights)
    return [weight / total for weight in weights] if total else weights
