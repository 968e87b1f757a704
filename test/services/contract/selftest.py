"""Shows that the contract tools bite, without the program under test.

A small exporter of ours walks the server and writes folders; an honest walk must pass `compare.py`, and every fault
planted in a folder must be found by it. Closes with `N passed, N failed`.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import re
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet as parquet

from check import Server, serving
from compare import EXTENSION, Export, canonical
from expected import Column, Expectation, Table, expect, to_parquet, to_text
from readers import parse_json
from records import Job, Json, catalogue
from server import LIES, LIMIT_MAX, VARIANTS, parse_variants

ARROW = {
    "text": pyarrow.string(),
    "int": pyarrow.int64(),
    "double": pyarrow.float64(),
    "bool": pyarrow.bool_(),
}


def fetch(endpoint: str, path: str, token: str | None) -> tuple[int, bytes]:
    request = urllib.request.Request(endpoint + path, headers={"X-Auth-Token": token} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def walk(endpoint: str, base: str, token: str, job: Job, variants: set[str]) -> list[Json]:
    """The records of a paged job, read page by page the way a simple client would."""
    found: list[Json] = []
    while True:
        _, body = fetch(endpoint, f"{base}/jobs/{job.id}/status?offset={len(found)}&limit=1000", token)
        answer = parse_json(body.decode())
        if answer["status"].lower() not in ("success", "complete"):
            continue
        data = answer["data"]
        outputs = data.get("outputs", data)
        page = outputs[job.key]
        found += page
        if "no-paging-fields" in variants:
            if not page:
                return found
            continue
        fields = data if "data_total_size" in data else outputs
        assert int(fields["data_return_size"]) == len(page)
        assert int(fields["data_offset"]) == len(found) - len(page)
        if len(found) >= int(fields["data_total_size"]):
            return found


def write_file(path: Path, form: str, table: Table) -> None:
    """One part file by the book."""
    columns = table.columns
    if form == "csv":
        lines = io.StringIO()
        lines.write(",".join(_quoted(column.name or "record") for column in columns) + "\n")
        for row in zip(*(column.values for column in columns)):
            cells = [_csv_cell(column, value) for column, value in zip(columns, row)]
            lines.write(",".join(cells) + "\n")
        path.write_text(lines.getvalue(), encoding="utf-8", newline="")
    elif form == "ndjson":
        rows = zip(*(column.values for column in columns))
        names = [column.name or "record" for column in columns]
        path.write_text("".join(canonical(dict(zip(names, row))) + "\n" for row in rows), encoding="utf-8")
    else:
        arrays = [
            pyarrow.array([_parquet_cell(column, value) for value in column.values], _type(column))
            for column in columns
        ]
        parquet.write_table(pyarrow.table(arrays, names=[column.name or "record" for column in columns]), path)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if not text or re.search(r'[",\r\n]', text) else text


def _csv_cell(column: Column, value: Json) -> str:
    if value is None:
        return ""
    return _quoted(canonical(value) if column.kind in ("list", "json") else to_text(value))


def _type(column: Column) -> Any:
    if column.kind == "list":
        return pyarrow.list_(ARROW[column.item])
    return ARROW.get(column.kind, pyarrow.string())


def _parquet_cell(column: Column, value: Json) -> Any:
    if column.kind == "json":
        return canonical(value)
    return to_parquet(value, column.item if column.kind == "list" else column.kind)


def write_export(folder: Path, form: str, expectation: Expectation) -> None:
    """A whole export folder, manifest and all."""
    tables = []
    for table in expectation.tables:
        name = table.names[0] if table.names else "scalars"
        (folder / name).mkdir(parents=True)
        path = folder / name / f"part-00000{EXTENSION[form]}"
        write_file(path, form, table)
        file = {
            "path": f"{name}/{path.name}",
            "rows": table.rows,
            "firstOffset": 0,
            "endOffset": expectation.total,
        }
        columns = [{"name": column.name or "record", "type": column.kind, "nullable": True} for column in table.columns]
        tables.append({"name": name, "rows": table.rows, "columns": columns, "files": [file]})
    scalars = parse_json(canonical(expectation.scalars))
    manifest = {"total": expectation.total, "tables": tables, "scalars": scalars, "completeness": {"rows": 1}}
    manifest |= {name: "x" for name in ("tool", "job", "source", "startedAt", "finishedAt")}
    folder.mkdir(exist_ok=True)
    seal(folder, manifest)
    (folder / "_SUCCESS").touch()


def seal(folder: Path, manifest: Any) -> None:
    for table in manifest["tables"]:
        for file in table["files"]:
            content = (folder / file["path"]).read_bytes()
            file |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(canonical(manifest))


class Selftest:
    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.jobs = catalogue(1)
        self.passed = 0
        self.failed = 0

    def claim(self, name: str, holds: bool, detail: object = "") -> None:
        self.passed += holds
        self.failed += not holds
        if not holds:
            print(f"FAIL {name} {detail}", flush=True)

    def protocol(self) -> None:
        with serving("plain", "none", 1) as server:
            base = f"/ges/v1.0/{server.project}/graphs/{server.graph}"
            page = f"{base}/jobs/pagerank/status"
            for name, path, token, status in [
                ("no token", page, None, 400),
                ("wrong token", page, server.token + "x", 400),
                ("limit 0", f"{page}?limit=0", server.token, 400),
                ("limit too large", f"{page}?limit={LIMIT_MAX + 1}", server.token, 400),
                ("largest limit", f"{page}?limit={LIMIT_MAX}", server.token, 200),
                ("negative offset", f"{page}?offset=-1", server.token, 400),
                ("unknown job", f"{base}/jobs/none/status", server.token, 400),
                ("unknown graph", page.replace(server.graph, "other"), server.token, 400),
                ("schema", f"{base}/schema", server.token, 200),
                ("job list", f"{base}/jobs/status", server.token, 200),
            ]:
                self.claim(name, fetch(server.endpoint, path, token)[0] == status)

    def variants(self) -> None:
        for variant in VARIANTS:
            chosen = parse_variants(variant)
            with serving(variant, "none", 1) as server:
                base = f"/ges/v1.0/{server.project}/graphs/{server.graph}"
                for name in ("pagerank", "vertices", "edges", "circles_edge_object", "mystery"):
                    job = self.jobs[name]
                    found = walk(server.endpoint, base, server.token, job, chosen)
                    self.claim(f"walk of {name} [{variant}]", canonical(found) == canonical(job.records))

    def lies(self) -> None:
        """Every lie changes what a client sees of some page."""
        with serving("plain", "none", 1) as server:
            for job in ("pagerank", "vertices", "edges"):
                truth = self.sight(server, job, "none")
                for lie in LIES:
                    self.claim(f"lie {lie} about {job}", (self.sight(server, job, lie) == truth) == (lie == "none"))

    def sight(self, server: Server, job: str, lie: str) -> list[tuple[int, bytes]]:
        """What a client sees of a few pages."""
        server.control("reset")
        server.control(f"lie?name={lie}")
        seen = []
        for offset in (0, 1000, 2000, 2500):
            path = f"/ges/v1.0/{server.project}/graphs/{server.graph}/jobs/{job}/status?offset={offset}&limit=1000"
            try:
                seen.append(fetch(server.endpoint, path, server.token))
            except (OSError, http.client.HTTPException) as error:
                seen.append((-1, type(error).__name__.encode()))
        return seen

    def exports(self) -> None:
        for name, job in self.jobs.items():
            expectation = expect(name, self.jobs, {"plain"})
            if not expectation.tables or expectation.overflow or job.total > 10_000:
                continue
            for form in EXTENSION:
                folder = self.workspace / f"{name}-{form}"
                write_export(folder, form, expectation)
                problems = Export(folder, form, expectation, "secret").check()
                self.claim(f"true export of {name} {form}", not problems, problems)
                shutil.rmtree(folder)

    def faults(self) -> None:
        """Each planted fault must be found."""
        for form in EXTENSION:
            for name, job, fault in FAULTS:
                expectation = expect(job, self.jobs, {"plain"})
                folder = self.workspace / f"fault-{form}"
                write_export(folder, form, expect_with(self.jobs, job, fault))
                problems = Export(folder, form, expectation, "secret").check()
                self.claim(f"fault found: {name} {form}", bool(problems))
                shutil.rmtree(folder)
        expectation = expect("pagerank", self.jobs, {"plain"})
        for name, damage in FOLDER_FAULTS.items():
            folder = self.workspace / "fault-folder"
            write_export(folder, "csv", expectation)
            damage(folder)
            self.claim(f"fault found: {name}", bool(Export(folder, "csv", expectation, "secret").check()))
            shutil.rmtree(folder)


def expect_with(jobs: dict[str, Job], job: str, fault: Callable[[dict[str, Column]], None]) -> Expectation:
    changed = expect(job, jobs, {"plain"})
    for table in changed.tables:
        for column in table.columns:
            column.values = list(column.values)
        fault({column.name or "record": column for column in table.columns})
    return changed


def _set(column: str, row: int, value: Json) -> Callable[[dict[str, Column]], None]:
    def fault(columns: dict[str, Column]) -> None:
        columns[column].values[row] = value

    return fault


def _drop_row(columns: dict[str, Column]) -> None:
    for column in columns.values():
        del column.values[1500]


def _repeat_row(columns: dict[str, Column]) -> None:
    for column in columns.values():
        column.values.insert(1000, column.values[999])


def _swap_rows(columns: dict[str, Column]) -> None:
    for column in columns.values():
        column.values[10], column.values[11] = column.values[11], column.values[10]


def _round_longs(columns: dict[str, Column]) -> None:
    column = columns["userid"]
    column.values = [None if value is None else min(int(float(value)), 2**63 - 1) for value in column.values]


def _empty_to_null(columns: dict[str, Column]) -> None:
    column = columns["joined"]
    column.values = [value or None for value in column.values]


def _null_to_empty(columns: dict[str, Column]) -> None:
    column = columns["Name"]
    column.values = ["" if value is None else value for value in column.values]


def _empty_lists_to_null(columns: dict[str, Column]) -> None:
    column = columns["tags"]
    column.values = [value or None for value in column.values]


FAULTS: list[tuple[str, str, Callable[[dict[str, Column]], None]]] = [
    ("a dropped row", "pagerank", _drop_row),
    ("a repeated row", "pagerank", _repeat_row),
    ("swapped rows", "pagerank", _swap_rows),
    ("another id", "pagerank", _set("vertex_id", 2499, "other")),
    ("rounded longs", "vertices", _round_longs),
    ("empty text as null", "vertices", _empty_to_null),
    ("null as empty text", "vertices", _null_to_empty),
    ("empty list as null", "vertices", _empty_lists_to_null),
    ("a shorter path", "all_shortest_paths", _set("vertices", 7, ["v1"])),
]


def _flip_byte(folder: Path) -> None:
    path = folder / "pagerank" / "part-00000.csv"
    path.write_bytes(path.read_bytes().replace(b"tr_2,", b"tr-2,", 1))


def _stray(folder: Path) -> None:
    (folder / "pagerank" / ".part-00001.csv.open").touch()


def _change_manifest(change: Callable[[Any], None]) -> Callable[[Path], None]:
    def fault(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        change(manifest)
        (folder / "manifest.json").write_text(json.dumps(manifest))

    return fault


def _crlf(folder: Path) -> None:
    path = folder / "pagerank" / "part-00000.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    seal(folder, json.loads((folder / "manifest.json").read_text()))


def _unquoted_quote(folder: Path) -> None:
    path = folder / "pagerank" / "part-00000.csv"
    path.write_bytes(path.read_bytes().replace(b"tr_2,", b'"tr_2",', 1))
    seal(folder, json.loads((folder / "manifest.json").read_text()))


FOLDER_FAULTS: dict[str, Callable[[Path], None]] = {
    "a flipped byte": _flip_byte,
    "a file in progress left behind": _stray,
    "no _SUCCESS": lambda folder: (folder / "_SUCCESS").unlink(),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "CRLF": _crlf,
    "quotes without need": _unquoted_quote,
    "another total": _change_manifest(lambda manifest: manifest.update(total=2499)),
    "offsets that do not tile": _change_manifest(
        lambda manifest: manifest["tables"][0]["files"][0].update(firstOffset=1)
    ),
    "a scalar lost": _change_manifest(lambda manifest: manifest["scalars"].clear()),
    "the token": _change_manifest(lambda manifest: manifest.update(source="secret")),
    "row count of a file": _change_manifest(lambda manifest: manifest["tables"][0]["files"][0].update(rows=1)),
}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="ges-contract-selftest-") as folder:
        selftest = Selftest(Path(folder))
        selftest.protocol()
        selftest.variants()
        selftest.lies()
        selftest.exports()
        selftest.faults()
    print(f"selftest: {selftest.passed} passed, {selftest.failed} failed")
    return 1 if selftest.failed else 0


if __name__ == "__main__":
    sys.exit(main())
