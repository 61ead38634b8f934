"""The jurisdictions of an installation: one in a province's own, many where one serves the country.

A jurisdiction is the installation's tenant, not an area (performance.md, rule 7).
"""

from typing import NamedTuple

from sqlalchemy import text

from indicators_api.catalogue import versions
from indicators_api.db.session import Session
from indicators_api.errors import InvalidRequest, NotFound, mark

_ALL = text("SELECT id, code, name_vi, name_en FROM jurisdiction ORDER BY code")
#: No jurisdiction has it: whoever adds one holds this catalogue.
_NONE = 0


class JurisdictionFacts(NamedTuple):
    """A tenant of the installation."""

    id: int
    code: str
    name_vi: str
    name_en: str


def jurisdictions(session: Session) -> list[JurisdictionFacts]:
    """Give all jurisdictions, by code."""
    return [JurisdictionFacts(*row) for row in session.execute(_ALL)]


def chosen(session: Session, code: str | None) -> list[JurisdictionFacts]:
    """Give the one of a code, or all of them without one. Raises NotFound where there is none."""
    found = jurisdictions(session)
    if not found:
        raise NotFound(mark("No catalogue is loaded: run `indicators-api catalogue load`."))
    if code is None:
        return found
    named = [each for each in found if each.code == code]
    if not named:
        raise NotFound(
            mark("There is no jurisdiction %(code)s here; there are: %(codes)s."),
            code=code,
            codes=_codes(found),
        )
    return named


def the_one(session: Session, code: str | None) -> JurisdictionFacts:
    """Give the one of a code; without one the only one there is.

    Raises NotFound, InvalidRequest where there are several and none is named.
    """
    found = chosen(session, code)
    if len(found) > 1:
        raise InvalidRequest(
            mark("Several jurisdictions are here: name one by --jurisdiction: %(codes)s."),
            codes=_codes(found),
        )
    return found[0]


def id_to_load(session: Session, code: str, *, new: bool) -> int | None:
    """Give the id of the jurisdiction that files of a code are of, the next one for a new.

    The first one of an installation is welcome, a further one where it is said to be new. Else
    None: a misspelt code founds no province. Who is to be added waits for who is being added.
    """
    versions.own(session, _NONE)
    found = jurisdictions(session)
    number = next((each.id for each in found if each.code == code), None)
    if number is None and (new or not found):
        return max((each.id for each in found), default=_NONE) + 1
    return number


def _codes(found: list[JurisdictionFacts]) -> str:
    return ", ".join(each.code for each in found)
