"""Debian's PgBouncer in transaction mode before the private PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from indicators_api.db.embedded_programs import account_for
from tests.replica import until

PROGRAM = Path("/usr/sbin/pgbouncer")
PORT = 6432
#: Fewer than the clients, so that they take turns on each.
CONNECTIONS = 3

_SETTINGS = """\
[databases]
{name} = host={host} port=5432 user={user} dbname={name}
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
"""


@contextmanager
def pooler_before(url: str) -> Iterator[str]:
    """Give the URL by which a database of the private server is reached through the pooler."""
    if not PROGRAM.exists():
        pytest.skip("PgBouncer is missing: make pgbouncer")
    if os.environ.get("DATABASE_URL"):
        pytest.skip("the pooler is put before the private PostgreSQL only, not DATABASE_URL's")
    parts = urlsplit(url)
    name, (host,) = parts.path[1:], parse_qs(parts.query)["host"]
    folder = Path(tempfile.mkdtemp(prefix="pooler-"))
    account = account_for(Path(host))
    account.take(folder)
    said = {"host": host, "user": parts.username, "name": name, "folder": folder, "port": PORT}
    file = folder / "pgbouncer.ini"
    file.write_text(_SETTINGS.format(connections=CONNECTIONS, **said), encoding="utf-8")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [PROGRAM, file], stderr=log, user=account.user, group=account.group, cwd="/"
        )
    try:
        until(lambda: (folder / f".s.PGSQL.{PORT}").exists() or process.poll() is not None)
        assert process.poll() is None, (folder / "log").read_text()
        yield f"postgresql://{parts.username}@/{name}?host={folder}&port={PORT}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)
