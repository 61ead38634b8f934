"""Loading a folder of catalogue files: what the files say is what holds afterwards."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from indicators_api.audit.journal import Subject
from indicators_api.catalogue import versions
from indicators_api.catalogue.check_present import present_faults
from indicators_api.catalogue.checks import check
from indicators_api.catalogue.faults import in_cell
from indicators_api.catalogue.files import Catalogue, read
from indicators_api.catalogue.jurisdictions import id_to_load, jurisdictions
from indicators_api.catalogue.ledger import Counts, Ledger
from indicators_api.catalogue.rows import JurisdictionRow
from indicators_api.catalogue.store_areas import store_area_successions, store_areas, store_levels
from indicators_api.catalogue.store_assignments import store_assignments
from indicators_api.catalogue.store_calendar import store_calendar
from indicators_api.catalogue.store_indicators import (
    store_indicators,
    store_rules,
    store_sectors,
    store_targets,
    store_units_of_measure,
)
from indicators_api.catalogue.store_units import store_units
from indicators_api.db.session import Session
from indicators_api.errors import CatalogueInvalid, Fault, Message, mark
from indicators_api.models import Jurisdiction

#: The columns by which it is decided which units count, how many are asked and how figures add up.
_COUNTING: Mapping[str, set[str]] = {
    "area": {"parent_id", "level_code", "has_areas_below", "valid_from", "valid_to"},
    "regime": {"cut_off_day"},
    "unit": {"area_id", "level_code", "regime_id", "valid_from", "valid_to"},
    "indicator": {
        "area_aggregation",
        "time_aggregation",
        "weight_id",
        "numerator_id",
        "denominator_id",
        "factor",
        "frequency",
        "value_scope",
        "valid_from",
        "valid_to",
    },
    "assignment": {
        "unit_id",
        "indicator_id",
        "area_id",
        "value_scope",
        "frequency",
        "valid_from",
        "valid_to",
    },
}


class LoadReport(NamedTuple):
    """What a load did."""

    #: By table, in the order of loading.
    tables: Mapping[str, Counts]
    #: What has vanished from the files and stays nevertheless.
    notes: tuple[Message, ...]
    #: Whether the derived tables of the figures must be rebuilt in the same transaction.
    counting_changed: bool
    #: What the journal is to say of plans, deadlines and days that changed: by action and subject.
    told: Mapping[str, Mapping[Subject, Mapping[str, Any]]]
    #: The id of the jurisdiction that the files are of.
    jurisdiction: int

    @property
    def changed(self) -> bool:
        """Whether anything was written; if so, the catalogue has a new version."""
        return any(count.added or count.changed or count.ended for count in self.tables.values())


def load(session: Session, folder: Path, *, at: datetime, new: bool = False) -> LoadReport:
    """Bring a jurisdiction's catalogue to what the files of a folder say.

    Which one they are of stands in them; a further one of the installation must be said to be
    `new`. Loading the same files again changes nothing.

    What has vanished from the files: areas, units, indicators and assignments end on the day
    before `at`; rules become inactive; successions are deleted, while their history stays; sectors,
    units of measure, levels and regimes stay, with a note; targets stay. A changed target is a new
    version. Deadlines and days of the calendar are only added: once there, they are the
    administrators', and what the files say otherwise is a note (decision 12). Holds the catalogue
    alone until the transaction ends.

    Raises CatalogueInvalid with every fault, each with file, row and column; nothing is written.
    """
    catalogue, faults = read(folder)
    _refuse([*faults, *check(catalogue)])
    jurisdiction = _jurisdiction_of(session, catalogue.jurisdiction.rows[0], new=new)
    versions.own(session, jurisdiction)
    ledger = Ledger(session, jurisdiction, at)
    _refuse(present_faults(ledger, catalogue))
    _store_jurisdiction(ledger, catalogue)
    _store(ledger, catalogue)
    report = LoadReport(
        ledger.counts, tuple(ledger.notes), _counting_changed(ledger), ledger.told, jurisdiction
    )
    if report.changed:
        versions.grow(session, jurisdiction, at=at)
    return report


def _jurisdiction_of(session: Session, row: JurisdictionRow, *, new: bool) -> int:
    """Give whose files they are. Raises CatalogueInvalid for a jurisdiction not here and not new.

    Were they taken for the one that is here, they would end its whole catalogue.
    """
    number = id_to_load(session, row.code, new=new)
    if number is not None:
        return number
    here = ", ".join(each.code for each in jurisdictions(session))
    message = mark("It is not here; here is: %(codes)s. To add a jurisdiction, say so: --new.")
    fault = in_cell(row.place, "code", "other-jurisdiction", message, codes=here)
    raise CatalogueInvalid(
        mark("The files are of another jurisdiction; nothing was loaded."), faults=[fault]
    )


def _refuse(faults: list[Fault]) -> None:
    if faults:
        detail = mark("The catalogue has %(count)s faults; nothing was loaded.")
        raise CatalogueInvalid(detail, faults=faults, count=len(faults))


def _store(ledger: Ledger, catalogue: Catalogue) -> None:
    """Store everything, what is referred to before what refers to it."""
    store_levels(ledger, catalogue)
    areas = store_areas(ledger, catalogue)
    store_area_successions(ledger, catalogue, areas)
    regimes = store_calendar(ledger, catalogue)
    units = store_units(ledger, catalogue, areas, regimes)
    sectors = store_sectors(ledger, catalogue)
    units_of_measure = store_units_of_measure(ledger, catalogue)
    indicators = store_indicators(ledger, catalogue, sectors, units_of_measure)
    store_assignments(ledger, catalogue, areas, units, indicators)
    store_rules(ledger, catalogue)
    store_targets(ledger, catalogue, areas, indicators)


def _store_jurisdiction(ledger: Ledger, catalogue: Catalogue) -> None:
    """Store the tenant itself; its version grows with the rest."""
    row = catalogue.jurisdiction.rows[0]
    names = {"name_vi": row.name_vi, "name_en": row.name_en}
    mine = Jurisdiction.id == ledger.jurisdiction
    present = ledger.session.execute(
        select(Jurisdiction.name_vi, Jurisdiction.name_en).where(mine)
    ).one_or_none()
    if present is None:
        values = {"id": ledger.jurisdiction, "code": row.code, "catalogue_changed_at": ledger.at}
        ledger.session.execute(insert(Jurisdiction).values(**values, **names))
        counts = Counts(added=1)
    elif present._asdict() != names:
        ledger.session.execute(update(Jurisdiction).where(mine).values(**names))
        counts = Counts(changed=1)
    else:
        counts = Counts(unchanged=1)
    ledger.counts["jurisdiction"] = counts


def _counting_changed(ledger: Ledger) -> bool:
    return any(columns & ledger.touched[name] for name, columns in _COUNTING.items())
