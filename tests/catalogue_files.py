"""A small catalogue as CSV files, for tests to break: one district of two wards."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

HEADERS = {
    "jurisdiction.csv": "code,name_vi,name_en",
    "area_levels.csv": "code,name_vi,name_en,rank,accepting_level,direct_send",
    "areas.csv": "code,name_vi,name_en,level,kind,parent_code,valid_from,valid_to",
    "area_successions.csv": "predecessor_code,successor_code,effective_date,kind,note",
    "regimes.csv": "code,name_vi,name_en,cut_off_day",
    "deadline_rules.csv": "regime_code,level_code,day,months_after",
    "holidays.csv": "day,name_vi,name_en",
    "reporting_units.csv": (
        "code,name_vi,name_en,level,area_code,parent_unit_code,valid_from,valid_to,unit_kind"
    ),
    "sectors.csv": "code,name_vi,name_en,parent_code,sort_order",
    "units_of_measure.csv": "code,name_vi,name_en,symbol,ucum_or_sdmx",
    "indicators.csv": (
        "code,name_vi,name_en,sector_code,parent_code,unit_of_measure_code,value_type,decimals,"
        "temporal_nature,time_aggregation,area_aggregation,weight_code,numerator_code,"
        "denominator_code,factor,frequency,reporting_levels,min_value,max_value,legal_basis,"
        "definition_vi,definition_en,parent_relation,parent_dimension,value_scope"
    ),
    "assignments.csv": "level,unit_kind,indicator_code",
    "validation_rules.csv": (
        "code,name_vi,name_en,left_expression,operator,right_expression,severity,"
        "evaluation_scope,tolerance,scope_start_month"
    ),
    "annual_targets.csv": (
        "indicator_code,year,area_code,target_value,unit_of_measure_code,direction,source,"
        "source_note"
    ),
}

#: From the unit of measure to the legal basis.
_STOCK = "NGUOI,integer,0,stock,last,sum,,,,,monthly,province;district;commune,0,,QĐ 1"
_RATE = "PT,percent,2,rate,recompute,recompute,,A1,A2,100,yearly,province;district;commune,0,100,"
_FLOW = "NGUOI,integer,0,flow,sum,sum,,,,,monthly,district;commune,0,,"

ROWS: Mapping[str, Sequence[str]] = {
    "jurisdiction.csv": ["mau,Tỉnh Mẫu,Sample Province"],
    "area_levels.csv": [
        "province,Tỉnh,Province,1,,true",
        "district,Huyện,District,2,,true",
        "commune,Xã,Commune,3,district,true",
    ],
    "areas.csv": [
        "84,Tỉnh Mẫu,Sample Province,province,tỉnh,,2015-01-01,",
        "842,Huyện Một,District One,district,huyện,84,2015-01-01,",
        "29242,Phường 3,Ward 3,commune,phường,842,2015-01-01,",
        "29245,Phường 2,Ward 2,commune,phường,842,2015-01-01,2023-12-31",
    ],
    "area_successions.csv": ["29245,29242,2024-01-01,merge,"],
    "regimes.csv": ["ND09,Nghị định 09,Decree 09,14", "THANG,Tháng dương lịch,Calendar months,"],
    "deadline_rules.csv": ["ND09,commune,17,0", "ND09,district,19,0", "ND09,province,22,0"],
    "holidays.csv": ["2024-01-01,Tết Dương lịch,New Year's Day"],
    "reporting_units.csv": [
        "U.1,Sở Một,Department One,province,84,,2021-01-01,,SO",
        "U.2.1,Phòng Một,Division One,district,842,U.1,2021-01-01,,PHONG_A",
        "U.2.2,Phòng Hai,Division Two,district,842,U.1,2021-01-01,,PHONG_B",
        "U.2.11,UBND phường 3,Ward 3 Committee,commune,29242,U.2.1,2021-01-01,,UBND",
        "U.2.12,UBND phường 2,Ward 2 Committee,commune,29245,U.2.1,2021-01-01,2023-12-31,UBND",
    ],
    "sectors.csv": ["KT,Kinh tế,Economy,,10", "KT05,Nông nghiệp,Agriculture,KT,20"],
    "units_of_measure.csv": ["NGUOI,người,person,người,UCUM {person}", "PT,phần trăm,percent,%,"],
    "indicators.csv": [
        f"A1,Hộ nghèo,Poor households,KT05,A2,{_STOCK},Số hộ nghèo,Poor,of_which,,territory",
        f"A2,Tổng số hộ,Households,KT05,,{_STOCK},Số hộ dân cư,All,,,territory",
        f"A3,Tỷ lệ hộ nghèo,Poverty rate,KT05,,{_RATE},Tỷ lệ,Rate,,,territory",
        f"A4,Văn bản đến,Letters received,KT,,{_FLOW},Văn bản,Letters,,,agency",
    ],
    "assignments.csv": [
        "province,SO,A1",
        "district,PHONG_A,A1",
        "district,PHONG_B,A2",
        "district,PHONG_A,A4",
        "district,PHONG_B,A4",
        "commune,UBND,A1",
        "commune,UBND,A2",
    ],
    "validation_rules.csv": [
        "Q1,Hộ nghèo trong tổng số,Poor of all,A1,<=,A2,error,period,0,",
        "Q2,Vụ mùa,Crop,A4,<=,2 * A2 + 0.5,warning,crop_year,0.02,11",
    ],
    "annual_targets.csv": ["A3,2024,84,1.25,PT,at_most,real,QĐ 2"],
}


def write_catalogue(folder: Path, rows: Mapping[str, Sequence[str]] = ROWS) -> Path:
    """Write the small catalogue, or another one's rows by file, into a folder; give the folder."""
    folder.mkdir(exist_ok=True)
    for file, header in HEADERS.items():
        text = "\r\n".join([header, *rows[file], ""])
        (folder / file).write_bytes(text.encode())
    return folder


def read_rows(path: Path) -> list[dict[str, str]]:
    """Give a file's rows, by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def change(path: Path, row: int, **cells: str) -> None:
    """Set cells of a row; rows are lines, the first one after the header is 2."""
    rows = read_rows(path)
    rows[row - 2].update(cells)
    write_rows(path, rows)


def add(path: Path, *lines: str) -> None:
    """Add rows at the end, as lines."""
    path.write_bytes(path.read_bytes() + "\r\n".join([*lines, ""]).encode())


def drop(path: Path, *rows: int) -> None:
    """Take rows away; rows are lines, the first one after the header is 2."""
    kept = [row for number, row in enumerate(read_rows(path), 2) if number not in rows]
    write_rows(path, kept)


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows under the file's own header, or under their columns where they have others."""
    columns = list(rows[0]) if rows else path.read_text("utf-8").splitlines()[0].split(",")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
