"""The guide to signing is true: its commands are run, by another program than ours."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.served import Served, read, run, served

__all__ = ["served"]

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "SIGNING.md"
TEXT = GUIDE.read_text(encoding="utf-8")
COMMANDS = re.findall(r"<!-- tested -->\n```sh\n(.*?)```", TEXT, re.DOTALL)
PROGRAM = re.search(r"<!-- sign.py -->\n```python\n(.*?)```", TEXT, re.DOTALL)
DOCUMENT, ANSWER = re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL)


def likeness(shown: Any, given: Any) -> Any:
    """Give an answer with `…` where the guide has that: what differs from one time to the next."""
    if shown == "…" and isinstance(given, str):
        return "…"
    if isinstance(shown, dict) and isinstance(given, dict):
        return {key: likeness(shown.get(key), value) for key, value in given.items()}
    return given


@pytest.mark.committed
def test_the_guides_commands_give_the_guides_answer(served: Served, tmp_path: Path) -> None:
    """A newcomer pastes them in their order: openssl makes the key, a program of a page signs."""
    assert PROGRAM is not None
    (tmp_path / "sign.py").write_text(PROGRAM[1], encoding="utf-8")

    answers = [run(command, served, tmp_path) for command in COMMANDS]

    shown, given = read(ANSWER), read(answers[-1])
    assert len(answers) == 3
    assert list(given) == list(shown)
    assert likeness(shown, given) == shown
    assert given["document"] == (tmp_path / "document.json").read_text(encoding="utf-8")


def test_the_guides_document_is_canonical() -> None:
    """A reader who writes it by hand writes it like this."""
    assert DOCUMENT.index('"period"') < DOCUMENT.index('"values"') < DOCUMENT.index('"version"')
    assert " " not in DOCUMENT
    assert set(read(DOCUMENT)["values"]["XH160101"]) == {
        "value",
        "missing",
        "status",
        "ytd",
        "note",
    }
