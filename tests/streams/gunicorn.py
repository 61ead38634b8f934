"""The service as it runs: a gunicorn worker on a port of its own, looked at from outside."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from tests.callers import BASE
from tests.postgres import PROJECT


class Worker:
    """A service of one process and two threads, and a token to ask with."""

    def __init__(self, url: str, token: str) -> None:
        self.token = token
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        program = Path(sys.executable).with_name("gunicorn")
        self._master = subprocess.Popen(
            [program, "--config", "gunicorn.conf.py", "wsgi:app"],
            cwd=PROJECT,
            env={
                "PATH": os.environ["PATH"],
                "DATABASE_URL": url,
                "PORT": str(self.port),
                "INDICATORS_WORKERS": "1",
                "INDICATORS_THREADS": "2",
            },
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    @contextmanager
    def asked(self, path: str, **headers: str) -> Iterator[HTTPResponse]:
        """Send a question and give the answer, its body not yet read; then the line is cut."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", f"{BASE}{path}", headers=self._headers(headers))
            with connection.getresponse() as answer:
                yield answer

    def read(self, path: str, **headers: str) -> bytes:
        """Give the whole body of a good answer."""
        with self.asked(path, **headers) as answer:
            assert answer.status == 200
            return answer.read()

    def ask_and_leave(self, path: str) -> bytes:
        """Send a question, read the first bytes of the answer and cut the line."""
        lines = [f"GET {BASE}{path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {said}" for name, said in self._headers({}).items()]
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
            line.sendall("\r\n".join([*lines, "", ""]).encode())
            return line.recv(4096)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): said for name, said in more.items()}
        return {"Authorization": f"Bearer {self.token}", **named}

    @property
    def pid(self) -> int:
        """The process that answers."""
        children = Path(f"/proc/{self._master.pid}/task/{self._master.pid}/children").read_text()
        return int(children.split()[0])

    def forget_peak(self) -> int:
        """Begin to measure the most memory that the worker has; give what it has now, in bytes."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        return self._memory("VmRSS")

    def peak(self) -> int:
        """Give the most memory that the worker had since, in bytes."""
        return self._memory("VmHWM")

    def _memory(self, name: str) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        (line,) = (line for line in lines if line.startswith(name))
        return int(line.split()[1]) * 1024

    def stop(self) -> None:
        """Stop the service."""
        self._master.terminate()
        self._master.wait(timeout=30)


@contextmanager
def worker(url: str, token: str) -> Iterator[Worker]:
    """Serve a database until the block ends."""
    started = Worker(url, token)
    try:
        wait_until(lambda: _is_ready(started))
        yield started
    finally:
        started.stop()


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, for half a minute at most."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def _is_ready(started: Worker) -> bool:
    try:
        return bool(started.read("/me"))
    except OSError:
        return False
