"""`indicators-api certificates`: add, list, revoke, and make one for trying out."""

import os
from pathlib import Path

import click

from indicators_api.cli.opening import JURISDICTION, OPERATOR, reading, wall_clock, writing
from indicators_api.security import certificates as service
from indicators_api.security import x509


@click.group()
def certificates() -> None:
    """Register, list and revoke certificates that signatures are verified by."""


@certificates.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", help="Code of the unit whose it is.")
@click.option("--partner", help="Code of the partner whose it is.")
def add(file: Path, *, unit: str | None, partner: str | None) -> None:
    """Register the certificate in FILE (PEM, without its private key); prints its fingerprint."""
    pem, at = file.read_text(encoding="utf-8", errors="replace"), wall_clock()
    with writing() as session:
        made = service.register(session, OPERATOR, pem, unit=unit, partner=partner, at=at)
    click.echo(made.fingerprint)


@certificates.command("list")
def list_command() -> None:
    """List all certificates ever registered."""
    at = wall_clock()
    with reading() as session:
        found = service.list_all(session, JURISDICTION, service.Filter(), at=at)
    for each in found:
        days = f"{each.valid_from:%Y-%m-%d} {each.valid_to:%Y-%m-%d}"
        owner, state = each.unit or each.partner, "revoked" if each.revoked_at else days
        click.echo(f"{each.fingerprint} {owner:14} {state:21} {each.subject}")


@certificates.command()
@click.argument("fingerprint")
def revoke(fingerprint: str) -> None:
    """Revoke a certificate by its FINGERPRINT, with colons or without; effective at once."""
    plain, at = fingerprint.replace(":", "").lower(), wall_clock()
    with writing() as session:
        service.revoke(session, OPERATOR, plain, at=at)
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
