"""Lines put together into pieces of a size that is worth sending. Pure."""

from collections.abc import Iterable, Iterator

#: In bytes. The first piece is small, so that it leaves soon.
FIRST, USUAL = 8_192, 65_536


def pieces(head: bytes, lines: Iterable[bytes], end: bytes) -> Iterator[bytes]:
    """Give a head and lines, each with an end behind it, in pieces of whole lines.

    The same lines make the same pieces, however slowly they come: what is compressed piece by piece
    is then the same to the byte, as a strong ETag says. Nothing at all is one empty piece.
    """
    waiting, size, enough = [], len(head), FIRST
    for line in lines:
        waiting.append(line)
        size += len(line) + len(end)
        if size >= enough:
            yield head + end.join([*waiting, b""])
            head, waiting, size, enough = b"", [], 0, USUAL
    yield head + end.join([*waiting, b""])
