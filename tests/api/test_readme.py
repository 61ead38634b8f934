"""The README's first screen is true: its commands are run, its answers are what came back."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.served import Served, read, run, served

__all__ = ["served"]

README = Path(__file__).resolve().parents[2] / "README.md"
EXAMPLE = re.compile(
    r"<!-- tested -->\n```sh\n(?P<command>.*?)```\n```json\n(?P<answer>.*?)```", re.DOTALL
)

#: Members that tell when the answer was made.
VOLATILE = {"as_of"}


class Example(NamedTuple):
    """A command of the README and the answer that it shows."""

    command: str
    answer: Any


def examples() -> list[Example]:
    found = EXAMPLE.finditer(README.read_text(encoding="utf-8"))
    return [Example(match["command"], read(match["answer"])) for match in found]


def steady(answer: Any) -> Any:
    """Give an answer without what differs from one time to the next."""
    return {name: "…" if name in VOLATILE else value for name, value in answer.items()}


@pytest.mark.committed
def test_the_readmes_commands_give_the_readmes_answers(served: Served) -> None:
    """A newcomer pastes them in their order and sees what the README shows."""
    shown = examples()

    answers = [read(run(example.command, served)) for example in shown]

    assert len(shown) == 3
    assert [steady(answer) for answer in answers] == [steady(example.answer) for example in shown]


def test_the_first_screen_is_a_sentence_and_two_commands() -> None:
    """A newcomer needs no more than that to begin."""
    first = README.read_text(encoding="utf-8").split("\n```\n")[0]

    assert len(first.splitlines()) < 10
    assert re.findall(r"^make \w+", first, re.MULTILINE) == ["make run", "make test"]
