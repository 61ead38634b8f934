"""Partners' systems: each is known, and answered, in its own jurisdiction alone."""

from tests.api.messages import catalogue, status
from tests.callers import assert_problem
from tests.factories import done
from tests.jurisdictions import guard
from tests.jurisdictions.calls import of, said
from tests.jurisdictions.conftest import Installation
from tests.jurisdictions.provinces import ALPHA, BETA
from tests.jurisdictions.story import CATALOGUE, system_of
from tests.signers import signer


def test_a_certificate_of_another_jurisdiction_signs_nothing(installation: Installation) -> None:
    """Messages: the same partner's code there has another key, which is none here."""
    alpha, beta = (installation.provinces[mark] for mark in (ALPHA, BETA))

    with guard.strange(installation.connection, beta.id):
        answer = system_of(alpha).send(catalogue("C-9"), key=signer(f"{BETA} office"))

    assert answer.status_code == 422
    assert not of(BETA, installation.addresses[BETA]).search(said(answer))


def test_an_id_that_another_jurisdiction_has_seen_is_new_here(installation: Installation) -> None:
    """Messages: one id, two bodies, no conflict; each answers with its own receipt."""
    alpha, beta = (installation.provinces[mark] for mark in (ALPHA, BETA))
    there, here = catalogue("C-2"), catalogue("C-2")
    here["noi_dung"]["chi_tieu"][0]["dinh_nghia"] = "another"
    headers = {"Message-Kind": CATALOGUE}
    done(system_of(beta).send(there, key=signer(f"{BETA} office"), headers=headers))

    with guard.strange(installation.connection, beta.id):
        answer = system_of(alpha).send(here, key=signer(f"{ALPHA} office"), headers=headers)

    assert answer.status_code == 200, answer.text
    assert not of(BETA, installation.addresses[BETA]).search(said(answer))


def test_a_package_of_another_jurisdiction_has_no_status_here(installation: Installation) -> None:
    """Messages: what is said of the other's package is said of none of ours."""
    alpha, beta = (installation.provinces[mark] for mark in (ALPHA, BETA))
    message = status(installation.addresses[BETA].package, "DA_NHAN")
    unknown = status("report_data-2024-07-9-00000000", "DA_NHAN")
    key = signer(f"{ALPHA} office")

    with guard.strange(installation.connection, beta.id):
        answer = system_of(alpha).send(message, key=key)
    with guard.strange(installation.connection, beta.id):
        nowhere = system_of(alpha).send(unknown, key=key)

    (fault,) = assert_problem(answer, 422, "invalid-request")["errors"]
    assert fault["code"] == "unknown-package"
    assert len(answer.data) == len(nowhere.data)
