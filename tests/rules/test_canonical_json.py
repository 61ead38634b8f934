"""Canonical JSON: one form of a document, as RFC 8785 has it, and nothing that is rounded."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators_api.security.canonical import NotCanonical, canonical

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        # 3.2.2 to 3.2.4: text, words, and the order of keys by their UTF-16 units.
        ({"string": '€$\u000f\nA\'B"\\\\"/'}, '{"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'),
        ({"literals": [None, True, False]}, '{"literals":[null,true,false]}'),
        (
            {
                "€": "Euro Sign",
                "\r": "Carriage Return",
                "\ufb33": "Hebrew Letter Dalet With Dagesh",
                "1": "One",
                "\U0001f600": "Emoji: Grinning Face",
                "\u0080": "Control",
                "ö": "Latin Small Letter O With Diaeresis",
            },
            (
                '{"\\r":"Carriage Return","1":"One","\u0080":"Control",'
                '"ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign",'
                '"\U0001f600":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}'
            ),
        ),
        # The reference implementation's: no locale decides on the order, nothing is normalised.
        ({"pêche": 3, "peach": 1, "sin": 4, "péché": 2}, '{"peach":1,"péché":2,"pêche":3,"sin":4}'),
        ({"Unnormalized Unicode": "A\u030a"}, '{"Unnormalized Unicode":"A\u030a"}'),
        ([56, {"d": True, "10": None, "1": []}], '[56,{"1":[],"10":null,"d":true}]'),
        ({"2**53 - 1": 9007199254740991}, '{"2**53 - 1":9007199254740991}'),
        ({"": {}}, '{"":{}}'),
    ],
)
def test_the_specimens_of_the_standard(document: Any, text: str) -> None:
    """RFC 8785, 3.2."""
    assert canonical(document) == text.encode()


@given(DOCUMENTS)
def test_the_form_says_what_the_document_says(document: Any) -> None:
    """RFC 8785: it is JSON, of the same meaning, and its own form."""
    form = canonical(document)

    assert json.loads(form) == document
    assert canonical(json.loads(form)) == form


@given(st.dictionaries(TEXTS, DOCUMENTS), st.randoms())
def test_the_order_of_keys_is_nothing(document: dict[str, Any], chance: Any) -> None:
    """RFC 8785, 3.2.3: whoever writes the document, its form is the same."""
    keys = list(document)
    chance.shuffle(keys)

    assert canonical({key: document[key] for key in keys}) == canonical(document)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"values": {"KT01": {"value": 1.5}}}, "/values/KT01/value: 1.5 is a float"),
        ({"values": [Decimal("0.10")]}, "/values/0: 0.10 is a Decimal"),
        (2.0, "/: 2.0 is a float"),
        ({"value": float("nan")}, "/value: nan is a float"),
    ],
)
def test_what_would_be_rounded_is_refused(document: Any, told: str) -> None:
    """Values and rules: exact from end to end; RFC 8785's numbers are doubles (3.2.2.3)."""
    with pytest.raises(NotCanonical) as refused:
        canonical(document)

    assert str(refused.value).startswith(told)


@pytest.mark.parametrize("document", [2**53, -(2**53), "\ud800", {1: "one"}, {"set": {1}}, b"text"])
def test_what_json_can_not_say_is_refused(document: Any) -> None:
    """RFC 8785, 3.1: I-JSON (RFC 7493): no half characters, no numbers beyond a double's."""
    with pytest.raises(NotCanonical):
        canonical(document)
