"""How far the demonstration is: a bar on a terminal, lines of text elsewhere."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click

T = TypeVar("T")

#: Lines of text for each run through.
_LINES = 4


def shown(items: Iterable[T], label: str, length: int) -> Iterator[T]:
    """Give the items on and show how many of them have come."""
    if not sys.stdout.isatty():
        yield from _in_lines(items, label, length)
        return
    with click.progressbar(items, length=length, label=label, show_pos=True) as bar:
        yield from bar


def _in_lines(items: Iterable[T], label: str, length: int) -> Iterator[T]:
    marks = {length * n // _LINES for n in range(1, _LINES + 1)}
    for count, item in enumerate(items, start=1):
        yield item
        if count in marks:
            click.echo(f"{label} {count}/{length}")
