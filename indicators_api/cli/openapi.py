"""`indicators-api openapi`: write the contract."""

import sys
from pathlib import Path

import click

from indicators_api.api import json
from indicators_api.api.rest import document
from indicators_api.app import create_app
from indicators_api.config import from_environment

FILE = Path(__file__).resolve().parents[2] / "openapi" / "openapi.json"


@click.group()
def openapi() -> None:
    """Write the OpenAPI document."""


@openapi.command()
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 when the file is stale.")
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), default=FILE)
def write(*, check: bool, file: Path) -> None:
    """Write openapi/openapi.json from the code."""
    text = contract()
    if not check:
        file.write_text(text, encoding="utf-8")
        click.echo(f"Written: {file.name}")
        return
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        click.echo("openapi/openapi.json is stale: run `make openapi`.", err=True)
        sys.exit(1)


def contract() -> str:
    """Give the document's text; no database is asked."""
    app = create_app(from_environment({"DATABASE_URL": "postgresql://nowhere/none"}))
    return json.pretty(document(app))
