"""How often an indicator is collected, and which periods ask for it.

Pure. Source: domain.md, "Periods …".
"""

from typing import Final

from indicators_api.periods import PeriodType

#: The period type that an indicator of a frequency is collected for.
PERIOD_TYPE: Final = {
    "monthly": PeriodType.MONTH,
    "quarterly": PeriodType.QUARTER,
    "half_yearly": PeriodType.HALF,
    "yearly": PeriodType.YEAR,
}
_LENGTH: Final = {kind: length for length, kind in enumerate(PeriodType)}


def asks(period_type: PeriodType, frequency: str) -> bool:
    """Tell whether periods of a type expect an indicator of a frequency: their own one only."""
    return PERIOD_TYPE[frequency] is period_type


def accepts(period_type: PeriodType, frequency: str) -> bool:
    """Tell whether a report accepts an indicator: of its own or a longer frequency."""
    return _LENGTH[PERIOD_TYPE[frequency]] >= _LENGTH[period_type]
