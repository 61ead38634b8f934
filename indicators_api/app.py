"""The application: what is switched on, in order."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from flask import Flask
from werkzeug.routing import BaseConverter, UnicodeConverter, ValidationError

from indicators_api.api import context, envelope, pages, problems, webhooks
from indicators_api.api.fields import CODE, read_day
from indicators_api.api.json import ExactProvider
from indicators_api.api.resources import (
    aggregates,
    bulletin,
    calendar,
    catalogue,
    certificates,
    changes,
    completeness,
    corrections,
    deadlines,
    deliveries,
    health,
    inbox,
    indicators,
    me,
    observations,
    operations_centre,
    packages,
    partners,
    reports,
    sending,
    sharing,
    subscriptions,
    thresholds,
    units,
    versions,
)
from indicators_api.api.rest import make_api
from indicators_api.config import Config
from indicators_api.db.engine import make_engine
from indicators_api.db.replica import Replica
from indicators_api.db.session import Database, Timeouts
from indicators_api.exchange.seals import signer_of
from indicators_api.periods import Period

#: The groups of calls, in the order of the documentation.
GROUPS = (
    reports,
    sending,
    versions,
    corrections,
    aggregates,
    bulletin,
    operations_centre,
    thresholds,
    observations,
    completeness,
    changes,
    units,
    indicators,
    catalogue,
    calendar,
    deadlines,
    partners,
    subscriptions,
    deliveries,
    certificates,
    sharing,
    packages,
    inbox,
    me,
)

DESCRIPTION = """\
The open reporting system that a province runs on: reporting units send monthly values of
socio-economic indicators, and the operations centre pulls exact, fresh figures rolled up by level.

Send a token with every call: `Authorization: Bearer <token>`. Every error is a problem (RFC 9457)
that names all faults at once. Values are exact decimals, as JSON numbers or strings. Rows in great
number come as CSV or JSON lines: streamed, compressed by zstd or gzip when asked. What shares data
is logged: when, who, what was asked, what was answered (Decree 47/2020/NĐ-CP, article 45).
"""


class CodeConverter(UnicodeConverter):
    """A code in an address, and all else that is written like one."""

    def to_python(self, value: str) -> str:
        """Read it; what is none (a NUL would be a fault of the database) is an unknown address."""
        if not CODE.fullmatch(value):
            raise ValidationError
        return value


class PeriodConverter(BaseConverter):
    """A period in an address."""

    def to_python(self, value: str) -> Period:
        """Read it; what is none makes the address unknown."""
        try:
            return Period.parse(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: Period) -> str:
        """Print it."""
        return str(value)


class DayConverter(BaseConverter):
    """A day in an address."""

    def to_python(self, value: str) -> date:
        """Read it; what is none makes the address unknown."""
        try:
            return read_day(value)
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: date) -> str:
        """Print it."""
        return value.isoformat()


def create_app(
    config: Config,
    *,
    database: Database | None = None,
    clock: Callable[[], datetime] = context.wall_clock,
) -> Flask:
    """Make the application; the pool opens with the first request, so a server may fork before.

    Tests bring their own database and clock.
    """
    app = Flask("indicators_api", static_folder=None)
    app.json = ExactProvider(app)
    app.url_map.strict_slashes = False
    app.url_map.converters["default"] = CodeConverter
    app.url_map.converters["period"] = PeriodConverter
    app.url_map.converters["day"] = DayConverter
    # One byte more than allowed is read, because werkzeug cuts a chunked body here without a word.
    app.config["MAX_CONTENT_LENGTH"] = config.max_body_bytes + 1
    app.extensions["indicators"] = context.Services(
        config, database or connect(config), clock, signer_of(config.signing_key)
    )
    envelope.register(app)
    problems.register(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(health.blueprint)
    api = make_api(app, DESCRIPTION)
    for group in GROUPS:
        api.register_blueprint(group.blueprint)
    webhooks.register(api)
    return app


def connect(config: Config) -> Database:
    """Give the way to the database of the settings: a connection for each thread, no more.

    Where there is a replica, one to it for each thread as well.
    """
    make = partial(
        make_engine,
        pool_size=config.threads,
        statement_timeout_ms=config.statement_timeout_ms,
        pooler=config.pooler == "transaction",
    )
    primary = make(config.database_url)
    # What needs no other timeout than the connection has is not told it again.
    write = config.write_timeout_ms
    timeouts = Timeouts(
        write=None if write == config.statement_timeout_ms else write,
        stream=config.stream_timeout_ms,
    )
    if not config.replica_url:
        return Database(primary, timeouts)
    standby = make(config.replica_url, replica=True)
    replica = Replica(standby, primary, wait=config.replica_wait_ms / 1000)
    return Database(primary, timeouts, replica=replica)
