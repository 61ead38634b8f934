"""How long a statement may take depends on what asks."""

import pytest
from sqlalchemy import Engine, text

from indicators_api.db.session import Database, Timeouts

_ALLOWED = text("SHOW statement_timeout")


@pytest.mark.parametrize(
    ("timeouts", "reading", "writing", "streaming"),
    [
        (Timeouts(), "1min", "1min", "1min"),
        (Timeouts(write=700, stream=3_600_000), "1min", "700ms", "1h"),
    ],
)
def test_each_kind_of_question_has_its_timeout(
    engine: Engine, timeouts: Timeouts, reading: str, writing: str, streaming: str
) -> None:
    """Timeouts: of the connection unless there is one for writes, for streams."""
    database, found = Database(engine, timeouts), []

    for kind in (database.writing, database.streaming, database.reading):
        with kind() as session:
            found.append(session.scalar(_ALLOWED))

    assert found == [writing, streaming, reading]
