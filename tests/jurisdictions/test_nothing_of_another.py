"""No figure or report of one jurisdiction is ever visible from another: at every operation.

Two provinces of equal codes, ids, periods, versions and revisions stand in one database. The calls
are those of the table of roles, which has every operation of the contract; whatever is added there
is tried here as well.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.jurisdictions import guard
from tests.jurisdictions.calls import (
    STATES,
    Call,
    anonymous,
    caller,
    calls,
    of,
    plain,
    questions,
    said,
)
from tests.jurisdictions.conftest import Installation
from tests.jurisdictions.provinces import ALPHA, BETA, ELSEWHERE, NO_ADDRESSES, NOWHERE

BOTH = ((ALPHA, BETA), (BETA, ALPHA))
#: Answers that hold codes, numbers and times alone, or nothing where nothing is wrong.
WITHOUT_WORDS = {
    *("changes", "completeness", "data-version", "deadline-rules", "inbox", "reports", "versions"),
    "signature-policy",
}


def bring(installation: Installation, state: str | None) -> int:
    """Bring the ward's report of both provinces into a state; give its revision, equal in both."""
    if state is None:
        return 1
    made = [province.report(state) for province in installation.provinces.values()]
    (revision,) = {report.revision for report in made}
    return revision


def made(
    installation: Installation, mark: str, call: Call, revision: int, **headers: str
) -> list[tuple[str, TestResponse]]:
    """Make a call as each of a province's people; none of it stays.

    The database refuses to write a row of the other province.
    """
    (stranger,) = (each.id for name, each in installation.provinces.items() if name != mark)
    answers = []
    for who in call.people:
        with guard.strange(installation.connection, stranger):
            answer = call.by(caller(installation.provinces[mark], who), revision, **headers)
        answers.append((who, answer))
    return answers


def reads(installation: Installation, mark: str, state: str | None) -> Iterator[Call]:
    """Give what may be read of a province in a state of the ward's report."""
    for call in calls(state):
        if call.method == "GET":
            yield call.at(installation.addresses[mark])


@pytest.mark.parametrize("state", STATES)
def test_an_answer_holds_nothing_of_another_jurisdiction(
    installation: Installation, state: str | None
) -> None:
    """Every call by everybody: the other's words and values are in no answer, its rows stay."""
    revision, addresses = bring(installation, state), installation.addresses

    for own, other in BOTH:
        for call in calls(state):
            told = ""
            for who, answer in made(installation, own, call.at(addresses[own]), revision):
                assert answer.status_code < 500, (call, who, said(answer))
                found = of(other, addresses[other]).search(said(answer))
                assert found is None, (call, who, found, said(answer))
                if answer.status_code == 200 and '"data":[]' not in said(answer):
                    told += said(answer)
            if call.method == "GET" and told and call.name not in WITHOUT_WORDS:
                assert of(own, addresses[own]).search(told), (call, told)


@pytest.mark.parametrize("state", STATES)
def test_a_read_rests_on_nothing_of_another_jurisdiction(
    installation: Installation, state: str | None
) -> None:
    """The same is answered where the database hides the other's rows: no count, no order of it."""
    revision = bring(installation, state)

    for mark, province in installation.provinces.items():
        for call in reads(installation, mark, state):
            for who, answer in made(installation, mark, call, revision):
                with guard.alone(installation.connection, province.id):
                    alone = call.by(caller(province, who), revision)
                assert plain(alone) == plain(answer), (call, who)
                assert alone.headers.get("ETag") == answer.headers.get("ETag"), (call, who)


@pytest.mark.parametrize("state", [None, "accepted", "draft", "requested"])
def test_an_equal_question_is_not_known_from_another_jurisdiction(
    installation: Installation, state: str | None
) -> None:
    """304 only to who was answered that: the other's ETag is no one's own, whatever is equal."""
    revision = bring(installation, state)
    known = []

    for own, other in BOTH:
        for call in reads(installation, own, state):
            for who, answer in made(installation, own, call, revision):
                if tag := answer.headers.get("ETag"):
                    asked, seen = call._replace(people=[who]), {"If-None-Match": tag}
                    ((_, again),) = made(installation, own, asked, revision, **seen)
                    ((_, there),) = made(installation, other, asked, revision, **seen)
                    assert there.status_code != 304, (call, who)
                    known.append(again.status_code)

    assert set(known) == {304}


@pytest.mark.parametrize("state", STATES)
def test_what_is_elsewhere_is_as_if_it_were_not(
    installation: Installation, state: str | None
) -> None:
    """Existence is not leaked: unit, area, message of the other are answered as none is."""
    revision = bring(installation, state)
    addresses = installation.addresses[BETA]

    for call in calls(state):
        elsewhere, nowhere = (
            call.named(ELSEWHERE).at(addresses),
            call.named(NOWHERE).at(NO_ADDRESSES),
        )
        if elsewhere == nowhere:
            continue
        there = made(installation, ALPHA, elsewhere, revision)
        none = made(installation, ALPHA, nowhere, revision)
        for (who, one), (_, other) in zip(there, none, strict=True):
            found = anonymous(one, ELSEWHERE, addresses)
            assert found == anonymous(other, NOWHERE, NO_ADDRESSES), (elsewhere, who)


def test_a_question_for_what_is_elsewhere_is_as_for_what_is_not(
    installation: Installation, made_once: Flask
) -> None:
    """The same of every parameter that names something."""
    asked = 0
    for call in questions(made_once):
        there = made(installation, ALPHA, call.named(ELSEWHERE), 1)
        none = made(installation, ALPHA, call.named(NOWHERE), 1)
        for (who, one), (_, other) in zip(there, none, strict=True):
            found = anonymous(one, ELSEWHERE, NO_ADDRESSES)
            assert found == anonymous(other, NOWHERE, NO_ADDRESSES), (call, who)
            asked += 1
    assert asked > 50
