"""Whose figures an actor sees. Source: api.md, "Roles"."""

from collections.abc import Collection, Mapping

from sqlalchemy import text

from indicators_api.db.session import Session
from indicators_api.errors import Forbidden, mark
from indicators_api.security.actors import Actor

_ABOVE = text("""
    SELECT ancestor_id FROM area_closure
    WHERE jurisdiction_id = :jurisdiction AND descendant_id = :area
""")
_INSIDE = text("""
    SELECT descendant_id FROM area_closure
    WHERE jurisdiction_id = :jurisdiction AND ancestor_id = :area
""")


def seen_areas(session: Session, actor: Actor) -> set[int]:
    """Give the ids of the areas whose figures the actor sees.

    A clerk or leader sees its own area and those above it; others their area with all in it and
    those above it.
    """
    parameters = {"jurisdiction": actor.jurisdiction, "area": actor.area_id}
    seen = set(session.scalars(_ABOVE, parameters))
    if not actor.works_in_a_unit:
        seen |= set(session.scalars(_INSIDE, parameters))
    return seen


def seen_of(session: Session, actor: Actor, area_ids: Collection[int]) -> set[int]:
    """Give those of some areas whose figures the actor sees.

    The operations centre and administrators are of the whole jurisdiction, whatever their area
    became.
    """
    if actor.role in {"operations", "administrator"}:
        return set(area_ids)
    return seen_areas(session, actor).intersection(area_ids)


def demand_visible(session: Session, actor: Actor, areas: Mapping[int, str]) -> None:
    """Raise Forbidden unless the actor sees the figures of all areas (codes by id)."""
    seen = seen_of(session, actor, areas)
    hidden = sorted(code for number, code in areas.items() if number not in seen)
    if hidden:
        raise Forbidden(
            mark(
                "This token sees figures of area %(area)s and those above it; not of: %(hidden)s."
            ),
            area=actor.area_code,
            hidden=", ".join(hidden[:20]),
        )
