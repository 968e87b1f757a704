"""Compares one finished export folder with its expectation; every finding is one line of text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import readers
from expected import Column, Expectation, Table, to_parquet, to_text
from readers import Columns, parse_json
from records import Json, Number

EXTENSION = {"csv": ".csv", "ndjson": ".ndjson", "parquet": ".parquet"}


def canonical(value: Any) -> str:
    """One text for each JSON value: keys sorted, digits kept."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        members = (f"{json.dumps(name)}:{canonical(item)}" for name, item in sorted(value.items()))
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value)


def _csv_cell(cell: str | None, column: Column) -> str:
    """The canonical text of a CSV cell, comparable with `_wanted_text`."""
    if cell is None or column.kind in ("text", "int", "double", "bool"):
        return repr(cell)
    try:
        return canonical(parse_json(cell))
    except (ValueError, readers.Unreadable):
        return f"no JSON: {cell!r}"


def _wanted_text(column: Column, value: Json) -> str:
    if column.kind in ("text", "int", "double", "bool"):
        return repr(None if value is None else to_text(value))
    return repr(None) if value is None else canonical(value)


def _ndjson_cell(cell: Any, column: Column) -> str:
    if column.kind == "json" and isinstance(cell, str):
        try:
            return canonical(parse_json(cell))
        except (ValueError, readers.Unreadable):
            return f"no JSON: {cell!r}"
    return canonical(cell)


def _parquet_cell(cell: Any, column: Column) -> str:
    if column.kind == "json" and isinstance(cell, list):
        return canonical(cell)
    if column.kind == "json" and isinstance(cell, (str, bytes)):
        try:
            return canonical(parse_json(cell if isinstance(cell, str) else cell.decode()))
        except (ValueError, readers.Unreadable):
            return f"no JSON: {cell!r}"
    return repr(cell)


def _wanted_parquet(column: Column, value: Json) -> str:
    if column.kind == "json":
        return canonical(value)
    return repr(to_parquet(value, column.item if column.kind == "list" else column.kind))


def compare_cells(form: str, column: Column, cells: list[Any]) -> str | None:
    """None when the cells are those of the column, else the first difference and their number."""
    found: str | None = None
    for values in [column.values, *column.alternatives]:
        if form == "csv":
            wanted = [_wanted_text(column, value) for value in values]
            got = [_csv_cell(cell, column) for cell in cells]
        elif form == "ndjson":
            wanted = [canonical(value) for value in values]
            got = [_ndjson_cell(cell, column) for cell in cells]
        else:
            wanted = [_wanted_parquet(column, value) for value in values]
            got = [_parquet_cell(cell, column) for cell in cells]
        different = [row for row, (left, right) in enumerate(zip(wanted, got)) if left != right]
        if len(got) == len(wanted) and not different:
            return None
        if found is None and different:
            row = different[0]
            count = f"{len(different)} of {len(wanted)} differ"
            found = f"row {row}: expected {_short(wanted[row])}, got {_short(got[row])} ({count})"
    return found or f"{len(cells)} cells, expected {len(column.values)}"


def _short(text: str) -> str:
    return text if len(text) <= 160 else text[:157] + "..."


class Export:
    """A finished export folder and what is wrong with it."""

    def __init__(self, folder: Path, form: str, expectation: Expectation, token: str) -> None:
        self.folder = folder
        self.form = form
        self.expectation = expectation
        self.token = token
        self.problems: list[str] = []
        self.seen_texts: list[str] = []

    def check(self) -> list[str]:
        manifest_path = self.folder / "manifest.json"
        if not manifest_path.is_file():
            return ["no manifest.json"]
        if not (self.folder / "_SUCCESS").is_file():
            self.problems.append("no _SUCCESS")
        raw = manifest_path.read_text()
        if self.token in raw:
            self.problems.append("manifest.json holds the token")
        try:
            manifest = parse_json(raw)
            self.check_folder(manifest)
            self.check_tables(manifest["tables"])
            self.check_totals(manifest)
        except (KeyError, TypeError, ValueError) as error:
            self.problems.append(f"manifest.json does not follow format version 1: {type(error).__name__} {error}")
        return self.problems

    def check_folder(self, manifest: Any) -> None:
        listed = {file["path"] for table in manifest["tables"] for file in table["files"]}
        listed |= {"manifest.json", "_SUCCESS"}
        present = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}
        if present != listed:
            self.problems.append(
                f"files not in the manifest: {sorted(present - listed)}, missing: {sorted(listed - present)}"
            )
        for name in ("tool", "job", "source", "completeness", "startedAt", "finishedAt"):
            if not manifest.get(name):
                self.problems.append(f"manifest.json has no {name}")

    def check_totals(self, manifest: Any) -> None:
        total = self.expectation.total
        if total is not None and manifest["total"] != total:
            self.problems.append(f"manifest total {manifest['total']!r}, expected {total}")
        held = {column.name for table in self.expectation.tables for column in table.columns if not table.names}
        for name, value in self.expectation.scalars.items():
            if name not in held and name not in manifest["scalars"]:
                self.problems.append(f"scalar {name} is not in the manifest")
            elif name in manifest["scalars"] and not _same_scalar(manifest["scalars"][name], value):
                self.problems.append(
                    f"scalar {name}: expected {canonical(value)}, got {canonical(manifest['scalars'][name])}"
                )
        lost = [token for token in self.expectation.tokens if not any(token in text for text in self.seen_texts)]
        if lost:
            self.problems.append(f"lost: {', '.join(lost[:4])} ({len(lost)} of {len(self.expectation.tokens)})")

    def check_tables(self, listed: list[Any]) -> None:
        expected = self.expectation.tables
        if len(listed) != len(expected) and not self.expectation.loose and expected:
            names = [table["name"] for table in listed]
            self.problems.append(f"tables {names}, expected {[table.names[:1] for table in expected]}")
            return
        for entry in listed:
            columns = self.read(entry)
            if columns is None:
                continue
            table = _named(entry["name"], expected)
            if table is not None and not self.expectation.loose:
                self.check_table(entry, columns, table)
            elif expected and not self.expectation.loose:
                self.problems.append(
                    f"unexpected table {entry['name']}, expected {[table.names for table in expected]}"
                )
            elif not expected and not self.expectation.loose and entry["rows"]:
                self.problems.append(f"table {entry['name']} has {entry['rows']} rows, expected none")
            if self.expectation.tokens:
                self.seen_texts.append("\n".join(_plain(cell) for column in columns.cells for cell in column))

    def read(self, entry: Any) -> Columns | None:
        """The table's cells, after its files were checked against the manifest and read twice."""
        name = entry["name"]
        paths = [self.folder / file["path"] for file in entry["files"]]
        for file, path in zip(entry["files"], paths):
            if not path.is_file():
                self.problems.append(f"{file['path']} is missing")
                return None
            content = path.read_bytes()
            if len(content) != file["bytes"]:
                self.problems.append(f"{file['path']}: {len(content)} bytes, manifest says {file['bytes']}")
            if hashlib.sha256(content).hexdigest() != file["sha256"]:
                self.problems.append(f"{file['path']}: SHA-256 is not that of the manifest")
            if path.suffix != EXTENSION[self.form]:
                self.problems.append(f"{file['path']}: not a {EXTENSION[self.form]} file")
        try:
            columns = self.read_twice(name, paths)
        except (readers.Unreadable, UnicodeDecodeError, ValueError, OSError, readers.duckdb.Error) as error:
            self.problems.append(f"table {name} cannot be read: {type(error).__name__} {str(error)[:300]}")
            return None
        if columns.file_rows != [file["rows"] for file in entry["files"]] or columns.rows != entry["rows"]:
            self.problems.append(f"table {name}: rows {columns.file_rows} in its files, manifest says {entry['rows']}")
        self.check_offsets(name, entry["files"])
        self.check_manifest_columns(name, entry["columns"], columns)
        return columns

    def read_twice(self, name: str, paths: list[Path]) -> Columns:
        if not paths:
            return Columns([], [])
        if self.form == "csv":
            columns = readers.read_csv(paths)
            rows = list(zip(*columns.cells))
            if readers.duckdb_csv(paths, len(columns.names)) != rows:
                self.problems.append(f"table {name}: DuckDB reads other CSV cells")
        elif self.form == "ndjson":
            columns = readers.read_ndjson(paths)
            lines = [parse_json(line) for line in readers.duckdb_ndjson(paths)]
            if lines != [dict(zip(columns.names, row)) for row in zip(*columns.cells)]:
                self.problems.append(f"table {name}: DuckDB reads other NDJSON objects")
        else:
            columns = readers.read_parquet(paths)
            rows = list(zip(*columns.cells))
            if repr(readers.duckdb_parquet(paths)) != repr(rows):
                self.problems.append(f"table {name}: DuckDB reads other Parquet values than pyarrow")
            for path in paths:
                self.problems += readers.wrong_statistics(path)[:3]
        return columns

    def check_offsets(self, name: str, files: list[Any]) -> None:
        total = self.expectation.total
        if total is None or not files:
            return
        ranges = [(file["firstOffset"], file["endOffset"]) for file in files]
        ends = [0] + [end for _, end in ranges]
        if [first for first, _ in ranges] != ends[:-1] or ends[-1] != total:
            self.problems.append(f"table {name}: offsets {ranges} do not tile 0..{total}")

    def check_manifest_columns(self, name: str, listed: list[Any], columns: Columns) -> None:
        names = [column["name"] for column in listed]
        same = sorted(names) == sorted(columns.names) if self.form == "ndjson" else names == columns.names
        if columns.names and not same:
            self.problems.append(f"table {name}: manifest columns {names}, file columns {columns.names}")
            return
        held = dict(zip(columns.names, columns.cells))
        for column in listed:
            if column["nullable"] is False and any(cell is None for cell in held.get(column["name"], [])):
                self.problems.append(f"table {name}: column {column['name']} is not nullable and holds null")

    def check_table(self, entry: Any, columns: Columns, table: Table) -> None:
        name = entry["name"]
        left = dict(zip(columns.names, columns.cells))
        if len(left) != len(columns.names):
            self.problems.append(f"table {name}: two columns of one name in {columns.names}")
        if table.rows != columns.rows:
            self.problems.append(f"table {name}: {columns.rows} rows, expected {table.rows}")
            return
        if table.rows == 0:
            return
        by_member = table.by_member and set(left) >= {column.name for column in table.by_member}
        for column in table.by_member if by_member else table.columns:
            label = column.name
            if label is None:
                label = next((each for each in left if each != "_overflow"), "")
            if label not in left:
                if not (column.optional and all(value is None for value in column.values)):
                    self.problems.append(f"table {name}: no column {label!r}, there are {columns.names}")
                continue
            problem = compare_cells(self.form, column, left.pop(label))
            if problem is not None:
                self.problems.append(f"table {name}, column {label!r}, {problem}")
        for label, cells in left.items():
            holds = any(cell is not None for cell in cells)
            if holds and label not in table.extra and not self.expectation.overflow:
                sample = next(cell for cell in cells if cell is not None)
                self.problems.append(
                    f"table {name}: unexpected values in column {label!r}, e.g. {_short(_plain(sample))}"
                )


def _named(name: str, tables: Iterable[Table]) -> Table | None:
    return next((table for table in tables if not table.names or name in table.names), None)


def _plain(cell: Any) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    return canonical(cell)


def _same_scalar(got: Any, value: Json) -> bool:
    if isinstance(value, (int, Number)) and not isinstance(value, bool):
        try:
            return Decimal(to_text(got)) == Decimal(to_text(value))
        except ArithmeticError:
            return False
    return canonical(got) == canonical(value)
