"""The worker among several jurisdictions: none waits for another, none fails for one."""

import logging
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from indicators_api.addresses import Allowed
from indicators_api.db.session import Database
from indicators_api.exchange import worker
from indicators_api.exchange.worker import Duty, Settings
from indicators_api.outbox import queue
from tests.callers import Clock
from tests.conftest import NOW
from tests.jurisdictions.conftest import Installation
from tests.jurisdictions.provinces import ALPHA, BETA

#: Nothing is delivered in these tests.
NOBODY = Allowed.read([])


def test_a_stream_waits_for_none_of_another_jurisdiction(installation: Installation) -> None:
    """Outbox: partner and stream are equal, and still two lines."""
    alpha = installation.provinces[ALPHA].id
    with installation.database.writing() as session:
        session.execute(
            text("UPDATE delivery SET state = 'dead' WHERE jurisdiction_id = :one"), {"one": alpha}
        )

    with installation.database.writing() as session:
        first = queue.claim(session, at=NOW)
        next_one = queue.claim(session, at=NOW, after=first)

    assert first is not None
    assert next_one is not None
    assert first.message_id == installation.addresses[BETA].package
    assert {first.jurisdiction, next_one.jurisdiction} == {installation.provinces[BETA].id}


def test_what_fails_in_one_jurisdiction_is_done_in_the_others(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """Duties: each for all, whatever becomes of it in one."""
    stop, seen = threading.Event(), []

    def work(_database: Database, _at: datetime, jurisdiction: int) -> int:
        seen.append(jurisdiction)
        if jurisdiction == installation.provinces[ALPHA].id:
            raise ValueError(jurisdiction)
        stop.set()
        return 1

    settings = Settings(installation.database, Clock(NOW), NOBODY, Path(), pace=0.001)
    with caplog.at_level(logging.CRITICAL, "indicators_api.exchange.worker"):
        worker.run(settings, [Duty("work", timedelta(days=1), work)], threads=0, stop=stop)

    assert seen == [province.id for province in installation.provinces.values()]
