"""Conventions: who calls is known by a token, until it expires or is revoked."""

import base64
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from indicators_api.db.session import Database
from tests.callers import BASE, Caller, Clock, assert_problem, issue_token
from tests.factories import WARD


def basic(name: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:".encode()).decode()


@pytest.mark.parametrize(
    "header",
    [
        None,
        "Bearer",
        "Bearer x",
        "Bearer ia_999999999_" + "a" * 43,
        "Bearer é",
        "Basic x",
        basic(""),
        basic("x"),
        "Digest username=x",
    ],
)
def test_who_is_not_known_is_asked_for_a_token(service: Flask, header: str | None) -> None:
    """Conventions: 401 with `WWW-Authenticate`, the same for every reason."""
    headers = {"Authorization": header} if header else {}

    answer = service.test_client().get(f"{BASE}/me", headers=headers)

    assert_problem(answer, 401, "unauthorized")
    # A line each: browsers offer their password prompt for the first challenge of a line alone.
    bearer, basic = answer.headers.getlist("WWW-Authenticate")
    assert bearer == 'Bearer realm="indicators-api"'
    assert basic.startswith('Basic realm="indicators-api"')


def test_a_token_may_come_as_a_user_name(clerk: Caller) -> None:
    """Conventions: HTTP Basic with the token as user name, for clients that can do no other."""
    answer = clerk.get("/me", headers={"Authorization": basic(clerk.token)})

    assert answer.get_json()["unit"] == WARD


def test_a_token_ends_when_it_expires_or_is_revoked(
    service: Flask, database: Database, clock: Clock
) -> None:
    """Conventions: tokens have an expiry; a revoked one is refused at once."""
    week = timedelta(days=7)
    holder = Caller(
        service.test_client(),
        issue_token(database, "operations", at=clock(), expires=clock() + week),
    )
    other = Caller(service.test_client(), issue_token(database, "operations", at=clock()))
    assert (holder.get("/me").status_code, other.get("/me").status_code) == (200, 200)

    clock.now += week
    with database.writing() as session:
        number = other.token.split("_")[1]
        session.execute(
            text("UPDATE token SET revoked_at = :at WHERE id = :id"), {"at": clock(), "id": number}
        )

    assert_problem(holder.get("/me"), 401, "unauthorized")
    assert_problem(other.get("/me"), 401, "unauthorized")
