"""A month of the demonstration: time granted, reports written and sent, reviewed; all over HTTP."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import click

from indicators_api.cli.demo_cast import Cast, Way
from indicators_api.cli.demo_client import Refused, Service, described
from indicators_api.cli.demo_progress import shown
from indicators_api.cli.demo_rules import parse
from indicators_api.cli.demo_source import Catalogue
from indicators_api.cli.demo_tokens import Tokens
from indicators_api.cli.demo_values import Province
from indicators_api.cli.opening import wall_clock
from indicators_api.periods import Period

_CHECKED = "Đã kiểm tra số liệu"
_MISCOUNTED = "Đề nghị đính chính chỉ tiêu {code}: đếm sót."
_AGREED = "Đồng ý cho đính chính."
_LEFT_OUT = "Thiếu số liệu chỉ tiêu {code}, đề nghị bổ sung."

Answer = Mapping[str, Any]


class Stage(NamedTuple):
    """Where a month is played."""

    service: Service
    tokens: Tokens
    catalogue: Catalogue
    month: Period


class Part(NamedTuple):
    """What a unit does in a month."""

    unit: str
    way: Way
    #: Decimals as text, by indicator.
    values: dict[str, str]
    #: The indicator that the first report leaves out, so that it is returned. None: all is there.
    left_out: str | None
    #: The one that is corrected once the report is accepted. None: nothing is.
    corrected: str | None


def reported(stage: Stage) -> set[str]:
    """Give the units whose report of the month was sent before."""
    rows = stage.service.pages(stage.tokens.operations, f"/reports?period={stage.month}&limit=1000")
    return {row["unit"] for row in rows}


def play(stage: Stage, cast: Cast, province: Province, *, threads: int) -> Counter[str]:
    """Play a month and count what happened: sent, existed, commented, returned, accepted.

    Raises Refused with the first problem that isn't part of the play.
    """
    grant_time(stage, cast)
    parts = [_part(unit, stage, cast, province) for unit in cast.ways]
    counts: Counter[str] = Counter()
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(report, stage, part) for part in parts]
        try:
            for done in shown(as_completed(futures), f"{stage.month} reports", len(futures)):
                counts += done.result()
        except BaseException:
            _give_up(futures)
            raise
    areas = sorted(set(stage.catalogue.reviewing.values()))
    counts["accepted"] = sum(accept(stage, area) for area in areas)
    counts["corrected"] = correct(stage, [part for part in parts if part.corrected is not None])
    return counts


def correct(stage: Stage, parts: Iterable[Part]) -> int:
    """Let units have accepted reports corrected, and the corrections accepted; give how many."""
    accepted = {row["unit"]: row["revision"] for row in _in_state(stage, "accepted")}
    done = [part.unit for part in parts if part.unit in accepted]
    for part in parts:
        if part.unit in accepted and part.corrected is not None:
            Desk(stage, part).be_corrected(accepted[part.unit], part.corrected)
    for area in sorted({stage.catalogue.reviewing[unit] for unit in done}):
        accept(stage, area)
    return len(done)


def grant_time(stage: Stage, cast: Cast) -> None:
    """Let the administrator grant those that send in time a day more: the month is past."""
    in_time = [unit for unit in cast.ways if unit not in cast.late]
    if not in_time:
        return
    body = {
        "period": str(stage.month),
        "units": in_time,
        "due": (wall_clock().date() + timedelta(days=1)).isoformat(),
        "reason": "demonstration",
    }
    stage.service.call(stage.tokens.administrator, "POST", "/deadline-exceptions", body)


def report(stage: Stage, part: Part) -> Counter[str]:
    """Play one unit's report, from the clerk's first value until it lies with the reviewers."""
    desk = Desk(stage, part)
    try:
        revision = desk.send()
    except Refused as refused:
        if refused.slug != "report-exists":
            raise
        return Counter(existed=1)
    if part.left_out is not None:
        desk.be_returned(revision, part.left_out)
    commented, returned = int(desk.has_commented), int(part.left_out is not None)
    return Counter(sent=1, commented=commented, returned=returned)


class Desk:
    """A unit's clerk and leader, and its reviewer, at work on one report."""

    def __init__(self, stage: Stage, part: Part) -> None:
        self.has_commented = False
        self._service, self._part = stage.service, part
        self._clerk = stage.tokens.clerks[part.unit]
        self._leader = stage.tokens.leaders[part.unit]
        self._reviewer = stage.tokens.reviewers[stage.catalogue.reviewing[part.unit]]
        self._key = {"unit": part.unit, "period": str(stage.month)}
        self._path = f"/reports/{part.unit}/{stage.month}"

    def send(self) -> int:
        """Write and send the report the part's way; give its revision."""
        part = self._part
        values = {code: text for code, text in part.values.items() if code != part.left_out}
        if part.way is Way.DIRECT:
            return self._create(self._leader, values, "send")
        if part.way is Way.SUBMITTED:
            return self._send_on(self._create(self._clerk, values, "submit"))
        codes = sorted(values)
        first = {code: values[code] for code in codes[: len(codes) // 2]}
        revision = self._create(self._clerk, first, "draft")
        rest = {code: values[code] for code in codes[len(codes) // 2 :]}
        return self._send_on(self._add(revision, rest))

    def be_returned(self, revision: int, code: str) -> int:
        """Let the reviewer return the report for a value, which the unit then adds."""
        reason = {"comment": _LEFT_OUT.format(code=code)}
        back = self._write(self._reviewer, "POST", f"{self._path}/return", reason, seen=revision)
        return self._send_on(self._add(back, {code: self._part.values[code]}))

    def be_corrected(self, revision: int, code: str) -> int:
        """Ask for a correction, have it agreed to, and send the value one greater."""
        why = {"comment": _MISCOUNTED.format(code=code)}
        path = f"{self._path}/corrections"
        asked = self._service.call(self._leader, "POST", path, why, seen=revision)
        agreed = {"comment": _AGREED}
        number = asked["number"]
        opened = self._service.call(
            self._reviewer, "POST", f"{path}/{number}/agree", agreed, seen=asked["revision"]
        )
        body = {"step": "send", "values": {code: str(Decimal(self._part.values[code]) + 1)}}
        return self._write(self._leader, "PATCH", self._path, body, seen=opened["revision"])

    def _create(self, token: str, values: Mapping[str, str], step: str) -> int:
        return self._write(token, "POST", "/reports", {**self._key, "step": step, "values": values})

    def _add(self, revision: int, values: Mapping[str, str]) -> int:
        body = {"step": "submit", "values": values}
        return self._write(self._clerk, "PATCH", self._path, body, seen=revision)

    def _send_on(self, revision: int) -> int:
        return self._write(self._leader, "POST", f"{self._path}/send", {}, seen=revision)

    def _write(
        self,
        token: str,
        method: str,
        path: str,
        body: Mapping[str, Any],
        *,
        seen: int | None = None,
    ) -> int:
        """Call and give the report's revision; warnings are answered with a comment."""
        try:
            answer = self._service.call(token, method, path, body, seen=seen)
        except Refused as refused:
            if refused.slug != "comment-needed":
                raise
            self.has_commented = True
            body = {**body, "comment": _CHECKED}
            answer = self._service.call(token, method, path, body, seen=seen)
        return int(answer["revision"])


def accept(stage: Stage, area: int) -> int:
    """Let an area's reviewer accept, in one call, all that was sent to it; give how many."""
    token = stage.tokens.reviewers[area]
    items = [
        {key: row[key] for key in ("unit", "period", "revision")}
        for row in _in_state(stage, "sent", token)
        if stage.catalogue.reviewing.get(row["unit"]) == area
    ]
    if not items:
        return 0
    answer = stage.service.call(token, "POST", "/reports/accept", {"items": items})
    refused = [line for line in answer["data"] if line["problem"]]
    if refused:
        problem = refused[0]["problem"]
        raise click.ClickException(
            f"{len(refused)} reports were not accepted; the first, of {refused[0]['unit']}:\n"
            f"{described(problem['status'], problem)}"
        )
    return int(answer["done"])


def _in_state(stage: Stage, state: str, token: str | None = None) -> Iterator[Answer]:
    path = f"/reports?period={stage.month}&state={state}&limit=1000"
    return stage.service.pages(token or stage.tokens.operations, path)


def _part(unit: str, stage: Stage, cast: Cast, province: Province) -> Part:
    month = stage.month
    values = province.due_values(unit, (month.year, month.number))
    texts = {code: format(value, "f") for code, value in values.items()}
    marked = unit in cast.returned or unit in cast.corrected
    free = _free_of_rules(values, stage.catalogue) if marked else None
    left_out, corrected = (
        free if unit in units else None for units in (cast.returned, cast.corrected)
    )
    return Part(unit, cast.ways[unit], texts, left_out, corrected)


def _free_of_rules(codes: Iterable[str], catalogue: Catalogue) -> str | None:
    """Choose a monthly indicator that no rule reads: for a missing stock an older one may count."""
    read = {
        c
        for rule in catalogue.facts.rules
        for side in (rule.left, rule.right)
        for c in parse(side).codes
    }
    monthly = {each.code for each in catalogue.facts.indicators if each.frequency == "monthly"}
    return min(monthly.intersection(codes) - read, default=None)


def _give_up(futures: list[Future[Counter[str]]]) -> None:
    for future in futures:
        future.cancel()
