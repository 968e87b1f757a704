"""Reads finished part files back, each format with two readers that share no code with the exporter.

A table comes back as `Columns`: the names in file order, and one list of cells for each. A CSV cell is text or, when
empty and unquoted, None. An NDJSON cell keeps the digits of its numbers. A Parquet cell is what the reader gives.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as parquet

from records import Number

csv.field_size_limit(2**31 - 1)


class Unreadable(Exception):
    """A part file breaks its format."""


@dataclass
class Columns:
    names: list[str]
    cells: list[list[Any]]
    file_rows: list[int] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(self.file_rows)


_CELL = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\n)')


def parse_csv(text: str) -> list[list[str | None]]:
    """RFC 4180 with LF, quotes only where needed; an empty cell without quotes is null."""
    if not text.endswith("\n"):
        raise Unreadable("the last line has no line feed")
    rows: list[list[str | None]] = []
    row: list[str | None] = []
    place = 0
    while place < len(text):
        match = _CELL.match(text, place)
        if match is None:
            raise Unreadable(f"no CSV cell at character {place}: {text[place : place + 40]!r}")
        quoted, bare, end = match.groups()
        if quoted is None:
            row.append(bare or None)
        else:
            if quoted and not re.search(r'[",\r\n]', quoted):
                raise Unreadable(f"a cell is quoted without need: {quoted[:60]!r}")
            row.append(quoted.replace('""', '"'))
        if end == "\n":
            rows.append(row)
            row = []
        place = match.end()
    return rows


def _decode(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Unreadable("the file starts with a byte order mark")
    return raw.decode("utf-8", errors="strict")


def read_csv(paths: list[Path]) -> Columns:
    """Our own reader, checked against the csv module."""
    names: list[str] | None = None
    rows: list[list[str | None]] = []
    sizes = []
    for path in paths:
        text = _decode(path)
        parsed = parse_csv(text)
        module = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        if module != [[cell or "" for cell in row] for row in parsed]:
            raise Unreadable(f"{path.name}: the csv module reads other cells")
        header = [cell or "" for cell in parsed[0]]
        if names not in (None, header):
            raise Unreadable(f"{path.name} has another header than the part before it")
        names = header
        sizes.append(len(parsed) - 1)
        rows += parsed[1:]
    for number, row in enumerate(rows):
        if len(row) != len(names or []):
            raise Unreadable(f"row {number} has {len(row)} cells, the header {len(names or [])}")
    return Columns(names or [], [list(column) for column in zip(*rows)] or [[] for _ in names or []], sizes)


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _path_list(paths: list[Path]) -> str:
    return "[" + ", ".join(_quote(str(path)) for path in paths) + "]"


def duckdb_csv(paths: list[Path], width: int) -> list[tuple[Any, ...]]:
    columns = "{" + ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width)) + "}"
    query = (
        f"SELECT * FROM read_csv({_path_list(paths)}, auto_detect=false, header=true, delim=',', quote='\"', "
        f"escape='\"', nullstr='', allow_quoted_nulls=false, max_line_size=100000000, columns={columns})"
    )
    with duckdb.connect() as connection:
        return connection.execute("SET threads=1").execute(query).fetchall()


def _no_constant(name: str) -> Any:
    raise Unreadable(f"{name} is no JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Unreadable("a JSON object repeats a key")
    return result


def parse_json(text: str) -> Any:
    """JSON with exact integers and the digits of every other number."""
    return json.loads(text, parse_float=Number, parse_constant=_no_constant, object_pairs_hook=_unique)


def read_ndjson(paths: list[Path]) -> Columns:
    names: list[str] | None = None
    rows: list[dict[str, Any]] = []
    sizes = []
    for path in paths:
        text = _decode(path)
        if text and not text.endswith("\n"):
            raise Unreadable(f"{path.name}: the last line has no line feed")
        lines = text.split("\n")[:-1]
        sizes.append(len(lines))
        rows += [parse_json(line) for line in lines]
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise Unreadable(f"line {number + 1} is no object")
        names = names or list(row)
        if row.keys() != set(names):
            raise Unreadable(f"line {number + 1} has the columns {list(row)}, line 1 has {names}")
    found = names or []
    return Columns(found, [[row[name] for row in rows] for name in found], sizes)


def duckdb_ndjson(paths: list[Path]) -> list[str]:
    """Every line as DuckDB's JSON reader hands it out."""
    query = f"SELECT json FROM read_ndjson_objects({_path_list(paths)}, maximum_object_size=100000000)"
    with duckdb.connect() as connection:
        return [row[0] for row in connection.execute("SET threads=1").execute(query).fetchall()]


def read_parquet(paths: list[Path]) -> Columns:
    names: list[str] | None = None
    cells: list[list[Any]] = []
    sizes = []
    for path in paths:
        table = parquet.ParquetFile(path).read()
        if names not in (None, table.column_names):
            raise Unreadable(f"{path.name} has other columns than the part before it")
        names = table.column_names
        sizes.append(table.num_rows)
        parts = [column.to_pylist() for column in table.columns]
        cells = [old + new for old, new in zip(cells, parts)] if cells else parts
    return Columns(names or [], cells, sizes)


def duckdb_parquet(paths: list[Path]) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return (
            connection.execute("SET threads=1").execute(f"SELECT * FROM read_parquet({_path_list(paths)})").fetchall()
        )


def wrong_statistics(path: Path) -> list[str]:
    """Column statistics of a Parquet file that are not those of its values; readers skip row groups by them."""
    file = parquet.ParquetFile(path)
    problems = []
    for group in range(file.num_row_groups):
        values = file.read_row_group(group)
        meta = file.metadata.row_group(group)
        for place in range(meta.num_columns):
            chunk = meta.column(place)
            if chunk.path_in_schema not in values.column_names or chunk.statistics is None:
                continue
            cells = values.column(chunk.path_in_schema).to_pylist()
            held = [cell for cell in cells if cell is not None]
            where = f"{path.name}, row group {group}, column {chunk.path_in_schema}"
            stats = chunk.statistics
            if stats.has_null_count and stats.null_count != len(cells) - len(held):
                problems.append(f"{where}: null_count {stats.null_count}, really {len(cells) - len(held)}")
            if held and stats.has_min_max:
                order: Callable[[Any], Any] = _bytes if isinstance(held[0], str) else lambda cell: cell
                low, high = order(min(held, key=order)), order(max(held, key=order))
                if (order(stats.min), order(stats.max)) != (low, high):
                    problems.append(f"{where}: statistics {stats.min!r}..{stats.max!r}, really {low!r}..{high!r}")
    return problems


def _bytes(cell: Any) -> Any:
    return cell.encode() if isinstance(cell, str) else cell


def row_groups(path: Path) -> int:
    return int(parquet.ParquetFile(path).num_row_groups)
