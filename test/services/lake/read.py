"""Reads tables by two engines each and compares every value with the records that they were made of.

read.py WORK    what export.mjs left in WORK; the last line is "table formats: N passed, N failed"
"""

import itertools
import json
import os
import sys
from pathlib import Path
from urllib.parse import quote

work = Path(sys.argv[1]).resolve()
# ClickHouse reads only what is below the folder that it starts in.
os.chdir(work)

import chdb
import pyarrow
from deltalake import DeltaTable, QueryBuilder
from pyiceberg.expressions import EqualTo, IsNull
from pyiceberg.table import StaticTable

plan = json.loads((work / "plan.json").read_text())
store = plan["store"]

TYPES = {
    "vertices": {
        "id": "string",
        "label": "string",
        "name": "string",
        "big": "int64",
        "real": "double",
        "ok": "boolean",
        "tags": "list<string>",
        "counts": "list<int64>",
        "ratios": "list<double>",
        "flags": "list<boolean>",
        "notes": "string",
        "城市": "string",
        "_overflow": "string",
    },
    "pagerank": {"vertex_id": "string", "pagerank": "double"},
}
CLICKHOUSE = {"string": "String", "int64": "Int64", "double": "Float64", "boolean": "Bool"}


def arrow_name(type_):
    if pyarrow.types.is_list(type_) or pyarrow.types.is_large_list(type_) or "list" in str(type_):
        return f"list<{arrow_name(type_.value_type)}>"
    name = str(type_)
    return {"bool": "boolean", "large_string": "string", "string_view": "string"}.get(name, name)


# Of a partitioned table: what its readers are asked for, by column; each must find these rows and no others.
WANTED = {
    "name": ["王小明", "it's \"quoted\", \\ and\nmore", " padded ", "", None],
    "big": [9223372036854775807, None],
    "ok": [True],
    "日期": ["2026-11-23", "2026-11-24"],
}


def literal(value):
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).lower()


def where(column, value, quote):
    name = quote + column + quote
    return f"WHERE {name} IS NULL" if value is None else f"WHERE {name} = {literal(value)}"


def from_arrow(table):
    types = {field.name: arrow_name(field.type) for field in table.schema}
    return types, table.to_pylist()


def read_delta_rs(location, wanted):
    options = None
    if store:
        options = {
            "AWS_ENDPOINT_URL": store["endpoint"],
            "AWS_ACCESS_KEY_ID": store["key"],
            "AWS_SECRET_ACCESS_KEY": store["secret"],
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }
    table = DeltaTable(location, storage_options=options)
    # Not by a dataset of pyarrow: its threads now and then abort the process when it ends.
    condition = "" if wanted is None else where(*wanted, '"')
    rows = QueryBuilder().register("exported", table).execute(f"SELECT * FROM exported {condition}").read_all()
    return [*from_arrow(pyarrow.table(rows)), table.version() + 1]


def read_pyiceberg(location, wanted):
    properties = {}
    if store:
        properties = {
            "s3.endpoint": store["endpoint"],
            "s3.access-key-id": store["key"],
            "s3.secret-access-key": store["secret"],
            "s3.region": "us-east-1",
        }
    table = StaticTable.from_metadata(location, properties)
    if wanted is None:
        scan = table.scan()
    else:
        column, value = wanted
        scan = table.scan(row_filter=IsNull(column) if value is None else EqualTo(column, value))
    return [*from_arrow(scan.to_arrow()), len(table.snapshots())]


def read_clickhouse(location, format_, wanted):
    quoted = location.replace("'", "\\'")
    if store:
        url = f"{store['endpoint']}/{quote(location.removeprefix('s3://'))}/"
        name = "deltaLake" if format_ == "delta" else "icebergS3"
        source = f"{name}('{url}', '{store['key']}', '{store['secret']}')"
    else:
        source = f"{format_ if format_ == 'iceberg' else 'deltaLake'}Local('{quoted}')"
    described = json.loads(str(chdb.query(f"DESCRIBE {source}", "JSON")))["data"]
    types = {}
    for column in described:
        name = column["type"].replace("Nullable(", "").replace(")", "").replace("Array(", "list<")
        is_list = name.startswith("list<")
        inner = next(ours for ours, theirs in CLICKHOUSE.items() if theirs == name.removeprefix("list<"))
        types[column["name"]] = f"list<{inner}>" if is_list else inner
    settings = "SETTINGS output_format_json_quote_64bit_integers=0, output_format_json_quote_denormals=1"
    condition = "" if wanted is None else where(*wanted, "`").replace("\\", "\\\\")
    lines = str(chdb.query(f"SELECT * FROM {source} {condition} {settings}", "JSONEachRow")).splitlines()
    return [types, [json.loads(line) for line in lines], None]


def normal(row, types, empty_lists_are_null):
    """JSON text is compared as what it says; a list that is null cannot be told from an empty one in ClickHouse."""
    result = {}
    for name, type_ in types.items():
        value = row.get(name)
        if name == "notes" and value is not None:
            value = json.loads(value)
        if type_ == "double" and value is not None:
            value = float(value)
        if type_ == "list<double>" and value is not None:
            value = [None if item is None else float(item) for item in value]
        if empty_lists_are_null and value == []:
            value = None
        result[name] = value
    return json.dumps(result, sort_keys=True, ensure_ascii=False)


def expected_rows(table):
    rows = []
    for job in table["rows"]:
        for row in json.loads((work / f"{job}.json").read_text()):
            row |= table.get("added", {}).get(job, {})
            if "name" in table.get("partitions", []) and table["format"] == "delta" and row["name"] == "":
                # Delta Lake has one partition for both.
                row["name"] = None
            rows.append(row)
    return rows


def questions(table):
    """All rows first, then those of single partitions."""
    yield None
    if "partitions" in table:
        for column in [*table["partitions"], *next(iter(table["added"].values()))]:
            for value in WANTED[column]:
                yield column, value


passed = failed = 0
for table in plan["tables"]:
    location, format_ = table["location"], table["format"]
    kind = location.rsplit("/", 1)[1]
    expected = expected_rows(table)
    columns_wanted = TYPES[kind] | {name: "string" for added in table.get("added", {}).values() for name in added}
    own = read_delta_rs if format_ == "delta" else read_pyiceberg
    engines = [(own.__name__, own), ("clickhouse", lambda at, wanted, f=format_: read_clickhouse(at, f, wanted))]
    for (name, read), question in itertools.product(engines, questions(table)):
        label = f"{format_} {kind} by {name}" + ("" if question is None else f", {question[0]} = {question[1]!r}")
        try:
            types, rows, commits = read(location, question)
            columns = list(types)
            assert set(columns) - {"_overflow"} == set(columns_wanted) - {"_overflow"}, columns
            wrong = {column: found for column, found in types.items() if columns_wanted[column] != found}
            assert not wrong, f"types: {wrong}"
            is_clickhouse = name == "clickhouse"
            found = sorted(normal(row, types, is_clickhouse) for row in rows)
            answer = [row for row in expected if question is None or row.get(question[0]) == question[1]]
            wanted = sorted(normal(row, types, is_clickhouse) for row in answer)
            assert len(found) == len(wanted), f"{len(found)} rows, not {len(wanted)}"
            differing = [pair for pair in zip(found, wanted) if pair[0] != pair[1]]
            assert not differing, f"{len(differing)} rows differ, the first: {differing[0]}"
            assert commits in (None, table["exports"]), f"{commits} commits, not {table['exports']}"
            passed += 1
        except Exception as error:  # what one reader refuses must not hide what the next one finds
            failed += 1
            print(f"FAILED {label}: {error!r}"[:2000])
        else:
            if question is None:
                print(f"ok {label}: {len(rows)} rows")
print(f"table formats: {passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
