"""Where partners' secrets are: in the operator's environment or files, never in tables.

Whoever administers partners names a secret but can't read it, nor have another one sent out: names
in the environment begin with `EXCHANGE_SECRET_`, files lie in one folder.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from indicators_api.errors import ExchangeNotReady, mark

#: What a reference looks like.
REFERENCE: Final = re.compile(
    r"env:(?P<variable>EXCHANGE_SECRET_[A-Z0-9_]{1,64})|file:(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,63})"
)


def path_of(reference: str, folder: Path) -> Path:
    """Give the file of a `file:` reference. Raises ExchangeNotReady where there is none."""
    match = REFERENCE.fullmatch(reference)
    if match is None or not match["name"] or not (folder / match["name"]).is_file():
        raise ExchangeNotReady(
            mark("There is no file for %(reference)s in the folder of secrets."),
            reference=reference,
        )
    return folder / match["name"]


def read_secret(reference: str, folder: Path, environment: Mapping[str, str] = os.environ) -> str:
    """Give a secret. Raises ExchangeNotReady where there is none, or an empty one."""
    match = REFERENCE.fullmatch(reference)
    if match is not None and match["variable"]:
        secret = environment.get(match["variable"], "")
    else:
        secret = path_of(reference, folder).read_text(encoding="utf-8").strip()
    if not secret:
        raise ExchangeNotReady(
            mark("The secret %(reference)s is not set, or empty."), reference=reference
        )
    return secret
