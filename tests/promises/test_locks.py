"""The promise of `make setup`: what pyproject.toml asks for, and nothing else, with hashes."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def entries(lock: str) -> Iterator[tuple[Requirement, list[str]]]:
    """Each requirement of a lock with its hashes."""
    text = (PROJECT / lock).read_text().replace("\\\n", " ")
    for line in text.splitlines():
        requirement, *hashes = re.split(r"\s+--hash=", line.strip())
        yield Requirement(requirement), hashes


def wanted(lock: str) -> list[Requirement]:
    """What pyproject.toml asks for; the development lock has the runtime's too."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    lines = project["project"]["dependencies"] + groups["build"]
    if lock == "requirements-dev.lock":
        lines += groups["dev"]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_satisfies_every_dependency_of_pyproject(lock: str) -> None:
    """`make lock` was run after the last change of a dependency."""
    locked = {canonicalize_name(entry.name): entry.specifier for entry, _ in entries(lock)}

    missing = [
        str(requirement)
        for requirement in wanted(lock)
        if not any(
            requirement.specifier.contains(version.version)
            for version in locked.get(canonicalize_name(requirement.name), ())
        )
    ]

    assert missing == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_one_version_with_hashes(lock: str) -> None:
    """Nobody installs anything but the files that were locked."""
    loose = [
        str(entry)
        for entry, hashes in entries(lock)
        if [pin.operator for pin in entry.specifier] != ["=="]
        or not hashes
        or not all(re.fullmatch(r"sha256:[0-9a-f]{64}", text) for text in hashes)
    ]

    assert loose == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place(lock: str) -> None:
    """Any registry, or a folder of files, may serve a lock."""
    text = (PROJECT / lock).read_text()

    assert not re.search(r"://|@ |^-", text, re.MULTILINE)


def test_both_locks_hold_the_same_versions() -> None:
    """What is tested is what runs."""
    runtime = {entry.name: entry.specifier for entry, _ in entries("requirements.lock")}
    development = {entry.name: entry.specifier for entry, _ in entries("requirements-dev.lock")}

    assert runtime.items() <= development.items()
