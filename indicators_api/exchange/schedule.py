"""What time brings: a month's package on its day, a replacing one after a correction."""

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from indicators_api.aggregation.measures import places
from indicators_api.aggregation.spans import rests_on
from indicators_api.audit.journal import Author
from indicators_api.db.session import Database, Session
from indicators_api.errors import DomainError
from indicators_api.exchange import job as jobs
from indicators_api.exchange import outgoing, partners
from indicators_api.exchange import package_queries as queries
from indicators_api.exchange.build_data import WATCHED, says_something
from indicators_api.exchange.job import Job
from indicators_api.exchange.mapping import PartnerMapping
from indicators_api.exchange.outgoing import Plan, Prepared
from indicators_api.exchange.packages import KpiData, ReportData
from indicators_api.exchange.seals import Signer
from indicators_api.observations.versions import slice_version
from indicators_api.periods import Period, PeriodType

log = logging.getLogger(__name__)

#: What is sent for what it says; a status package goes with it, never alone.
DRIVERS: Final = ("report_data", "kpi_data")
#: A change that was begun before a package was built may be seen only after: no request lasts as
#: long as this.
_OVERLAP: Final = timedelta(hours=1)
#: Who sends, in the journal.
_WORKER: Final = "worker"


class Means(NamedTuple):
    """What packages are written and signed with. `signer` None: they go unsigned."""

    mapping: PartnerMapping
    signer: Signer | None


def send_due(database: Database, at: datetime, jurisdiction: int, means: Means) -> int:
    """Send every partner what is due, and what was corrected since; give how many packages.

    Of partners of kind `government_office` that are switched on and have a day. A month is due from
    that day on until it is sent; one without any accepted figure waits for the first. Where one
    partner's package has gaps, that is logged and the others go on. May run beside itself.
    """
    with database.reading() as session:
        jobs_found = _jobs(session, at, jurisdiction, means.mapping)
    return sum(_send(database, job, means.signer) for job in jobs_found)


def due_months(day: int, today: date, since: int, sent: Collection[Period]) -> list[Period]:
    """Give the months that are due and not sent, in order. Pure.

    A month is due from a day of its own on. The first one ever is the newest that is due; after it,
    all that follow the first one sent.
    """
    newest = Period.month(today.year, today.month)
    if today.day < day:
        newest = newest.previous
    months = [period for period in sent if period.type is PeriodType.MONTH]
    month = min(months, default=newest, key=_by_time)
    found = []
    while month.start <= newest.start:
        if month not in sent and month.year >= since:
            found.append(month)
        month = month.next
    return found


def of_itself(plan: Plan) -> Sequence[Prepared]:
    """Give what goes without anybody saying so. Pure.

    What was cancelled or refused goes again only when somebody says so, or says another thing.
    Where data is taken, nothing goes before there is any figure, nor while the data says the same.
    """
    data = [each for each in plan.packages if each.kind in DRIVERS]
    going = [each for each in plan.packages if each.reason in {"new", "changed"}]
    if not data:
        return [each for each in going if each.kind != "report_status"]
    reasons = {each.reason for each in going if each.kind in DRIVERS}
    return going if "changed" in reasons or ("new" in reasons and _any_figure(data)) else []


def _jobs(session: Session, at: datetime, jurisdiction: int, mapping: PartnerMapping) -> list[Job]:
    """Give what to look at: of each partner what is due, then what rests on something newer."""
    found = []
    for partner in partners.partners(session, jurisdiction):
        if partner.kind != "government_office" or not partner.switched_on:
            continue
        if partner.monthly_day is None:
            continue
        built = queries.last_built(session, jurisdiction, partner.id, DRIVERS)
        due = due_months(partner.monthly_day, at.date(), mapping.since, built)
        newer = [
            period
            for period, when in built.items()
            if _changed_at(session, jurisdiction, period) > when - _OVERLAP
        ]
        if due or newer:
            code, first = partner.code, [*due, *newer][0]
            job = jobs.job(session, jurisdiction, code, first, mapping=mapping, at=at)
            found += [job._replace(period=period) for period in (*due, *newer)]
    return found


def _changed_at(session: Session, jurisdiction: int, period: Period) -> datetime:
    ids = rests_on(span for _, span in places([period], WATCHED))
    return slice_version(session, jurisdiction, ids).changed_at


def _send(database: Database, job: Job, signer: Signer | None) -> int:
    """Send what is new or changed of a period, in a transaction of its own."""
    told = {"partner": job.partner.code, "period": str(job.period)}
    try:
        with database.writing() as session:
            outgoing.hold(session, job.partner.id)
            if _data_stands(session, job):
                return 0
            plan = outgoing.look(session, job)
            if plan.gaps:
                gaps = [fault.pointer for fault in plan.gaps]
                log.warning("package not sent: gaps", extra={**told, "gaps": gaps})
                return 0
            going = of_itself(plan)
            author = Author(job.jurisdiction, 0, _WORKER, None)
            outgoing.put_in(session, author, plan, going, signer=signer)
    except DomainError as error:
        log.warning("package not sent", extra={**told, "error": str(error)})
        return 0
    return len(going)


def _data_stands(session: Session, job: Job) -> bool:
    """Tell whether the data alone gives nothing to send: most of what is looked at, cheaply."""
    takes = [kind for kind in job.partner.takes if kind in DRIVERS]
    plan = outgoing.look(session, job._replace(partner=job.partner._replace(takes=takes)))
    return bool(takes) and not plan.gaps and not of_itself(plan)


def _any_figure(packages: Iterable[Prepared]) -> bool:
    return any(
        isinstance(each.content, ReportData | KpiData) and says_something(each.content)
        for each in packages
    )


def _by_time(period: Period) -> date:
    return period.start
