"""What a partner calls what is ours: exact, both ways, and every missing word named."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators_api.errors import ExchangeNotReady
from indicators_api.exchange import mapping as words
from indicators_api.exchange import mapping_file
from indicators_api.exchange.codes import SYSTEMS
from indicators_api.exchange.identifiers import new_spelling, old_spelling
from indicators_api.exchange.mapping import Gap, PartnerMapping
from indicators_api.exchange.shapes import fields_by_part
from indicators_api.periods import Period, PeriodType

MAPPING = mapping_file.read(None)
JULY = Period.parse("2024-07")
NUMBERS = st.decimals(
    min_value=-(10**20) + 1, max_value=10**20 - 1, allow_nan=False, allow_infinity=False, places=10
)
FACTORS = st.decimals(min_value="1e-20", max_value=10**19, allow_nan=False, allow_infinity=False)


def replaced(tmp_path: Path, old: str, new: str) -> Path:
    """Write a mapping that differs from the packaged one in some words."""
    text = mapping_file.PACKAGED.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "mapping.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def with_factor(factor: Decimal) -> PartnerMapping:
    return MAPPING._replace(units_of_measure={"TY_DONG": {"TRIEU_DONG": factor}})


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("H59", "000.00.00.H59"),
        ("H59.01", "000.00.01.H59"),
        ("H59.21.11", "000.11.21.H59"),
        ("H59.21.11.003", "003.11.21.H59"),
        ("G22", "000.00.00.G22"),
    ],
)
def test_an_identifier_has_two_spellings(new: str, old: str) -> None:
    """Exchange: Decision 20/2020/QĐ-TTg and QCVN 102:2016/BTTTT name the same organisations."""
    assert old_spelling(new) == old
    assert new_spelling(old) == new_spelling(new) == new


@pytest.mark.parametrize("code", ["", "59", "H59.", "H59.1", "h59", "000.00.00", "H59.21.11\n"])
def test_what_is_no_identifier_has_no_spelling(code: str) -> None:
    """Exchange: nothing is guessed."""
    assert old_spelling(code) is None
    assert new_spelling(code) is None


def test_an_identifier_without_room_in_the_old_spelling_needs_a_line_in_the_file() -> None:
    """Exchange: a unit that can't be named is a gap, until the file names it."""
    named = MAPPING._replace(spelled={"H59.A01": "000.01.00.H59"})

    with pytest.raises(Gap) as gap:
        words.identifier(MAPPING, "H59.A01")

    assert (gap.value.fault.pointer, gap.value.fault.code) == (
        "/parties/spelled/H59.A01",
        "unmapped-unit",
    )
    assert words.identifier(named, "H59.A01") == "000.01.00.H59"
    assert words.our_identifier(named, "000.01.00.H59") == "H59.A01"
    assert words.identifier(MAPPING._replace(spelling="new"), "H59.21.11") == "H59.21.11"


@given(NUMBERS, FACTORS)
def test_a_scaled_value_is_exact(value: Decimal, factor: Decimal) -> None:
    """Exchange: a unit-of-measure scale is exact; a factor of 1,000 was printed wrong before."""
    scaled = words.scaled(with_factor(factor), "KT140101", "TRIEU_DONG", value)

    numerator, denominator = scaled.as_integer_ratio()
    one, other = value.as_integer_ratio(), factor.as_integer_ratio()
    assert numerator * one[1] * other[1] == denominator * one[0] * other[0]


def test_a_million_dong_is_a_thousandth_of_a_billion() -> None:
    """Values: "516,913 billion" was 516.913; budget revenue is ours in million, theirs billion."""
    theirs = words.scaled(MAPPING, "KT140101", "TRIEU_DONG", Decimal("516913.5"))

    assert str(theirs) == "516.9135"
    assert words.theirs(MAPPING, "KT140101").unit == "TY_DONG"


@given(st.sampled_from(list(PeriodType)), st.integers(2024, 2100), st.data())
def test_the_code_of_a_period_leads_back_to_it(
    kind: PeriodType, year: int, data: st.DataObject
) -> None:
    """Exchange: no two periods are written alike."""
    period = data.draw(st.sampled_from(words.periods_of_year(MAPPING, year)))

    assert words.our_period(MAPPING, words.period_code(MAPPING, period)) == period
    assert any(each.type is kind for each in words.periods_of_year(MAPPING, year))


@pytest.mark.parametrize(
    ("changed", "ask", "pointer", "code"),
    [
        (
            {"indicators": {}},
            lambda mapping: words.code(mapping, "indicator", "KT140101"),
            "/indicators/KT140101",
            "unmapped-indicator",
        ),
        (
            {"codes": {}},
            lambda mapping: words.code(mapping, "status", "E"),
            "/codes/status/E",
            "unmapped-code",
        ),
        (
            {"units_of_measure": {}},
            lambda mapping: words.factor(mapping, "KT140101", "TRIEU_DONG"),
            "/units_of_measure/TY_DONG/TRIEU_DONG",
            "scale-missing",
        ),
        (
            {"periods": {}},
            lambda mapping: words.period_code(mapping, JULY),
            "/periods/month",
            "unmapped-period",
        ),
        (
            {"since": 2025},
            lambda mapping: words.period_code(mapping, JULY),
            "/since",
            "unmapped-period",
        ),
    ],
)
def test_a_gap_names_the_place_in_the_file(
    changed: dict[str, Any], ask: Callable[[PartnerMapping], object], pointer: str, code: str
) -> None:
    """Exchange: gaps are reported, with where the missing word belongs."""
    mapping = MAPPING._replace(**changed)

    with pytest.raises(Gap) as gap:
        ask(mapping)

    assert (gap.value.fault.pointer, gap.value.fault.code) == (pointer, code)


def test_the_packaged_file_has_a_word_for_everything() -> None:
    """Exchange: eight monthly indicators; every field and every code of ours is named."""
    assert len(MAPPING.form.indicators) == 8
    assert {part: frozenset(names) for part, names in MAPPING.fields.items()} == fields_by_part()
    for system, ours in SYSTEMS.items():
        said = MAPPING.codes[system]
        assert said is None or ours is None or set(said) == ours


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        ("TRIEU_DONG = 0.001", "TRIEU_DONG = 0", "/units_of_measure/TY_DONG/TRIEU_DONG"),
        ("TRIEU_DONG = 0.001", "TRIEU_DONG = inf", "/units_of_measure/TY_DONG/TRIEU_DONG"),
        ("TRIEU_DONG = 0.001", "TRIEU_DONG = '0.001'", "/units_of_measure/TY_DONG/TRIEU_DONG"),
        ("TRIEU_DONG = 0.001", "TRIEU_DONG = 1e-21", "/units_of_measure/TY_DONG/TRIEU_DONG"),
        ('sender = "H59"', 'sender = "59"', "/parties/sender"),
        ('spelling = "old"', 'spelling = "odd"', "/parties/spelling"),
        ('path = "/packages"', 'path = "packages?x"', "/path"),
        ("since = 2024", "since = 24", "/since"),
        ('month = "{year}{month:02}"', 'month = "{year}"', "/periods"),
        ('month = "{year}{month:02}"', 'month = "{year}{day}"', "/periods/month"),
        ('month = "{year}{month:02}"', 'moon = "{year}{month:02}"', "/periods/moon"),
        ('E = "UOC"', 'X = "UOC"', "/codes/status/X"),
        ('area = "ours"', 'arena = "ours"', "/codes/arena"),
        ('area = "ours"', 'area = "theirs"', "/codes/area"),
        ('message_id = "ma_goi_tin"', 'message = "ma_goi_tin"', "/fields/envelope/message"),
        ('message_id = "ma_goi_tin"', 'message_id = "mã"', "/fields/envelope"),
        ('message_id = "ma_goi_tin"', 'message_id = "lan_gui"', "/fields/envelope"),
        ('period_type = "month"', 'period_type = "moon"', "/form/period_type"),
        ('    "KT080102",', '    "KT110101",', "/form/indicators"),
        ('code = "KTXH.01"', 'code = "KTXH.02"', "/indicators"),
        ('code = "KTXH.01"', "code = 1", "/indicators/KT080102/code"),
        ("[form]", "[forms]", "/form"),
    ],
)
def test_a_file_that_says_nonsense_is_refused_with_the_place(
    tmp_path: Path, old: str, new: str, pointer: str
) -> None:
    """Exchange: codes that we don't have, factors that are none, names that are used twice."""
    with pytest.raises(ExchangeNotReady) as refused:
        mapping_file.read(replaced(tmp_path, old, new))

    assert pointer in [fault.pointer for fault in refused.value.faults]


def test_all_faults_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    """Exchange: an operator corrects them in one go."""
    file = tmp_path / "mapping.toml"
    file.write_text('path = 7\nsince = "x"\n[periods]\nmonth = "{year}"', encoding="utf-8")

    with pytest.raises(ExchangeNotReady) as refused:
        mapping_file.read(file)

    named = {fault.pointer for fault in refused.value.faults}
    assert {"/path", "/since", "/parties", "/periods", "/codes", "/fields", "/form"} <= named
    assert "mapping.toml" in str(refused.value)


@pytest.mark.parametrize("said", [b"path = ", b"\xff", None])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, said: bytes | None) -> None:
    """Exchange: nothing is sent by half a mapping."""
    file = tmp_path / "mapping.toml"
    if said is not None:
        file.write_bytes(said)

    with pytest.raises(ExchangeNotReady, match="read"):
        mapping_file.read(file)
