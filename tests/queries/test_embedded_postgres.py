"""The private PostgreSQL of `make run`: found again, adopted, and back after any kill."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from indicators_api.db import embedded, embedded_process
from indicators_api.db.embedded_programs import (
    Account,
    account_for,
    make_folder,
    nobody,
    programs_for,
)

SETTINGS = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "10"}


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A short path that every account reaches, unlike pytest's own below root's."""
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    folder.chmod(0o755)
    yield folder
    for data in folder.rglob("PG_VERSION"):
        if "base" not in data.parts:
            embedded.stop(data.parent)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def data(place: Path) -> Path:
    """Data made once, since that takes a second; a test may stop or kill its server."""
    embedded.start(place / "postgres", settings=SETTINGS)
    return place / "postgres"


def start(folder: Path) -> embedded.Server:
    """Start it small and without waiting for the disk."""
    return embedded.start(folder, settings=SETTINGS)


def ask(server: embedded.Server, query: str, database: str = "postgres") -> object:
    """Give the one value that a query answers."""
    with psycopg.connect(server.url(database), autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def kill(data: Path) -> None:
    """`kill -9` of the server; it may take a moment to be gone."""
    pid = embedded_process.postmaster(data)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def test_it_answers_in_vietnamese_whatever_lang_says(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Collation and case rules are PostgreSQL's own, UTF-8, not those of the machine."""
    monkeypatch.setenv("LANG", "C")

    assert ask(start(data), "SELECT lower('ĐẶC KHU')") == "đặc khu"


def test_no_other_account_reaches_its_socket(data: Path) -> None:
    """The socket asks for no password, so its folder is closed."""
    server = start(data)

    assert server.socket.stat().st_mode & 0o077 == 0
    assert ask(server, "SHOW listen_addresses") == ""


def test_a_running_server_is_adopted(data: Path) -> None:
    """A second start finds the first one's server."""
    began = ask(start(data), "SELECT pg_postmaster_start_time()")

    again = start(data)

    assert again.adopted
    assert ask(again, "SELECT pg_postmaster_start_time()") == began


def test_two_starters_at_once_get_one_server(data: Path) -> None:
    """Whoever comes second adopts."""
    embedded.stop(data)

    with ThreadPoolExecutor(2) as pool:
        servers = list(pool.map(start, [data, data]))

    assert sorted(server.adopted for server in servers) == [False, True]


def test_a_database_is_created_once(data: Path) -> None:
    """Any name is taken literally."""
    server = start(data)

    embedded.create_database(server, 'Trà "Vinh"')
    embedded.create_database(server, 'Trà "Vinh"')

    assert ask(server, "SELECT current_database()", 'Trà "Vinh"') == 'Trà "Vinh"'


def test_a_stopped_server_is_gone_and_its_data_found_again(data: Path) -> None:
    """Stopping twice is no fault."""
    server = start(data)
    embedded.create_database(server, "kept")

    embedded.stop(data)
    embedded.stop(data)

    assert embedded_process.postmaster(data) is None
    assert ask(start(data), "SELECT 1 FROM pg_database WHERE datname = 'kept'") == 1


def test_a_killed_server_comes_back_with_what_was_committed(data: Path) -> None:
    """`kill -9` of the server leaves its lock files behind."""
    server = start(data)
    embedded.create_database(server, "committed")

    kill(data)
    again = start(data)

    assert not again.adopted
    assert ask(again, "SELECT 1 FROM pg_database WHERE datname = 'committed'") == 1


def test_a_pid_that_is_another_process_now_is_left_alone(data: Path) -> None:
    """After a reboot the number in the lock files belongs to anything, even of the same account."""
    start(data)
    kill(data)
    while embedded_process.postmaster(data):
        time.sleep(0.01)
    owner = data.stat()
    with subprocess.Popen(["/bin/sleep", "60"], user=owner.st_uid) as other:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            lines = (data / name).read_text().splitlines()
            (data / name).write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")

        embedded.stop(data)
        server = start(data)

        assert other.poll() is None
        other.kill()
    assert ask(server, "SELECT 1") == 1


def test_an_interrupted_making_of_data_is_done_again_and_a_long_path_works(
    place: Path, data: Path
) -> None:
    """The data is complete or not there; a socket's path ends at 107 bytes."""
    folder = place / ("long path, " + "x" * 100) / "postgres"
    leftover = folder.parent / ".postgres.new-killed"
    make_folder(leftover)
    (leftover / "PG_VERSION").write_text("18\n")

    server = start(folder)

    assert ask(server, "SELECT 1") == 1
    assert not leftover.exists()
    assert server.socket != folder
    assert server.socket.stat().st_mode & 0o077 == 0
    assert ask(start(data), "SELECT 1") == 1, "the other project's server runs beside it"
    embedded.remove(folder)
    assert not server.socket.exists()


def test_a_folder_with_something_else_is_refused(place: Path) -> None:
    """Nothing of somebody else's is overwritten."""
    folder = place / "letters"
    folder.mkdir(exist_ok=True)
    (folder / "to the governor").write_text("Dear Sir")

    with pytest.raises(embedded.EmbeddedError, match="move it away"):
        start(folder)


def test_a_failed_start_shows_the_end_of_the_log(data: Path) -> None:
    """The sentence has what PostgreSQL said."""
    embedded.stop(data)

    with pytest.raises(
        embedded.EmbeddedError, match='unrecognized configuration parameter "wishes"'
    ):
        embedded.start(data, settings={"wishes": "three"})


def run_as(account: Account, call: Callable[[], None]) -> None:
    """Run it in a process of another account, which needs no right to reach this Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pytest's threads don't matter to it
        child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setresgid(account.group, account.group, account.group)
            os.setresuid(account.user, account.user, account.user)
            call()
            status = 0
        except BaseException:  # noqa: BLE001 - the child must never go on as a second pytest
            traceback.print_exc()
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


if os.geteuid() == 0:

    def test_root_runs_it_as_nobody(data: Path) -> None:
        """PostgreSQL refuses to be root."""
        start(data)

        pid = embedded_process.postmaster(data)

        assert Path(f"/proc/{pid}").stat().st_uid == nobody().user

    def test_root_keeps_data_outside_of_a_project_that_nobody_reaches(place: Path) -> None:
        """The same folder each time, another one for another project."""
        project = place / "closed"
        project.mkdir(mode=0o700)

        folder = embedded.data_folder(project, "postgres")

        assert folder == embedded.data_folder(project, "postgres")
        assert folder.is_relative_to("/var/lib/indicators-api")
        assert folder != embedded.data_folder(project, "test")
        assert folder != embedded.data_folder(place, "postgres")

    def test_root_keeps_data_in_a_project_that_nobody_reaches(place: Path) -> None:
        """Also under root's strict umask."""
        project = place / "open"
        make_folder(project)
        before = os.umask(0o077)
        try:
            assert embedded.data_folder(project, "postgres") == project / ".data" / "postgres"
        finally:
            os.umask(before)

    # Where the account can't reach this .venv, an ordinary user would have one of their own.
    if not programs_for(nobody()).is_relative_to("/var/lib/indicators-api"):

        def test_an_ordinary_user_runs_it_and_root_goes_on_with_their_data(place: Path) -> None:
            """Root neither takes the data nor makes it unusable for its owner."""
            entry = pwd.getpwnam("daemon")
            user = Account(entry.pw_uid, entry.pw_gid)
            project = place / "theirs"
            make_folder(project)
            user.take(project)
            folder = project / ".data" / "postgres"

            def start_as_user() -> None:
                assert embedded.data_folder(project, "postgres") == folder
                assert ask(start(folder), "SELECT 1") == 1

            run_as(user, start_as_user)
            assert start(folder).adopted
            embedded.stop(folder)
            assert account_for(folder) == user
            assert not start(folder).adopted
            run_as(user, lambda: embedded.remove(folder))

            assert not folder.exists()
