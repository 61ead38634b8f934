"""Migrations from within the program: where the database stands, and bringing it to the newest."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def configuration(url: str) -> Config:
    """Give Alembic's settings for a plain `postgresql://` URL; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option(
        "file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s"
    )
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a revision, the newest unless told."""
    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision; `base` is an empty one."""
    command.downgrade(configuration(url), revision)


@cache
def newest() -> str:
    """Name the newest revision that this software brings."""
    return ScriptDirectory.from_config(configuration("")).get_current_head() or ""


def present(session: Session) -> str | None:
    """Name the revision that the database is at. None: not migrated at all."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    return str(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
