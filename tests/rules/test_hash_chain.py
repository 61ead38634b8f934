"""The hash chain of the journal: one form of an entry, and no change that it does not show."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from indicators_api.audit.chain import ORIGIN, Entry, chain, content

ENTRY = Entry(
    jurisdiction_id=1,
    id=7,
    recorded_at=datetime(2024, 7, 16, 2, 0, tzinfo=UTC),
    actor_id=3,
    actor_name="Nguyễn Thị A",
    action="report.send",
    subject="report/H59.21.11/2024-07",
    period_id=202407,
    unit_id=11,
    area_id=20,
    details='{"revision": 1, "state": "sent"}',
    request_id=None,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('abö"\\'), inner),
    max_leaves=8,
)
DETAILS = st.dictionaries(st.text("abcd"), VALUES)
ENTRIES = st.builds(
    ENTRY._replace,
    id=st.integers(1, 2**62),
    recorded_at=st.datetimes(timezones=st.just(UTC)),
    actor_name=st.text("Aă \n"),
    unit_id=st.none() | st.integers(1, 9),
    details=DETAILS.map(json.dumps),
)


def test_the_form_of_an_entry_is_the_documented_one() -> None:
    """Journal: a JSON array of the fields, in UTF-8, keys in order, the time in UTC."""
    assert content(ENTRY).decode() == (
        '[1,7,"2024-07-16T02:00:00.000000+00:00",3,"Nguyễn Thị A","report.send",'
        '"report/H59.21.11/2024-07",202407,11,20,{"revision":1,"state":"sent"},null]'
    )
    (first,) = chain([ENTRY])
    assert first == sha256(bytes(32) + content(ENTRY)).digest()


@given(DETAILS, st.integers(-12, 14))
def test_the_form_does_not_depend_on_who_writes_it(details: Mapping[str, Any], hours: int) -> None:
    """Journal: order of keys, white space and the offset of the time say nothing."""
    there = timezone(timedelta(hours=hours))
    backwards = dict(reversed(details.items()))
    one = ENTRY._replace(details=json.dumps(details))
    other = ENTRY._replace(
        details=json.dumps(backwards, ensure_ascii=False, indent=1),
        recorded_at=ENTRY.recorded_at.astimezone(there),
    )

    assert content(one) == content(other)


def test_a_number_keeps_its_digits() -> None:
    """Journal: a number with a point stands as its text, never as somebody's rounding of it."""
    exact = ENTRY._replace(details='{"a": 0.10000000000000000001}')

    assert b'"0.10000000000000000001"' in content(exact)


@given(ENTRIES, ENTRIES)
def test_different_entries_have_different_forms(one: Entry, other: Entry) -> None:
    """Journal: nothing of an entry can be changed unseen."""

    def plain(entry: Entry) -> Entry:
        return entry._replace(details=json.dumps(json.loads(entry.details), sort_keys=True))

    assert (content(one) == content(other)) is (plain(one) == plain(other))


@given(st.lists(ENTRIES, max_size=8), st.integers(0, 8))
def test_a_chain_goes_on_where_it_was_left(entries: list[Entry], cut: int) -> None:
    """Numbering: in parts or at once, the hashes are the same."""
    whole = list(chain(entries))
    begun = list(chain(entries[:cut]))

    assert begun + list(chain(entries[cut:], after=[ORIGIN, *begun][-1])) == whole


@given(st.lists(ENTRIES, min_size=2, max_size=6, unique_by=lambda entry: entry.id), st.data())
def test_what_is_taken_out_or_exchanged_shows(entries: list[Entry], data: st.DataObject) -> None:
    """Journal: every hash behind the place is another one."""
    place = data.draw(st.integers(0, len(entries) - 2))
    whole = list(chain(entries))

    without = list(chain(entries[:place] + entries[place + 1 :]))
    exchanged = [*entries[:place], entries[place + 1], entries[place], *entries[place + 2 :]]

    assert without[-1] != whole[-1]
    assert all(a != b for a, b in zip(whole[place:], list(chain(exchanged))[place:], strict=True))
