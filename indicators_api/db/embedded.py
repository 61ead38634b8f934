"""A private PostgreSQL for one project, for `make run` and the tests; production has its own.

It listens on a Unix socket only, in a folder that its owner (and root) alone can enter, so
connections need no password. A running server of the data folder is adopted: it outlives its
starter, also one that was killed. What a killed server leaves behind (pid file, socket, half-made
data) is cleared at the next start.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from indicators_api.db.embedded_process import (
    PORT,
    START_LIMIT,
    STOP_LIMIT,
    clear_remains,
    launch,
    postmaster,
    read_pid_file,
    remove_socket_folder,
    running_socket,
    socket_folder,
    wait,
    wait_until_ready,
    works_in,
)
from indicators_api.db.embedded_programs import (
    CALLER,
    SHARED_HOME,
    Account,
    EmbeddedError,
    account_for,
    can_own_folders_in,
    make_folder,
    nobody,
    programs_for,
)

__all__ = [
    "EmbeddedError",
    "Server",
    "create_database",
    "data_folder",
    "remove",
    "running",
    "start",
    "stop",
]

#: Superuser of the private server; the only role that it has.
ROLE = "indicators_api"

#: For a small machine that does other work too; durability stays as PostgreSQL has it (fsync on).
SETTINGS: Mapping[str, str] = {
    "shared_buffers": "256MB",  # twice the default: two years of figures and their indexes
    "work_mem": "16MB",  # roll-ups of 649 indicators sort in memory
    "random_page_cost": "1.1",  # solid state disks
    "jit": "off",  # compiling costs more than these short queries take
    "log_checkpoints": "off",  # a line each five minutes would be all the log holds
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Server:
    """A running private server."""

    data: Path
    #: The folder that holds the socket; a client's `host`.
    socket: Path
    #: True when it was already running.
    adopted: bool

    def url(self, database: str) -> str:
        """Give a database's plain libpq URL; with the port, because PGPORT would change it.

        A name that must be quoted in a URL is for libpq alone: SQLAlchemy takes it as it stands.
        """
        host = quote(str(self.socket), safe="")
        return f"postgresql://{ROLE}@/{quote(database, safe='')}?host={host}&port={PORT}"


def data_folder(project: Path, name: str) -> Path:
    """Where a project's server keeps its data: `.data/NAME` in the project.

    Below /var/lib/indicators-api for root in a project that `nobody` can't work in. Data that
    exists stays where it is.
    """
    project = project.resolve()
    inside = project / ".data" / name
    if os.geteuid() != 0 or (inside / "PG_VERSION").exists():
        return inside
    key = hashlib.sha256(os.fsencode(project)).hexdigest()[:12]
    outside = SHARED_HOME / f"{project.name[:24]}-{key}" / name
    if (outside / "PG_VERSION").exists() or not _nobody_can_work_in(inside.parent):
        return outside
    return inside


def start(folder: Path, *, settings: Mapping[str, str] = {}) -> Server:
    """Return the folder's server, ready for connections; started, and its data made, if need be.

    `settings` are PostgreSQL's, over those of this module; a server that already runs keeps its
    own. Raises EmbeddedError, with the end of the server's log where there is one.
    """
    try:
        with _only_starter(folder) as data:
            if socket := running_socket(data):
                return Server(data, socket, adopted=True)
            pid = _start_anew(data, {**SETTINGS, **settings})
            return Server(data, wait_until_ready(data, pid), adopted=False)
    except OSError as error:
        raise EmbeddedError(f"PostgreSQL can't be started in {folder}: {error}.") from error


def running(folder: Path) -> Server | None:
    """Give the folder's server if it runs; None, and nothing is started, if not."""
    data = folder.resolve()
    socket = running_socket(data) if data.is_dir() and os.access(data, os.X_OK) else None
    return Server(data, socket, adopted=True) if socket else None


def stop(folder: Path) -> None:
    """Shut the folder's server down and wait until it is gone; open transactions are rolled back.

    Does nothing without a running one; signals no process but the folder's own server.
    """
    if not folder.is_dir():
        return
    with _only_starter(folder) as data:
        pid = postmaster(data)
        if pid is None:
            return
        last = read_pid_file(data)
        os.kill(pid, signal.SIGINT)
        wait(lambda: not works_in(pid, data), STOP_LIMIT, f"PostgreSQL ({pid}) didn't stop")
        remove_socket_folder(data, last)


def remove(folder: Path) -> None:
    """Stop the folder's server and delete its data for good; does nothing without any."""
    stop(folder)
    if folder.is_dir():
        shutil.rmtree(folder.resolve())


def create_database(server: Server, name: str) -> None:
    """Create a database unless it exists."""
    psql = programs_for(CALLER) / "psql"
    query = (
        "SELECT format('CREATE DATABASE %I', :'name')"
        " WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec\n"
    )
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose"]
    answer = CALLER.run([psql, *options, f"--set=name={name}", server.url("postgres")], stdin=query)
    # 42P04 and 23505: somebody else has just created it.
    if answer.returncode and not any(code in answer.stderr for code in ("42P04", "23505")):
        raise EmbeddedError(f"The database {name} can't be created: {answer.stderr.strip()}")


def _nobody_can_work_in(folder: Path) -> bool:
    """Whether `nobody` can have data in a folder; made if missing, and left there if so."""
    existed = folder.is_dir()
    try:
        make_folder(folder)
    except OSError:
        return False
    can = can_own_folders_in(folder, nobody())
    if not can and not existed:
        folder.rmdir()
    return can


@contextlib.contextmanager
def _only_starter(folder: Path) -> Iterator[Path]:
    """Hold the lock of all that start or stop a folder's server; give its path without links.

    The kernel frees it when the holder dies, however that happens.
    """
    data = folder.resolve()
    make_folder(data.parent)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    lock = os.open(data.parent / f".{data.name}.lock", flags, mode=0o600)
    try:
        wait(lambda: _takes(lock), START_LIMIT, f"Another start or stop in {data} didn't end")
        if data.exists() and not os.access(data, os.X_OK):
            raise EmbeddedError(f"{data} is another user's: start as that user, or as root.")
        yield data
    finally:
        os.close(lock)


def _takes(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _start_anew(data: Path, settings: Mapping[str, str]) -> int:
    """Start a server where none is running, return its process id."""
    account = account_for(data)
    if not (data / "PG_VERSION").exists():
        _initialise(data, account)
    clear_remains(data)
    socket = socket_folder(data, account)
    return launch(data, account, {**settings, "unix_socket_directories": f'"{socket}"'})


def _initialise(data: Path, account: Account) -> None:
    """Make the data in a folder beside its place and move it there when complete."""
    if data.exists() and any(data.iterdir()):
        raise EmbeddedError(f"{data} holds something that is not PostgreSQL's data: move it away.")
    for leftover in data.parent.glob(f".{data.name}.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=f".{data.name}.new-", dir=data.parent))
    account.take(work)
    # LANG must not decide: under C the trigram index would drop Vietnamese letters.
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
    options = ["--encoding=UTF8", *locale, "--auth=trust", f"--username={ROLE}"]
    answer = account.run([programs_for(account) / "initdb", *options, "-D", work])
    if answer.returncode:
        shutil.rmtree(work, ignore_errors=True)
        raise EmbeddedError(f"PostgreSQL's data can't be made in {data}: {answer.stderr.strip()}")
    work.rename(data)
    _sync(data.parent)


def _sync(folder: Path) -> None:
    """Make a rename in the folder last through a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
