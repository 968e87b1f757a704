"""The tables that an export of each job must hold, computed from the records alone.

Column names and table names follow the shapes that GES documents; a name in `Table.names` after the first is accepted
where the shape leaves the name open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from records import (
    CLASH_NAMES,
    CYPHER_BODY,
    DRIFT_AT,
    FAILED_JOBS,
    MULTI_KEY_AT,
    MYSTERY_DRIFT_AT,
    RANK_DRIFT,
    Job,
    Json,
    Number,
    Property,
    clash_token,
    drift_token,
)

KIND_OF_TYPE = {"int": "int", "long": "int", "double": "double", "float": "double", "bool": "bool"}
"""Every other property type (char, char array, date, enum, string) is text."""


@dataclass
class Column:
    """A column and its exact values.

    `kind` is text, int, double, bool, list or json; `item` the kind of a list's items. An `optional` column may be
    absent when all its values are null. `alternatives` are other values that the documents allow as well.
    """

    name: str | None
    kind: str
    values: list[Json]
    item: str = "text"
    optional: bool = False
    alternatives: list[list[Json]] = field(default_factory=list)


@dataclass
class Table:
    """`names` are the accepted names, the canonical one first; empty means any.

    `by_member` are the columns of a table that splits records of an unknown shape into their members; values in
    the columns of `extra` are accepted.
    """

    names: tuple[str, ...]
    columns: list[Column]
    by_member: list[Column] = field(default_factory=list)
    extra: frozenset[str] = frozenset()

    @property
    def rows(self) -> int:
        return len(self.columns[0].values)


@dataclass
class Expectation:
    """What an export of one job must give.

    `exits` are the accepted exit codes; with 0 among them, exit 0 needs the tables. `tokens` must occur somewhere in
    the rows. `loose` tables are judged by their tokens alone. `overflow` says that `_overflow` may hold values.
    """

    tables: list[Table] = field(default_factory=list)
    scalars: dict[str, Json] = field(default_factory=dict)
    total: int | None = None
    exits: tuple[int, ...] = (0,)
    tokens: list[str] = field(default_factory=list)
    loose: bool = False
    overflow: bool = False


def _value_kind(values: Iterable[Json]) -> str:
    """The narrowest kind that holds every value of a column without a declared type."""
    kinds = set()
    for value in values:
        if isinstance(value, bool):
            kinds.add("bool")
        elif isinstance(value, int):
            kinds.add("int")
        elif isinstance(value, Number):
            kinds.add("double")
        elif value is not None:
            kinds.add("text")
    if kinds == {"int", "double"}:
        return "double"
    return kinds.pop() if len(kinds) == 1 else "text"


def _scalar_column(name: str, values: list[Json]) -> Column:
    return Column(name, _value_kind(values), values)


def _map_table(job: Job) -> Table:
    pairs = [pair for record in job.records for pair in record.items()]
    ids, values = [name for name, _ in pairs], [value for _, value in pairs]
    if job.shape == "map of lists":
        item = _value_kind(part for value in values for part in value)
        return Table((job.key,), [Column("vertex_id", "text", ids), Column(job.key, "list", values, item)])
    if job.shape == "map of objects":
        members = [_scalar_column(name, [value[name] for value in values]) for name in values[0]]
        return Table((job.key,), [Column("vertex_id", "text", ids), *members])
    return Table((job.key,), [Column("vertex_id", "text", ids), _scalar_column(job.key, values)])


def _paths_table(job: Job, paths: list[Json]) -> Table:
    return Table((job.key,), [Column("path_id", "int", list(range(len(paths)))), Column("vertices", "list", paths)])


def _groups_table(job: Job) -> Table:
    """`path_id` of a pair's path is not spelled out: a running number, the place in its pair, or the pair's offset."""
    flat = [
        (group["source"], group["target"], path, place, offset)
        for offset, group in enumerate(job.records)
        for place, path in enumerate(group["paths"])
    ]
    path_id = Column("path_id", "int", list(range(len(flat))))
    path_id.alternatives = [[row[3] for row in flat], [row[4] for row in flat]]
    return Table(
        (job.key,),
        [
            Column("source", "text", [row[0] for row in flat]),
            Column("target", "text", [row[1] for row in flat]),
            path_id,
            Column("vertices", "list", [row[2] for row in flat]),
        ],
    )


def _edge_circles_table(job: Job) -> Table:
    flat = [
        (offset, position, edge) for offset, circle in enumerate(job.records) for position, edge in enumerate(circle)
    ]
    members = [Column(name, "text", [edge[name] for _, _, edge in flat]) for name in ("source", "target", "index")]
    return Table(
        (job.key,),
        [
            Column("circle_id", "int", [offset for offset, _, _ in flat]),
            Column("position", "int", [position for _, position, _ in flat]),
            *members,
        ],
    )


def _property_columns(records: list[Json], schema: dict[str, list[Property]], with_schema: bool) -> list[Column]:
    """One column per property; a list where the schema says so, or, without a schema, where a record holds several."""
    declared: dict[str, Property] = {}
    for properties in schema.values():
        for item in properties:
            declared.setdefault(item.name, item)
    columns = []
    for name, item in declared.items():
        cells = [record["properties"].get(name) for record in records]
        plural = item.cardinality != "single"
        if not with_schema:
            plural = any(cell is not None and len(cell) > 1 for cell in cells)
        kind = KIND_OF_TYPE.get(item.type, "text")
        if plural:
            columns.append(Column(name, "list", cells, kind, optional=True))
        else:
            columns.append(Column(name, kind, [None if cell is None else cell[0] for cell in cells], optional=True))
    return columns


def _element_table(key: str, records: list[Json], schema: dict[str, list[Property]], with_schema: bool) -> Table:
    fixed = ("id", "label") if key == "vertices" else ("source", "target", "index", "label")
    columns = [
        Column(name, "text", [record.get(name) for record in records], optional=name == "index") for name in fixed
    ]
    return Table((key,), columns + _property_columns(records, schema, with_schema))


def _scalars_table(job: Job) -> Table:
    columns = [_scalar_column(name, [value]) for name, value in job.scalars.items() if name != "runtime"]
    return Table((), columns, extra=frozenset({"runtime"}))


def _anything_table(job: Job) -> Table:
    """One JSON column of whole records, or one column for each member."""
    kinds = {"kind": "text", "deep": "json", "wide": "json", "score": "double", "empty": "json", "none": "json"}
    members = [Column(name, kind, [record[name] for record in job.records]) for name, kind in kinds.items()]
    whole = Column(None, "json", job.records)
    return Table(("records", job.key), [whole], by_member=members)


def _texts(value: Json) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def expect(job_id: str, jobs: dict[str, Job], variants: set[str]) -> Expectation:
    """The expectation for one job under the given variants."""
    if job_id in FAILED_JOBS:
        return Expectation(exits=(FAILED_JOBS[job_id][2],))
    job = jobs[job_id]
    with_schema = "no-schema" not in variants
    known_total = job.paged and "no-paging-fields" not in variants
    result = Expectation(scalars=dict(job.scalars), total=job.total if known_total else None)
    shape = job.shape
    if shape in ("map", "map of lists", "map of objects"):
        result.tables = [_map_table(job)]
    elif shape == "ids":
        result.tables = [Table((job.key,), [Column("vertex_id", "text", job.records)])]
    elif shape == "paths":
        result.tables = [_paths_table(job, job.records)]
    elif shape == "one path":
        result.tables = [_paths_table(job, [job.records])]
    elif shape == "groups":
        result.tables = [_groups_table(job)]
    elif shape == "edge scores":
        names = ("source", "target", "index", "betweenness")
        result.tables = [
            Table((job.key,), [_scalar_column(name, [edge[name] for edge in job.records]) for name in names])
        ]
    elif shape == "edge circles":
        result.tables = [_edge_circles_table(job)]
    elif shape in ("vertices", "edges"):
        result.tables = [_element_table(job.key, job.records, job.schema, with_schema)]
    elif shape == "graph":
        result.tables = [
            _element_table(key, records, _schema_of(records, job.schema), with_schema)
            for key, records in job.lists.items()
        ]
    elif shape == "scalars":
        result.tables = [_scalars_table(job)]
    elif shape == "nothing":
        result.exits, result.loose = (0, 1, 4), True
    elif shape == "empty":
        result.tables = []
    elif shape == "anything":
        result.tables = [_anything_table(job)]
    else:
        _loosen(result, job, shape)
    return result


def _loosen(result: Expectation, job: Job, shape: str) -> None:
    """Jobs whose records do not fit one reading: nothing of them may be lost, wherever it ends up."""
    result.overflow = True
    if shape == "drift":
        fixed = [Column(name, "text", [vertex[name] for vertex in job.records]) for name in ("id", "label")]
        result.tables = [Table((job.key,), fixed)]
        result.tokens = [drift_token(position) for position in DRIFT_AT]
    elif shape == "clash":
        result.tables = [Table((job.key,), [Column("id", "text", [vertex["id"] for vertex in job.records])])]
        result.tokens = [clash_token(place, name) for name in CLASH_NAMES for place in range(job.total)]
        result.exits = (0, 1)
    elif shape == "loose drift":
        result.loose = True
        result.tokens = list(_drift_tokens(job))
        result.exits = (0, 1, 5)
    elif shape == "two keys":
        result.loose = True
        result.tokens = ["second<key>", "0.123454321", next(iter(job.records[MULTI_KEY_AT]))]
        result.exits = (0, 1, 5)
    elif shape == "cypher":
        result.loose = True
        result.tokens = list(_texts(CYPHER_BODY["results"][0]["data"]))
    elif shape == "summary":
        result.loose = True
        result.tokens = ["146", "1494", "labels<v>", "labels<e>"]
        result.exits = (0, 1)
    else:
        raise ValueError(f"no expectation for shape {shape}")


def _drift_tokens(job: Job) -> Iterable[str]:
    if job.id == "mystery_drift":
        yield from map(drift_token, MYSTERY_DRIFT_AT)
    elif job.id == "batch_paths_empty":
        yield from (drift_token(703), drift_token(704))
    else:
        for position, record in RANK_DRIFT.items():
            yield drift_token(position)
            yield from record if isinstance(record, dict) else ()


def _schema_of(records: list[Json], schema: dict[str, list[Property]]) -> dict[str, list[Property]]:
    labels = {record["label"] for record in records}
    return {label: properties for label, properties in schema.items() if label in labels}


def to_text(value: Json) -> str:
    """A scalar as it stands in CSV."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.text if isinstance(value, Number) else str(value)


def to_parquet(value: Json, kind: str) -> Any:
    """A value as a Parquet reader gives it back."""
    if isinstance(value, list):
        return [to_parquet(item, kind) for item in value]
    if kind == "double" and value is not None:
        return value.double if isinstance(value, Number) else float(value)
    return value
