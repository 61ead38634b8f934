"""Packages that say how things are, made of the catalogue. Pure.

They rest on the catalogue and on the year it is, not on the period that they go before, so that
they don't change back and forth with it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from indicators_api.exchange import mapping as words
from indicators_api.exchange.catalogue_packages import (
    DataForm,
    Deadline,
    FormColumn,
    FormRow,
    IndicatorCatalogue,
    IndicatorItem,
    Kpi,
    KpiDisaggregation,
    KpiDisaggregations,
    KpiGroup,
    KpiGroups,
    KpiMember,
    KpiSet,
    ListData,
    ListItem,
    PeriodCatalogue,
    PeriodItem,
    Regime,
    ReportRegime,
)
from indicators_api.exchange.job import Job
from indicators_api.exchange.packages import Package

#: The columns of the form, in their order.
_COLUMNS: Final = ("value", "ytd")


def period_catalogue(job: Job) -> PeriodCatalogue:
    """List the periods from the first year that is exchanged to this one, by year and type."""
    years = range(job.mapping.since, job.at.year + 1)
    periods = [each for year in years for each in words.periods_of_year(job.mapping, year)]
    return PeriodCatalogue(tuple(PeriodItem(p, p.type, p.name_vi, p.start, p.end) for p in periods))


def indicator_catalogue(job: Job) -> IndicatorCatalogue:
    """List the indicators that are exchanged."""
    return IndicatorCatalogue(
        tuple(
            IndicatorItem(
                indicator=facts.code,
                name_vi=facts.name_vi,
                name_en=facts.name_en,
                definition_vi=facts.definition_vi,
                definition_en=facts.definition_en,
                unit_of_measure=facts.unit_of_measure,
                nature=facts.nature,
                frequency=facts.frequency,
                legal_basis=facts.legal_basis,
                valid_from=facts.valid_from,
                valid_to=facts.valid_to,
            )
            for facts in job.exchanged
        )
    )


def report_regime(job: Job) -> ReportRegime:
    """Tell the regimes with their deadlines, and on which day the province sends."""
    regimes = [
        Regime(
            regime.code,
            regime.name_vi,
            regime.name_en,
            regime.cut_off_day,
            tuple(
                Deadline(rule.level, rule.day, rule.months_after)
                for rule in job.known.deadlines
                if rule.regime == regime.code
            ),
        )
        for regime in job.known.regimes
    ]
    return ReportRegime(job.partner.monthly_day, tuple(regimes))


def data_form(job: Job) -> DataForm:
    """Tell the form that figures are sent on."""
    form = job.mapping.form
    return DataForm(
        form="monthly",
        name_vi=form.name_vi,
        name_en=form.name_en,
        regime=form.regime,
        period_type=form.period_type,
        rows=tuple(
            FormRow(line, facts.code, facts.unit_of_measure)
            for line, facts in enumerate(job.exchanged, start=1)
        ),
        columns=tuple(FormColumn(n, measure) for n, measure in enumerate(_COLUMNS, start=1)),
    )


def kpi_set(job: Job) -> KpiSet:
    """Tell the indicators that are watched: the form's, with the side of their plan that is good.

    That of the newest year that has a plan.
    """
    directions = {t.indicator: t.direction for t in sorted(job.known.targets, key=lambda t: t.year)}
    return KpiSet(
        form="kpi",
        name_vi=job.mapping.form.name_vi,
        name_en=job.mapping.form.name_en,
        items=tuple(
            Kpi(
                indicator=facts.code,
                name_vi=facts.name_vi,
                name_en=facts.name_en,
                unit_of_measure=facts.unit_of_measure,
                group=facts.sector,
                frequency=facts.frequency,
                direction=directions.get(facts.code),
            )
            for facts in job.exchanged
        ),
    )


def kpi_groups(job: Job) -> KpiGroups:
    """Tell the sectors of the indicators, and those above them."""
    above = {sector.code: sector.parent for sector in job.known.sectors}
    wanted: set[str] = set()
    for facts in job.exchanged:
        sector: str | None = facts.sector
        while sector is not None:
            wanted.add(sector)
            sector = above[sector]
    return KpiGroups(
        tuple(
            KpiGroup(sector.code, sector.name_vi, sector.name_en, sector.parent)
            for sector in job.known.sectors
            if sector.code in wanted
        )
    )


def kpi_disaggregations(job: Job) -> KpiDisaggregations:
    """Tell how figures are broken down: by area, then by the parts that are exchanged too."""
    parts: dict[tuple[str, str], list[KpiMember]] = {}
    codes = {facts.code for facts in job.exchanged}
    for facts in job.exchanged:
        if facts.parent in codes and facts.parent_dimension is not None:
            member = KpiMember(
                None, facts.code, facts.name_vi, facts.name_en, facts.valid_from, facts.valid_to
            )
            parts.setdefault((facts.parent_dimension, facts.parent), []).append(member)
    by_part = [KpiDisaggregation(*key, tuple(members)) for key, members in parts.items()]
    return KpiDisaggregations((_by_area(job), *by_part))


def list_data(job: Job) -> ListData:
    """List the reporting units, by code."""
    return ListData(
        "reporting_units",
        tuple(
            ListItem(
                unit=unit.code,
                name_vi=unit.name_vi,
                name_en=unit.name_en,
                level=unit.level,
                area=unit.area,
                parent=unit.parent,
                valid_from=unit.valid_from,
                valid_to=unit.valid_to,
            )
            for unit in job.known.units
            if job.is_exchanged(unit.valid_to)
        ),
    )


def _by_area(job: Job) -> KpiDisaggregation:
    """The areas directly below the province."""
    level = job.known.levels[1:2]
    members = [
        KpiMember(area.code, None, area.name_vi, area.name_en, area.valid_from, area.valid_to)
        for area in job.known.areas
        if area.level in level and job.is_exchanged(area.valid_to)
    ]
    return KpiDisaggregation("area", None, tuple(members))


#: By kind, all of `kinds.CATALOGUES`.
BUILDERS: Final[Mapping[str, Callable[[Job], Package]]] = {
    "period_catalogue": period_catalogue,
    "indicator_catalogue": indicator_catalogue,
    "report_regime": report_regime,
    "data_form": data_form,
    "kpi_set": kpi_set,
    "kpi_groups": kpi_groups,
    "kpi_disaggregations": kpi_disaggregations,
    "list_data": list_data,
}
