"""`indicators-api certificates`: add, list, revoke, and make one for trying out."""

import os
from pathlib import Path

import click

from indicators_api.cli.jurisdictions import (
    chosen,
    each_jurisdiction,
    one_jurisdiction,
    the_one,
    titled,
)
from indicators_api.cli.opening import operator, reading, wall_clock, writing
from indicators_api.security import certificates as service
from indicators_api.security import x509


@click.group()
def certificates() -> None:
    """Register, list and revoke certificates that signatures are verified by."""


@certificates.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", help="Code of the unit whose it is.")
@click.option("--partner", help="Code of the partner whose it is.")
@one_jurisdiction
def add(file: Path, *, unit: str | None, partner: str | None, jurisdiction: str | None) -> None:
    """Register the certificate in FILE (PEM, without its private key); prints its fingerprint."""
    pem, at = file.read_text(encoding="utf-8", errors="replace"), wall_clock()
    with writing() as session:
        author = operator(the_one(session, jurisdiction).id)
        made = service.register(session, author, pem, unit=unit, partner=partner, at=at)
    click.echo(made.fingerprint)


@certificates.command("list")
@each_jurisdiction
def list_command(*, jurisdiction: str | None) -> None:
    """List all certificates ever registered."""
    at = wall_clock()
    with reading() as session:
        for one in titled(chosen(session, jurisdiction)):
            for each in service.list_all(session, one.id, service.Filter(), at=at):
                days = f"{each.valid_from:%Y-%m-%d} {each.valid_to:%Y-%m-%d}"
                owner, state = each.unit or each.partner, "revoked" if each.revoked_at else days
                click.echo(f"{each.fingerprint} {owner:14} {state:21} {each.subject}")


@certificates.command()
@click.argument("fingerprint")
@one_jurisdiction
def revoke(fingerprint: str, *, jurisdiction: str | None) -> None:
    """Revoke a certificate by its FINGERPRINT, with colons or without; effective at once."""
    plain, at = fingerprint.replace(":", "").lower(), wall_clock()
    with writing() as session:
        author = operator(the_one(session, jurisdiction).id)
        service.revoke(session, author, plain, at=at)
    click.echo(f"The certificate {plain} is revoked.")


@certificates.command("new-key")
@click.option("--subject", required=True, help="Name of who signs.")
@click.option("--days", type=click.IntRange(1, 3650), required=True, help="How long it is valid.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="File for the key and its certificate; made, never overwritten.",
)
def new_key(*, subject: str, days: int, out: Path) -> None:
    """Make a key and a certificate signed by itself, for demonstrations and tests.

    The file holds both and is readable by its owner only; the certificate alone is printed.
    """
    try:
        secret, certificate = x509.self_signed(subject, days=days, at=wall_clock())
    except ValueError as error:
        raise click.BadParameter("From 1 to 64 bytes.", param_hint="--subject") from error
    try:
        opened = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.BadParameter(f"{out}: {error.strerror}.", param_hint="--out") from error
    with os.fdopen(opened, "w", encoding="ascii") as file:
        file.write(secret + certificate)
    click.echo(certificate, nl=False)
