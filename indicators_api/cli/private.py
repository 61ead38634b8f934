"""The private PostgreSQL of `make run`.

Started, adopted by other commands, stopped with the last service.
"""

import fcntl
import os
from pathlib import Path

from indicators_api.db import embedded

PROJECT = Path(__file__).resolve().parents[2]
DATABASE = "indicators"

#: For gunicorn: the folder of the server to stop when the service ends.
FOLDER_VARIABLE = "PRIVATE_POSTGRES_FOLDER"
#: For gunicorn: the open file whose shared lock says that a service uses the server.
USERS_VARIABLE = "PRIVATE_POSTGRES_USERS"


def folder() -> Path:
    """Where the project's server keeps its data."""
    return embedded.data_folder(PROJECT, "postgres")


def start() -> str:
    """Start or adopt the server and give the URL of its database, made if need be."""
    server = embedded.start(folder())
    embedded.create_database(server, DATABASE)
    return server.url(DATABASE)


def running_url() -> str | None:
    """Give the URL of the database when the server runs, without starting it. None: it does not."""
    server = embedded.running(folder())
    return server.url(DATABASE) if server else None


def use() -> None:
    """Say that the server is used, as long as this process and the gunicorn it becomes live."""
    users = os.open(folder().parent / ".postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)
    os.set_inheritable(users, True)
    os.environ[FOLDER_VARIABLE] = str(folder())
    os.environ[USERS_VARIABLE] = str(users)


def release() -> None:
    """Stop the server unless another service uses it.

    Gunicorn's master calls it at the very end.
    """
    if FOLDER_VARIABLE not in os.environ:
        return
    users = int(os.environ[USERS_VARIABLE])
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    embedded.stop(Path(os.environ[FOLDER_VARIABLE]))
