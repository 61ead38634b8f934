"""Vietnamese or English, by `Accept-Language`.

Texts are English in the code; the others are in `locale/`.
"""

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from flask import has_request_context, request

from indicators_api.errors import Message

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
DEFAULT: Language = "vi"

_FOLDER = Path(__file__).resolve().parents[1] / "locale"


def language() -> Language:
    """Give the reader's language; Vietnamese unless English is preferred."""
    if not has_request_context():
        return DEFAULT
    best = request.accept_languages.best_match(LANGUAGES, default=DEFAULT)
    return cast("Language", best)


def say(message: Message, to: Language | None = None) -> str:
    """Give a message in a language (the reader's unless told), with its parameters filled in.

    Parameters that come in both languages (`name_vi` and `name_en`) fill `name`.
    """
    speech = to or language()
    filled = dict(message.params)
    filled |= {key[:-3]: value for key, value in filled.items() if key.endswith(f"_{speech}")}
    return _translation(speech).gettext(message.text) % filled


def name_of(item: Mapping[str, Any]) -> str:
    """Choose `name_vi` or `name_en` of a catalogue item for the reader."""
    return str(item[f"name_{language()}"])


@cache
def _translation(to: Language) -> gettext.NullTranslations:
    return gettext.translation("messages", _FOLDER, languages=[to], fallback=True)
