"""Searching in names whatever the accents: both sides are folded the same way."""

import unicodedata


def fold(text: str) -> str:
    """Give a text in lower case without accents, one blank between words: `Đất lúa` is `dat lua`.

    The đ is a letter of its own that Unicode does not decompose, so it is replaced by hand.
    """
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.split())
