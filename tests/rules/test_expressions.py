"""The two sides of a validation rule."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators_api.catalogue.check_plans import codes_in
from indicators_api.indicators.snapshot import Snapshot
from indicators_api.validation.expressions import ExpressionInvalid, Term, operands, parse


def test_multiplication_binds_tighter_than_addition() -> None:
    """validation_rules.csv: indicator codes, numbers, +, - and *."""
    terms = parse("A01 + B01 * 2 - 0.5 * C01 * D01 - 19")

    assert terms == (
        Term(Decimal(1), ("A01",)),
        Term(Decimal(2), ("B01",)),
        Term(Decimal("-0.5"), ("C01", "D01")),
        Term(Decimal(-19)),
    )


def test_operands_come_once_each_in_order_of_appearance() -> None:
    """A rule runs where all its indicators are assigned."""
    assert operands("B01 + A01 * 2 - B01 - 7") == ("B01", "A01")


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "ends where"),
        ("A01 +", "ends where"),
        ("- A01", "“-” is not expected at position 1 "),
        ("A01 B01", "“B01” is not expected at position 5 "),
        ("A01 + * B01", "“*” is not expected at position 7 "),
        ("(A01)", "“(” is not expected at position 1 "),
        ("A01 / 2", "“/” is not expected at position 5 "),
        ("2A01", "“2” is not expected at position 1 "),
        ("A01 * 1,5", "“,” is not expected at position 8 "),
        ("A01 * 1e5", "“1” is not expected at position 7 "),
        ("__import__('os')", "“_” is not expected at position 1 "),
    ],
)
def test_what_is_no_expression_is_refused_with_its_place(expression: str, reason: str) -> None:
    """The catalogue's loader names every fault."""
    with pytest.raises(ExpressionInvalid) as refused:
        parse(expression)

    assert reason in str(refused.value)
    assert refused.value.message.params["expression"] == expression


@given(st.text("AB019.+-* \t(é", max_size=30))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    """Nothing but ExpressionInvalid is raised; what is taken, prints and reads the same."""
    try:
        terms = parse(text)
    except ExpressionInvalid:
        return

    printed = " + ".join("*".join([f"{abs(c):f}", *codes]) for c, codes in terms)
    assert [codes for _, codes in parse(printed)] == [codes for _, codes in terms]


@given(st.text("AB019._+-* \t\n(é", max_size=12))
def test_what_the_loader_takes_can_be_run_and_nothing_else(text: str) -> None:
    """The loader refuses a catalogue whose rules could not be evaluated."""
    codes = codes_in(text)

    if codes is None:
        with pytest.raises(ExpressionInvalid):
            parse(text)
    else:
        assert [code for term in parse(text) for code in term.codes] == codes


def test_every_rule_of_the_reference_data_parses_to_known_indicators(tra_vinh: Snapshot) -> None:
    """All 195 rules of validation_rules.csv."""
    expressions = [e for r in tra_vinh.rules for e in (r.left_expression, r.right_expression)]

    assert len(expressions) == 2 * 195
    assert {code for e in expressions for code in operands(e)} <= tra_vinh.by_code.keys()
