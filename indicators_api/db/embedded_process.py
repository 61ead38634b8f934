"""A private PostgreSQL's processes: which are a data folder's own, their start, their remains.

Linux only: what a process works on is read in /proc.
"""

import contextlib
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from indicators_api.db.embedded_programs import (
    Account,
    EmbeddedError,
    can_own_folders_in,
    programs_for,
)

#: Only names the socket's file: nothing listens on a network.
PORT = "5432"
SOCKET_NAME = f".s.PGSQL.{PORT}"
#: The protocol's first message of a client that asks for TLS: its length and code.
SSL_REQUEST = bytes.fromhex("00000008 04d2162f")
#: sun_path of sockaddr_un holds 108 bytes, the last one is NUL.
SOCKET_PATH_LIMIT = 107
#: Seconds; a crash recovery of a year's figures takes a few.
START_LIMIT = 120.0
#: Seconds; a fast shutdown writes one checkpoint.
STOP_LIMIT = 60.0
#: Seconds that processes of a killed server get to see for themselves that it is gone.
ORPHAN_LIMIT = 3.0
#: Bytes of log after which a start begins a new file.
LOG_LIMIT = 10_000_000


class PidFile(NamedTuple):
    """What postmaster.pid says; left behind by a killed server, it says it of the past."""

    pid: int
    socket: Path | None
    #: "starting", "ready", "stopping", or "" as long as nothing is written.
    status: str


def read_pid_file(data: Path) -> PidFile | None:
    """None when there is none, or none worth the name (the disk was full)."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="replace").splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    # Lines: pid, data folder, start time, port, socket folder, address, shared memory, status.
    lines += [""] * 8
    return PidFile(pid, Path(lines[4]) if lines[4] else None, lines[7].strip())


def postmaster(data: Path) -> int | None:
    """Give the running server's process id; None without one, whatever a pid file says."""
    found = read_pid_file(data)
    return found.pid if found and works_in(found.pid, data) else None


def running_socket(data: Path) -> Path | None:
    """Give the socket folder of the running server once it answers; None without one.

    One that is starting is waited for, one that is stopping or was just killed until it is gone.
    """
    deadline = time.monotonic() + START_LIMIT
    while postmaster(data) is not None:
        found = read_pid_file(data)
        if found and found.status == "ready" and found.socket and _answers(found.socket):
            return found.socket
        if time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL in {data} runs and doesn't answer:\n{_log_tail(data)}")
        time.sleep(0.02)
    return None


def _answers(folder: Path) -> bool:
    """Whether the server behind a socket does what only a live one can: refuse TLS."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(folder / SOCKET_NAME))
            connection.sendall(SSL_REQUEST)
            return connection.recv(1) == b"N"
        except OSError:
            return False


def works_in(pid: int, data: Path) -> bool:
    """Whether a process is a PostgreSQL of the data folder: they all work in that very folder.

    A pid alone proves nothing: after a crash or reboot it may be anything of the same account.
    """
    process = Path("/proc") / str(pid)
    try:
        program = (
            (process / "exe").readlink().name
        )  # "postgres (deleted)" after an upgrade of the wheel
        return program.startswith("postgres") and (process / "cwd").samefile(data)
    except OSError:
        return False


def _processes(data: Path) -> list[int]:
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return [pid for pid in numbers if works_in(pid, data)]


def clear_remains(data: Path) -> None:
    """End what a killed server left running on the data, then remove its lock files and socket.

    PostgreSQL itself believes a lock file whose number the same account has got again, or belongs
    to a zombie, and doesn't start. With no process left on the data, it protects nothing.
    """
    with contextlib.suppress(EmbeddedError):
        wait(lambda: not _processes(data), ORPHAN_LIMIT, "Processes of a killed server go on")
    for pid in _processes(data):
        os.kill(pid, signal.SIGKILL)
    wait(lambda: not _processes(data), ORPHAN_LIMIT, "Processes of a killed server can't be ended")
    remove_socket_folder(data, read_pid_file(data))
    for name in ("postmaster.pid", SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        (data / name).unlink(missing_ok=True)


def socket_folder(data: Path, account: Account) -> Path:
    """Give the data folder, its owner's alone, or a temporary one if no socket can lie there."""
    if _fits(data):
        return data
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - mkdtemp is safe
        if _fits(parent / "indicators-api-12345678") and can_own_folders_in(parent, account):
            folder = Path(tempfile.mkdtemp(prefix="indicators-api-", dir=parent))
            account.take(folder)
            return folder
    raise EmbeddedError(f"No socket can lie in {data}, its path is too long, nor in /tmp.")


def _fits(folder: Path) -> bool:
    """Whether the kernel takes the socket's path, and URLs its folder (they part at , and :)."""
    path = f"{folder}/{SOCKET_NAME}"
    return len(os.fsencode(path)) <= SOCKET_PATH_LIMIT and not set(path) & set(',:"\\')


def remove_socket_folder(data: Path, last: PidFile | None) -> None:
    """Remove the temporary folder of a server that is gone; any other folder stays."""
    folder = last.socket if last else None
    if folder and folder != data and folder.name.startswith("indicators-api-"):
        shutil.rmtree(folder, ignore_errors=True)


def launch(data: Path, account: Account, settings: Mapping[str, str]) -> int:
    """Start postgres detached from this process, return its process id.

    A shell in between, gone at once, makes init its parent: as our child it would stay a zombie.
    """
    log = data / "server.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(data / "server.log.1")
    every = {"listen_addresses": "", "port": PORT, **settings}
    arguments = [word for name, value in every.items() for word in ("-c", f"{name}={value}")]
    detach = '"$@" >>"$0" 2>&1 </dev/null & echo $!'
    postgres = programs_for(account) / "postgres"
    answer = account.run(["/bin/sh", "-c", detach, log, postgres, "-D", data, *arguments])
    if answer.returncode or not answer.stdout.strip().isdecimal():
        raise EmbeddedError(f"PostgreSQL can't be started in {data}: {answer.stderr.strip()}")
    return int(answer.stdout)


def wait_until_ready(data: Path, pid: int) -> Path:
    """Wait until the server takes connections, return its socket's folder."""
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        found = read_pid_file(data)
        if found and found.pid == pid and found.status == "ready" and found.socket:
            return found.socket
        if not _is_alive(pid):
            raise EmbeddedError(
                f"PostgreSQL in {data} ended at its start. Its log:\n{_log_tail(data)}"
            )
        time.sleep(0.02)
    raise EmbeddedError(
        f"PostgreSQL in {data} isn't ready after {START_LIMIT:.0f} s:\n{_log_tail(data)}"
    )


def _is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody fetched does not."""
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] not in {"Z", "X"}


def _log_tail(data: Path) -> str:
    try:
        return "\n".join((data / "server.log").read_text(errors="replace").splitlines()[-12:])
    except OSError:
        return "(none)"


def wait(done: Callable[[], bool], limit: float, failure: str) -> None:
    """Look until it is done; after `limit` seconds raise EmbeddedError."""
    deadline = time.monotonic() + limit
    while not done():
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{failure} within {limit:.0f} seconds.")
        time.sleep(0.02)
