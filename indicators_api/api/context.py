"""What a request works with: the database, the clock, the settings, the actor."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import NamedTuple, cast

from flask import current_app, g

from indicators_api.audit.journal import Author
from indicators_api.config import Config
from indicators_api.db.session import Database
from indicators_api.errors import YearArchived, mark
from indicators_api.exchange.seals import Signer
from indicators_api.periods import Period
from indicators_api.reports.desk import Who
from indicators_api.security.actors import Actor

#: Asia/Ho_Chi_Minh: no daylight saving since 1975.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def wall_clock() -> datetime:
    """The one clock: now, in Vietnam's time."""
    return datetime.now(VIETNAM)


class Services(NamedTuple):
    """What `create_app` puts into the application."""

    config: Config
    database: Database
    clock: Callable[[], datetime]
    #: How packages are signed. None: they go unsigned.
    signer: Signer | None = None


def services() -> Services:
    """Give what the application was made with."""
    return cast("Services", current_app.extensions["indicators"])


def database() -> Database:
    """Give the request's way to the database; the resource opens `reading()` or `writing()` on it.

    Until a call is authenticated, that of the whole application.
    """
    return cast("Database", g.get("database") or services().database)


def now() -> datetime:
    """Give the moment of this request.

    Read from the clock once, the same for all that the request does.
    """
    if "now" not in g:
        g.now = services().clock()
    return cast("datetime", g.now)


def actor() -> Actor:
    """Give who calls; `api/auth.py` has found out."""
    return cast("Actor", g.actor)


def demand_present(period: Period) -> None:
    """Raise YearArchived for a period of a year whose figures are put away."""
    archived = actor().archived_through
    if archived is not None and period.year <= archived:
        raise YearArchived(
            mark("The figures of %(year)s are archived, as are those of all years before."),
            year=archived,
        )


def author() -> Author:
    """Give who calls, as the journal keeps it."""
    who = actor()
    return Author(who.jurisdiction, who.token_id, who.name, cast("str", g.request_id))


def who() -> Who:
    """Give who writes, and when."""
    return Who(actor(), author(), now())
