"""Two provinces in one installation: equal codes, ids and versions, other words and values.

What a province says holds its mark or its digits, so that they are found wherever they turn up.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import text

from indicators_api.db.session import Database
from tests.api.messages import System
from tests.callers import Caller, Clock, issue_token
from tests.factories import JULY, NEIGHBOUR, WARD, MakeReport, Report

#: The marks of the provinces: no word of ours.
ALPHA, BETA = "ALPHAVILLE", "BETATOWN"
#: Values begin with them; no hash or id is likely to hold six given digits.
DIGITS = {ALPHA: "731640", BETA: "852750"}
#: What BETA alone has, by what both have; and what nobody has.
ELSEWHERE = {
    WARD: "H59.77.77",
    "29236": "29777",
    "XH160101": "XX770101",
    "KT050202": "XX770101",
    "VPCP": "SEVENTH",
    "IOC": "SEVENTH",
    "ND09_2019": "ND77",
    "commune": "hamlet",
    "XH": "SEVENS",
    "2024-07-19": "2024-07-27",
}
NOWHERE = {
    WARD: "H59.88.88",
    "29236": "29888",
    "XH160101": "YY880101",
    "KT050202": "YY880101",
    "VPCP": "EIGHTH",
    "IOC": "EIGHTH",
    "ND09_2019": "ND88",
    "commune": "valley",
    "XH": "EIGHTS",
    "2024-07-19": "2024-07-28",
}

#: What the packaged mapping exchanges, each in the unit of measure that it names.
EXCHANGED = {
    "KT080102": "CHI_SO",
    "KT110101": "TY_DONG",
    "KT110201": "TRIEU_USD",
    "KT120102": "PT",
    "KT140101": "TRIEU_DONG",
    "KT090206": "TY_DONG",
    "KT100101": "DOANH_NGHIEP",
    "NC220201": "VU",
}
_MONTHLY = "integer,0,stock,last,sum,,,,,monthly,province;district;commune,0,,"


class Addresses(NamedTuple):
    """What is named by no code of the catalogue: a message's, a certificate's, numbers."""

    message: str
    package: str
    fingerprint: str
    inbox: int
    threshold: int
    subscription: int

    def put_into(self, call: str) -> str:
        """Give a call of the table of roles with these in the place of its own."""
        return (
            call.replace("m-1", self.message)
            .replace("0" * 64, self.fingerprint)
            .replace("inbox/1", f"inbox/{self.inbox}")
            .replace("thresholds/1", f"thresholds/{self.threshold}")
            .replace("subscriptions/1", f"subscriptions/{self.subscription}")
        )


NO_ADDRESSES = Addresses("m-none", "p-none", "f" * 64, 888_888, 888_888, 888_888)


class Province:
    """One of the two: its people, and what they have put in."""

    def __init__(self, app: Flask, database: Database, clock: Clock, mark: str) -> None:
        self.app, self.database, self.clock, self.mark = app, database, clock, mark
        with database.reading() as session:
            found = text("SELECT id FROM jurisdiction WHERE code = :code")
            self.id = int(session.scalar(found, {"code": mark.lower()}) or 0)
        self._callers: dict[tuple[str, ...], Caller] = {}

    def caller(self, role: str, **bound: Any) -> Caller:
        """Give somebody of the province; everybody is issued one token."""
        key = (role, *map(str, bound.values()))
        if key not in self._callers:
            words = {"name": f"{self.mark} {role}", "jurisdiction": self.id, "at": self.clock()}
            token = issue_token(self.database, role, **words, **bound)
            self._callers[key] = System(self.app.test_client(), token)
        return self._callers[key]

    def only(self, word: str) -> list[str]:
        """Give a word for what BETA alone has, nothing for ALPHA."""
        return [word] if self.mark == BETA else []

    def value(self, number: int) -> int:
        """Give a value that is the province's alone."""
        return int(f"{DIGITS[self.mark]}{number:02}")

    def report(self, state: str, *, unit: str = WARD, period: str = JULY) -> Report:
        """Bring a unit's report into a state, with values and words of the province's.

        Others than the ward's are so small that sums still begin with its digits.
        """
        poor, planned, produced = (
            (self.value(1), self.value(2), self.value(3)) if unit == WARD else (1, 2, 3)
        )
        values = {
            "XH160101": {"value": poor, "note": f"{self.mark} note"},
            "KT050202": {"value": planned, "ytd": planned},
            "KT080102": produced,
        }
        return MakeReport(self.caller)(unit=unit, period=period, state=state, values=values)


def rows_of(mark: str) -> Mapping[str, Sequence[str]]:
    """Give a small catalogue with the codes that the table of roles names."""

    def of(line: str) -> list[str]:
        return [line] if mark == BETA else []

    words = f"{mark} tên,{mark} name"
    measured = ("XH160101", "KT050202", *of("XX770101"))

    return {
        "jurisdiction.csv": [f"{mark.lower()},{mark} Tỉnh,{mark} Province"],
        "area_levels.csv": [
            f"province,{mark} Tỉnh,{mark} Province,1,,true",
            f"district,{mark} Huyện,{mark} District,2,,true",
            f"commune,{mark} Xã,{mark} Commune,3,district,true",
            *of(f"hamlet,{mark} Ấp,{mark} Hamlet,4,,true"),
        ],
        "areas.csv": [
            f"84,{mark} Tỉnh,{mark} Province,province,tỉnh,,2015-01-01,",
            f"842,{mark} Thành phố,{mark} City,district,thành phố,84,2015-01-01,",
            f"844,{mark} Huyện,{mark} District,district,huyện,84,2015-01-01,",
            f"29236,{mark} Phường 4,{mark} Ward 4,commune,phường,842,2015-01-01,",
            f"29239,{mark} Phường 1,{mark} Ward 1,commune,phường,842,2015-01-01,",
            *of(f"29777,{mark} Xã Bảy,{mark} Seven,commune,xã,844,2015-01-01,"),
        ],
        "area_successions.csv": [],
        "regimes.csv": [
            f"ND09_2019,{mark} Nghị định,{mark} Decree,14",
            f"THANG_DUONG_LICH,{mark} Tháng,{mark} Month,",
            *of(f"ND77,{mark} Bảy,{mark} Seven,14"),
        ],
        "deadline_rules.csv": [
            "ND09_2019,commune,17,0",
            "ND09_2019,district,19,0",
            "ND09_2019,province,22,0",
            *of("ND77,commune,17,0"),
        ],
        "holidays.csv": [
            f"2024-07-19,{mark} nghỉ,{mark} day off",
            *of(f"2024-07-27,{mark} bảy,{mark} seven"),
        ],
        "reporting_units.csv": [
            f"H59.01,{mark} Sở,{mark} Department,province,84,,2021-01-01,,SO",
            f"{WARD},{mark} UBND 4,{mark} Committee 4,commune,29236,H59.01,2021-01-01,,UBND",
            f"{NEIGHBOUR},{mark} UBND 1,{mark} Committee 1,commune,29239,H59.01,2021-01-01,,UBND",
            *of(f"H59.77.77,{mark} Bảy,{mark} Seven,commune,29777,H59.01,2021-01-01,,UBND"),
        ],
        "sectors.csv": [
            f"XH,{mark} Xã hội,{mark} Society,,10",
            *of(f"SEVENS,{mark} Bảy,{mark} Seven,,20"),
        ],
        "units_of_measure.csv": [
            f"{code},{mark} đơn vị,{mark} unit,{code},"
            for code in sorted({"NGUOI", *EXCHANGED.values()})
        ],
        "indicators.csv": [
            f"{code},{words},XH,,{unit},{_MONTHLY}{mark},{words},,,territory"
            for code, unit in {**dict.fromkeys(measured, "NGUOI"), **EXCHANGED}.items()
        ],
        "assignments.csv": [f"commune,UBND,{code}" for code in (*measured, *EXCHANGED)],
        "validation_rules.csv": [
            f"Q1,{mark} quy tắc,{mark} rule,XH160101,<=,KT050202,warning,period,0,"
        ],
        "annual_targets.csv": [
            f"KT050202,2024,84,{DIGITS[mark]}50,NGUOI,at_least,real,{mark} plan",
        ],
    }
