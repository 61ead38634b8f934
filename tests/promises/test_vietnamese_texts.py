"""The promise of both languages: every text that a client can meet is there in Vietnamese."""

import ast
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from marshmallow import Schema, class_registry, fields

import indicators_api
from indicators_api.api import limits
from indicators_api.api.fields import WORDS
from indicators_api.errors import all_problems
from tests.callers import Caller, assert_problem

PACKAGE = Path(indicators_api.__file__).parent
VIETNAMESE = PACKAGE / "locale" / "vi" / "LC_MESSAGES" / "messages.po"

#: What says something to a client; its first argument is a marked text.
TELLERS = {problem.__name__ for problem in all_problems()} | {"Message", "ValidationError"}
#: The sentences that marshmallow itself says, by the kind of field; `type` is a schema's.
SAID_BY_MARSHMALLOW = {"required", "null", "invalid", "type", "unknown"}


def marked() -> set[str]:
    found = extract_from_dir(PACKAGE, keywords={"mark": None})
    return {text for _, _, text, _, _ in found}


def translations() -> Catalog:
    return read_po(BytesIO(VIETNAMESE.read_bytes()), locale="vi")


def parameters(text: str) -> list[str]:
    return sorted(re.findall(r"%\((\w+)\)s", text))


def test_every_marked_text_has_a_translation() -> None:
    """`make messages` was run after the last text, and its new lines were filled in."""
    translated = {message.id for message in translations() if message.id and message.string}

    assert sorted(marked() - translated) == []


def test_no_translation_is_a_guess_or_left_over() -> None:
    """A fuzzy line is not shown to anyone; a text that is gone needs no translation."""
    catalog = translations()
    known = {message.id for message in catalog if message.id}

    assert [message.id for message in catalog if message.id and message.fuzzy] == []
    assert sorted(known - marked()) == []
    assert not catalog.obsolete


def test_a_translation_fills_in_the_same_parameters() -> None:
    """What the English sentence tells, the Vietnamese one tells."""
    differing = {
        message.id: message.string
        for message in translations()
        if message.id and parameters(message.id) != parameters(message.string)
    }

    assert differing == {}


def test_what_is_compiled_is_current() -> None:
    """The service reads messages.mo; `make messages` writes it."""
    compiled = BytesIO()

    write_mo(compiled, translations())

    assert VIETNAMESE.with_suffix(".mo").read_bytes() == compiled.getvalue()


def unmarked() -> Iterator[str]:
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in TELLERS and node.args and _is_unmarked(node.args[0]):
                yield f"{file.name}:{node.lineno}: {ast.unparse(node.args[0])}"


def _is_unmarked(said: ast.expr) -> bool:
    if isinstance(said, ast.Constant):
        return isinstance(said.value, str) and said.value not in WORDS
    return isinstance(said, ast.JoinedStr)


def test_nothing_is_told_that_is_not_marked() -> None:
    """A problem, fault or finding takes a text in mark(…), so that it can be translated."""
    assert list(unmarked()) == []


def read_schemas() -> Iterator[tuple[str, fields.Field[Any]]]:
    """Every field of every schema of ours, with lists' and maps' inner ones."""
    for classes in class_registry._registry.values():
        for schema in classes if isinstance(classes, list) else []:
            if issubclass(schema, Schema) and schema.__module__.startswith("indicators_api."):
                for name, field in schema._declared_fields.items():
                    yield f"{schema.__name__}.{name}", field


@pytest.mark.usefixtures("app")
def test_fields_are_checked_by_validators_that_speak_both_languages() -> None:
    """Sentences that marshmallow has filled in can't be translated; those of api/limits.py can."""
    ours = (limits.Choice, limits.Between, limits.Size)

    strange = {
        name: validator
        for name, field in read_schemas()
        for validator in field.validators
        if not isinstance(validator, ours)
    }

    assert strange == {}


@pytest.mark.usefixtures("app")
def test_marshmallows_own_words_are_marked() -> None:
    """Kinds of fields that a request can hold bring sentences of their own."""
    taken = [field for _, field in read_schemas() if not field.dump_only]
    said = {
        text.format(obj_type=getattr(field, "OBJ_TYPE", ""))
        for field in taken
        if type(field).__module__.startswith("indicators_api.")
        or isinstance(field, fields.String | fields.Integer | fields.Date | fields.List)
        for key, text in field.error_messages.items()
        if key in SAID_BY_MARSHMALLOW and not isinstance(field, fields.DateTime)
    }

    assert sorted(said - set(WORDS)) == []


@pytest.mark.parametrize(
    ("header", "spoken", "detail"),
    [
        ({}, "vi", "Không có địa chỉ này"),
        ({"Accept-Language": "en"}, "en", "There is no such address"),
        ({"Accept-Language": "en-GB,en;q=0.9,vi;q=0.8"}, "en", "There is no such address"),
        ({"Accept-Language": "vi,en;q=0.5"}, "vi", "Không có địa chỉ này"),
        ({"Accept-Language": "fr"}, "vi", "Không có địa chỉ này"),
    ],
)
def test_vietnamese_is_spoken_unless_english_is_preferred(
    app: Flask, header: dict[str, str], spoken: str, detail: str
) -> None:
    """Source: api.md, "Conventions"; the answer says its language in `Content-Language`."""
    answer = app.test_client().get("/api/v1/nowhere", headers=header)

    body = assert_problem(answer, 404, "route-unknown")
    assert answer.headers["Content-Language"] == spoken
    assert body["title"] == detail


@pytest.mark.parametrize(
    ("query", "vietnamese", "english"),
    [
        (
            "basis=guess",
            "Phải là một trong các giá trị: accepted, sent.",
            "Must be one of: accepted, sent.",
        ),
        ("limit=0", "Phải nằm trong khoảng từ 1 đến 50000.", "Must be from 1 to 50000."),
        ("limit=ten", "Không phải số nguyên hợp lệ.", "Not a valid integer."),
        ("areas=842", "Trường không xác định.", "Unknown field."),
        ("geography=2024", "Không phải ngày hợp lệ.", "Not a valid date."),
        ("measures=value,100%", "Không phải là mã.", "Not a code."),
    ],
)
def test_faults_of_parameters_are_told_in_both_languages(
    client_of: Callable[..., Caller], query: str, vietnamese: str, english: str
) -> None:
    """What marshmallow finds is told like all else."""
    caller = client_of("operations")
    path = f"/aggregates?period=2024-07&{query.replace('%', '%25')}"

    told = assert_problem(caller.get(path), 422, "invalid-request")
    said = assert_problem(
        caller.get(path, headers={"Accept-Language": "en"}), 422, "invalid-request"
    )

    assert [fault["detail"] for fault in told["errors"]] == [vietnamese]
    assert [fault["detail"] for fault in said["errors"]] == [english]


def test_faults_of_a_body_are_told_in_both_languages(client_of: Callable[..., Caller]) -> None:
    """A list that is too short, an item without what it needs, a wrong type."""
    caller = client_of("reviewer", area="842")
    body = {"items": [{"unit": 7, "period": "2024-07", "revision": "1"}], "comment": 5}

    empty = assert_problem(caller.post("/reports/accept", {"items": []}), 422, "invalid-request")
    faulty = assert_problem(caller.post("/reports/accept", body), 422, "invalid-request")

    assert empty["errors"][0]["detail"] == "Cần từ 1 đến 1000 mục, nhưng đã gửi 0."
    assert {fault["pointer"]: fault["detail"] for fault in faulty["errors"]} == {
        "/items/0/unit": "Không phải là mã.",
        "/items/0/revision": "Không phải số nguyên hợp lệ.",
        "/comment": "Không phải chuỗi hợp lệ.",
    }
