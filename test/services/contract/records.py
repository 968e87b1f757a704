"""The jobs that the contract server offers, as plain data.

One entry for each result shape that GES documents for
`GET /ges/v1.0/{project_id}/graphs/{graph}/jobs/{job_id}/status` (ges_03_0037, ges_03_0472).
The server turns these records into answers, `expected.py` turns them into tables; neither knows the other.

A JSON number with a fraction or an exponent is a `Number`: the digits as they go over the wire.
Integers are Python integers, so that values beyond 2^53 stay exact.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

Json = Any  # None, bool, int, str, Number, list[Json] or dict[str, Json]


@dataclass(frozen=True)
class Number:
    """A JSON number that is not an integer, kept as its digits."""

    text: str

    @property
    def exact(self) -> Decimal:
        return Decimal(self.text)

    @property
    def double(self) -> float:
        return float(self.text)

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Property:
    """A property of a label, as the graph's schema declares it (ges_03_0153 names and types)."""

    name: str
    type: str
    cardinality: str = "single"


@dataclass
class Job:
    """One finished job: its record lists, the values beside them, and how it is paged.

    `shape` is the word that `expected.py` reads; `page` is the API page that documents the answer.
    `level` says where the lists are: under `data.outputs` or directly under `data`.
    """

    id: str
    page: str
    shape: str
    build: Callable[[random.Random], dict[str, list[Json]]]
    scalars: dict[str, Json] = field(default_factory=dict)
    paged: bool = True
    level: str = "outputs"
    fields_first: bool = False
    schema: dict[str, list[Property]] = field(default_factory=dict)
    page_size: int = 1000
    unit: str = "record"
    seed: int = 0

    @cached_property
    def lists(self) -> dict[str, list[Json]]:
        return self.build(random.Random(f"{self.seed}:{self.id}"))

    @property
    def key(self) -> str:
        return next(iter(self.lists))

    @property
    def records(self) -> list[Json]:
        return self.lists[self.key]

    @property
    def total(self) -> int:
        if self.unit == "path":
            return sum(len(group["paths"]) for group in self.records)
        return len(self.records) if self.lists else 0


PLAIN_TEXT = ["artist", "writer", "college/grad student", "academic/educator", "other or not specified"]

ODD_TEXT = [
    "薇薇安",
    "comma, inside",
    'say "hi"',
    "line\nbreak",
    "carriage\r\nreturn",
    "back\\slash",
    "sl/ash",
    "tab\there",
    "smile \U0001f600",
    "last \U0010ffff",
    "private \uffff\ue000",
    " leading and trailing ",
    "=1+1",
    "+x",
    "-y",
    "@z",
    "null",
    "NULL",
    "true",
    "NaN",
    "1e5",
    "007",
    "\u0001\u001f\u007f",
    "\b\f",
    "\u2028\u2029",
    "é and é",
    "'single'",
    '{"json": [1]}',
    "[1,2",
    "#hash",
    "",
]

ODD_IDS = [
    "__proto__",
    "constructor",
    "toString",
    "0000",
    "9007199254740993",
    "-0",
    "source",
    "data_total_size",
]

HARD_DOUBLES = [
    "0.1",
    "0.10",
    "-0.0",
    "1.5E-7",
    "1e-05",
    "1E+2",
    "5e-324",
    "2.2250738585072011e-308",
    "1.7976931348623157e308",
    "123456789.123456789012345",
    "9007199254740993.0",
    "0.4269691347613425",
    "2.5e0",
    "8.41e21",
    "6.9294956446009195e15",
    "100000000000000000000000.5",
]

LONGS = [0, -1, 9007199254740992, 9007199254740993, -9007199254740993, 1716428001745772, 2**63 - 1, -(2**63)]


def _double(rng: random.Random) -> Number:
    if rng.random() < 0.15:
        return Number(rng.choice(HARD_DOUBLES))
    text = repr(rng.random() * 10 ** rng.randint(-12, 6))
    return Number(text)


def _text(rng: random.Random) -> str:
    return rng.choice(ODD_TEXT) if rng.random() < 0.3 else rng.choice(PLAIN_TEXT)


def _long(rng: random.Random) -> int:
    return rng.choice(LONGS) if rng.random() < 0.3 else rng.randint(-(2**40), 2**62)


def _ids(rng: random.Random, count: int) -> list[str]:
    """Unique vertex ids: mostly digits or names, some with every kind of odd character."""
    ids: list[str] = []
    for position in range(count):
        if position % 31 == 7:
            ids.append(f"{rng.choice(ODD_TEXT)}~{position}")
        elif position % 2:
            ids.append(str(position * 13 + 46))
        else:
            ids.append(f"tr_{position}")
    for slot, odd in enumerate(ODD_IDS + [""]):
        where = slot * 307 + 3
        if where < count:
            ids[where] = odd
    return ids


def _pool_id(rng: random.Random) -> str:
    return rng.choice(ODD_TEXT) + "!" if rng.random() < 0.1 else f"v{rng.randint(0, 5000)}"


def _map(key: str, count: int, value: Callable[[random.Random], Json], first: str | None = None):
    """`[{vertexId: value}, ...]`."""

    def build(rng: random.Random) -> dict[str, list[Json]]:
        ids = _ids(rng, count)
        if first is not None:
            ids = [first if position == 0 else f"x{name}" for position, name in enumerate(ids)]
        records: list[Json] = [{name: value(rng)} for name in ids]
        if records and records[0][ids[0]] is None:
            records[0] = {ids[0]: Number("0.0")}
        return {key: records}

    return build


def _bare(key: str, count: int):
    """`[vertexId, ...]`."""
    return lambda rng: {key: _ids(rng, count)}


def _path(rng: random.Random, low: int = 2, high: int = 6) -> list[str]:
    return [_pool_id(rng) for _ in range(rng.randint(low, high))]


def _paths(key: str, count: int, low: int = 2):
    """`[[vertexId, ...], ...]`."""
    return lambda rng: {key: [_path(rng, low) for _ in range(count)]}


def _one_path(key: str = "path"):
    return lambda rng: {key: _path(rng, 4, 4)}


def _groups(count: int):
    """`[{source, target, paths}]` of all_pairs_shortest_paths (ges_03_0234)."""

    def group(rng: random.Random) -> Json:
        ends = [_pool_id(rng), _pool_id(rng)]
        middles = [_path(rng, 0, 3) for _ in range(rng.randint(1, 4))]
        return {
            "source": ends[0],
            "target": ends[1],
            "paths": [[ends[0], *middle, ends[1]] for middle in middles],
        }

    return lambda rng: {"batch_paths": [group(rng) for _ in range(count)]}


def _edge_scores(key: str, count: int):
    """`[{source, target, index, betweenness}]` (ges_03_0182, ges_03_0183)."""
    return lambda rng: {
        key: [
            {
                "source": _pool_id(rng),
                "target": _pool_id(rng),
                "index": str(rng.randint(0, 99)),
                "betweenness": _double(rng),
            }
            for _ in range(count)
        ]
    }


def _edge_circles(count: int):
    """Circles with `output_format` edgeObject (ges_03_0217)."""

    def circle(rng: random.Random) -> Json:
        stops = _path(rng, 3, 6)
        ring = zip(stops, stops[1:] + stops[:1])
        return [{"source": a, "target": b, "index": str(rng.randint(0, 9))} for a, b in ring]

    return lambda rng: {"circles": [circle(rng) for _ in range(count)]}


def _edge_id_circles(count: int):
    """Circles with `output_format` edgeId: `"source-target-index"`."""

    def circle(rng: random.Random) -> Json:
        stops = [f"n{rng.randint(0, 99)}" for _ in range(rng.randint(3, 5))]
        return [f"{a}-{b}-{rng.randint(0, 9)}" for a, b in zip(stops, stops[1:] + stops[:1])]

    return lambda rng: {"circles": [circle(rng) for _ in range(count)]}


VERTEX_SCHEMA = {
    "user": [
        Property("Name", "string"),
        Property("ChineseName", "string"),
        Property("Zip-code", "string"),
        Property("Age", "enum"),
        Property("age", "int"),
        Property("userid", "long"),
        Property("joined", "date"),
        Property("score", "double"),
        Property("active", "bool"),
        Property("grade", "char"),
        Property("tags", "string", "list"),
        Property("nums", "long", "set"),
        Property("alias", "string", "set"),
        Property('a,b "quoted"', "string"),
        Property("备注 说明", "string"),
        Property("__proto__", "string"),
        Property("constructor", "int"),
        Property("1", "string"),
        Property("back\\slash/name", "string"),
    ],
    "movie": [
        Property("Name", "string"),
        Property("title", "char array"),
        Property("ratio", "float"),
        Property("weights", "double", "list"),
        Property("tags", "string", "list"),
    ],
    "人物": [Property("ChineseName", "string"), Property("生日", "date"), Property("userid", "long")],
}

EDGE_SCHEMA = {
    "rate": [
        Property("Score", "int"),
        Property("Datetime", "date"),
        Property("comment", "string"),
        Property("weight", "double"),
        Property("history", "long", "list"),
    ],
    "friends": [],
}

UNUSED_SCHEMA = {"genre": [Property("never used", "string")]}


def _value(rng: random.Random, kind: str) -> Json:
    if kind in ("int",):
        return rng.randint(-5, 120)
    if kind == "long":
        return _long(rng)
    if kind == "double":
        return rng.randint(0, 9) if rng.random() < 0.2 else _double(rng)
    if kind == "float":
        return Number(rng.choice(["0.5", "1.25", "-3.75", "0.0", "1024.5"]))
    if kind == "bool":
        return rng.random() < 0.5
    if kind == "date":
        return rng.choice(["2000-11-22 19:23:05", "2000-11-22", "", "1999-01-01 00:00:00"])
    if kind == "enum":
        return rng.choice(["18-24", "25-34", "35-44"])
    if kind == "char":
        return rng.choice(["A", "b", "中", '"'])
    return _text(rng)


def _properties(rng: random.Random, declared: list[Property], missing: float) -> dict[str, list[Json]]:
    """REST property values are always arrays, `[""]` is an empty date (ges_03_0037, ges_03_0175)."""
    properties: dict[str, list[Json]] = {}
    for item in declared:
        if rng.random() < missing:
            continue
        count = 1
        if item.cardinality != "single" and item.name != "alias":
            count = rng.choice([0, 1, 2, 2, 3, 5])
        values = [_value(rng, item.type) for _ in range(count)]
        if item.cardinality == "set":
            values = [value for place, value in enumerate(values) if value not in values[:place]]
        properties[item.name] = values
    return properties


def _vertex(rng: random.Random, name: str) -> Json:
    label = rng.choice(list(VERTEX_SCHEMA))
    return {"id": name, "label": label, "properties": _properties(rng, VERTEX_SCHEMA[label], 0.2)}


def _edge(rng: random.Random, with_index: bool = True) -> Json:
    label = rng.choice(["rate", "rate", "friends"])
    edge: dict[str, Json] = {}
    if with_index:
        edge["index"] = str(rng.randint(0, 2**53 * 8))
    edge["source"] = _pool_id(rng)
    edge["label"] = label
    edge["properties"] = _properties(rng, EDGE_SCHEMA[label], 0.1)
    edge["target"] = _pool_id(rng)
    return edge


def _vertices(count: int):
    return lambda rng: {"vertices": [_vertex(rng, name) for name in _ids(rng, count)]}


def _edges(count: int, with_index: bool = True):
    return lambda rng: {"edges": [_edge(rng, with_index) for _ in range(count)]}


def _temporal_graph(rng: random.Random) -> dict[str, list[Json]]:
    """`data.vertices` and `data.edges` side by side (ges_03_0380 table 7)."""
    return {
        "vertices": [_vertex(rng, name) for name in _ids(rng, 300)],
        "edges": [_edge(rng) for _ in range(700)],
    }


def _mystery(rng: random.Random) -> dict[str, list[Json]]:
    """A nested thing that no page describes."""
    return {"mystery": [_mysterious(rng) for _ in range(2500)]}


def _mysterious(rng: random.Random) -> dict[str, Json]:
    return {
        "kind": _text(rng),
        "deep": {"list": [rng.randint(0, 9), {"inner": None, "on": True}, [_text(rng)]], "é": _double(rng)},
        "wide": 123456789012345678901234567890,
        "score": _double(rng),
        "empty": {},
        "none": [],
    }


def _drifting_mystery(rng: random.Random) -> dict[str, list[Json]]:
    """The same with a late member, a member of another type, and records of other shapes."""
    records: list[Json] = [_mysterious(rng) for _ in range(DRIFTING)]
    records[4444]["late"] = drift_token(4444)
    records[7777]["score"] = {"nested": [drift_token(7777)]}
    records[13331] = drift_token(13331)
    records[17779] = [drift_token(17779)]
    return {"mystery": records}


MYSTERY_DRIFT_AT = [4444, 7777, 13331, 17779]


def _drifting_ranks(rng: random.Random) -> dict[str, list[Json]]:
    """Ranks of which a few are not `{vertexId: number}`; unreachable values are documented nowhere."""
    records: list[Json] = [{name: _double(rng)} for name in _ids(rng, DRIFTING)]
    for position, value in RANK_DRIFT.items():
        records[position] = value
    return {"pagerank": records}


DRIFTING = 20_000
"""Records of a drifting job: too many to see the odd ones in a few samples."""


def drift_token(position: int) -> str:
    """A text that occurs once in a drifting job, so that its loss can be seen."""
    return f"drift<{position}>"


RANK_DRIFT: dict[int, Json] = {
    503: {"first<503>": drift_token(503)},
    4444: {"first<4444>": [Number("0.5"), drift_token(4444)]},
    7777: {"first<7777>": {"deep": drift_token(7777)}},
    13331: drift_token(13331),
    17779: {"first<17779>": Number("0.987612345"), "second<17779>": drift_token(17779)},
}


def _pairs_without_paths(rng: random.Random) -> dict[str, list[Json]]:
    """A pair that no path connects: its two ends are all there is to export."""
    groups = _groups(1200)(rng)["batch_paths"]
    groups[703] = {"source": drift_token(703), "target": drift_token(704), "paths": []}
    return {"batch_paths": groups}


DRIFT_AT = {3: "text in a number", 7777: "several values", 13331: "unknown property", 17779: "unknown member"}


def _drifting_vertices(rng: random.Random) -> dict[str, list[Json]]:
    """Vertices of which a few do not fit what the schema and most records say (ges_03_0153, ges_03_0465)."""
    vertices = []
    for position, name in enumerate(_ids(rng, DRIFTING)):
        properties: dict[str, Json] = {"level": [rng.randint(0, 9)], "nick": [_text(rng)]}
        vertex: dict[str, Json] = {"id": name, "label": "drifter", "properties": properties}
        change = DRIFT_AT.get(position)
        if change == "text in a number":
            properties["level"] = [drift_token(position)]
        elif change == "several values":
            properties["nick"] = ["first", drift_token(position)]
        elif change == "unknown property":
            properties["surprise"] = [drift_token(position)]
        elif change == "unknown member":
            vertex["labels"] = ["drifter", drift_token(position)]
        vertices.append(vertex)
    return {"vertices": vertices}


DRIFT_SCHEMA = {"drifter": [Property("level", "int"), Property("nick", "string")]}


def clash_token(position: int, name: str) -> str:
    return f"clash<{name}:{position}>"


CLASH_NAMES = ["id", "label", "_overflow", "properties"]


def _clashing_vertices(rng: random.Random) -> dict[str, list[Json]]:
    """Properties that carry the names of fixed columns; ges_03_0153 allows them. The schema does not list them."""
    return {
        "vertices": [
            {
                "id": name,
                "label": "clasher",
                "properties": {odd: [clash_token(position, odd)] for odd in CLASH_NAMES},
            }
            for position, name in enumerate(_ids(rng, 1200))
        ]
    }


MULTI_KEY_AT = 13331


def _multi_key(rng: random.Random) -> dict[str, list[Json]]:
    """The format text says `[{vertexId:value},...]`; one record here holds two ids."""
    records: list[Json] = [{name: _double(rng)} for name in _ids(rng, DRIFTING)]
    records[MULTI_KEY_AT]["second<key>"] = Number("0.123454321")
    return {"pagerank": records}


def _nothing(_: random.Random) -> dict[str, list[Json]]:
    return {}


def _temporal_visit(rng: random.Random) -> Json:
    return {
        "arrive": rng.choice([1654050600, 1716428001745772, 9007199254740993]),
        "dist": rng.randint(0, 9),
        "predecessor": rng.choice(["", _pool_id(rng)]),
    }


def _score(rng: random.Random) -> Json:
    return rng.randint(0, 50) if rng.random() < 0.3 else _double(rng)


def _distance(rng: random.Random) -> Json:
    return None if rng.random() < 0.1 else _double(rng)


def _community(rng: random.Random) -> str:
    return str(rng.randint(0, 40)) if rng.random() < 0.9 else _text(rng)


def _communities(rng: random.Random) -> list[int]:
    return [rng.randint(0, 99) for _ in range(rng.choice([0, 1, 2, 3, 8]))]


def _embedding(rng: random.Random) -> list[Json]:
    return [_double(rng) if rng.random() < 0.9 else rng.randint(-1, 1) for _ in range(8)]


RUNTIME = {"runtime": Number("0.0213")}
ENDS = {"source": "46", "target": "38"}


def catalogue(seed: int = 0) -> dict[str, Job]:
    """Every job by its id."""
    jobs = [
        Job("pagerank", "ges_03_0077", "map", _map("pagerank", 2500, _double), {**RUNTIME}),
        Job(
            "personalrank",
            "ges_03_0078",
            "map",
            _map("personalrank", 1200, _double, "__proto__"),
            {"source": "46"},
        ),
        Job("topicrank", "ges_03_0236", "map", _map("topicrank", 1000, _double, "9"), {**RUNTIME}),
        Job("kcore", "ges_03_0079", "map", _map("coreness", 2000, lambda rng: rng.randint(3, 40)), {**RUNTIME}),
        Job(
            "k_hop",
            "ges_03_0080",
            "ids",
            _bare("vertices", 2500),
            {"source": "46", "k": 2, "k_hop_neighbors": 2500, **RUNTIME},
        ),
        Job("shortest_path", "ges_03_0143", "one path", _one_path(), {**ENDS, **RUNTIME}, paged=False),
        Job("filtered_shortest_path", "ges_03_0179", "one path", _one_path(), {**RUNTIME, **ENDS}, paged=False),
        Job("shortest_path_of_vertex_sets", "ges_03_0145", "one path", _one_path(), {**ENDS}, paged=False),
        Job(
            "all_shortest_paths",
            "ges_03_0082",
            "paths",
            _paths("paths", 2500),
            {"paths_number": 2500, **ENDS},
        ),
        Job(
            "all_shortest_paths_of_vertex_sets",
            "ges_03_0208",
            "paths",
            _paths("paths", 1100),
            {"source": "48,129,34,36", "target": "46,66,101", **RUNTIME},
        ),
        Job("batch_paths", "ges_03_0234", "groups", _groups(1500), {"paths_number": 1500, **RUNTIME}),
        Job("sssp", "ges_03_0092", "map", _map("distance", 2500, _distance, "46"), {"source": "46", **RUNTIME}),
        Job(
            "n_paths",
            "ges_03_0083",
            "paths",
            _paths("paths", 1001),
            {"paths_number": 1001, **ENDS, **RUNTIME},
        ),
        Job(
            "filtered_n_paths",
            "ges_03_0239",
            "paths",
            _paths("paths", 2500, low=1),
            {"path_length": 3, "paths_number": 2500, **ENDS, **RUNTIME},
        ),
        Job(
            "closeness",
            "ges_03_0085",
            "scalars",
            _nothing,
            {"closeness": Number("0.5281"), "source": "46", **RUNTIME},
            paged=False,
        ),
        Job(
            "label_propagation",
            "ges_03_0150",
            "map",
            _map("community", 2500, _community),
            {**RUNTIME},
        ),
        Job(
            "louvain",
            "ges_03_0174",
            "map",
            _map("community", 2500, lambda rng: str(rng.randint(0, 40))),
            {"modularity": Number("0.4269691347613425"), "community_num": 41, **RUNTIME},
        ),
        Job(
            "connected_component",
            "ges_03_0093",
            "map",
            _map("community", 1400, _community),
            {"Max_WCC_size": 1400, "Max_WCC_id": "38", **RUNTIME},
        ),
        Job(
            "bigclam",
            "ges_03_0508",
            "map of lists",
            _map("communities", 2500, _communities),
            {"community_num": 100, "log_likelihood": Number("-12345.678901234567")},
        ),
        Job(
            "link_prediction",
            "ges_03_0088",
            "scalars",
            _nothing,
            {**ENDS, "link_prediction": Number("0.2142"), **RUNTIME},
            paged=False,
        ),
        Job(
            "node2vec",
            "ges_03_0089",
            "map of lists",
            _map("embedding", 2500, _embedding),
            {"runtime": Number("1.2")},
        ),
        Job(
            "realtime_recommendation",
            "ges_03_0090",
            "map",
            _map("score", 1300, _score),
            {"sources": ["46", "38", "中"], **RUNTIME},
        ),
        Job(
            "common_neighbors",
            "ges_03_0091",
            "ids",
            _bare("vertices", 1010),
            {"common_neighbors": 1010, **ENDS, **RUNTIME},
        ),
        Job(
            "common_neighbors_of_vertex_sets",
            "ges_03_0207",
            "ids",
            _bare("vertices", 37),
            {"common_neighbors": 37},
        ),
        Job(
            "degree_correlation",
            "ges_03_0094",
            "scalars",
            _nothing,
            {"degree_correlation": Number("-0.1932"), **RUNTIME},
            paged=False,
        ),
        Job(
            "triangle_count",
            "ges_03_0095",
            "scalars",
            _nothing,
            {"triangle_count": 9007199254740993, **RUNTIME},
            paged=False,
        ),
        Job(
            "triangle_vertices",
            "ges_03_0095",
            "map",
            _map("vertex_triangles", 1500, _long),
            {"triangle_count": 612},
            paged=False,
        ),
        Job(
            "cluster_coefficient",
            "ges_03_0096",
            "scalars",
            _nothing,
            {"cluster_coefficient": Number("0.3417"), **RUNTIME},
            paged=False,
        ),
        Job("betweenness", "ges_03_0181", "map", _map("betweenness", 2500, _score), {**RUNTIME}),
        Job(
            "edge_betweenness",
            "ges_03_0182",
            "edge scores",
            _edge_scores("edge_betweenness", 2500),
            {**RUNTIME},
        ),
        Job("od_betweenness", "ges_03_0183", "edge scores", _edge_scores("betweenness", 2500), {**RUNTIME}),
        Job(
            "single_vertex_circles_detection",
            "ges_03_0186",
            "paths",
            _paths("circles", 1200, low=3),
            {
                "source": "46",
                "circle_number": 1200,
                "min_circle_length": 3,
                "max_circle_length": 10,
                "limit_circle_number": 100000,
                **RUNTIME,
            },
        ),
        Job(
            "circles_edge_object",
            "ges_03_0217",
            "edge circles",
            _edge_circles(2500),
            {"n": 2500, "circle_number": 2500, **RUNTIME},
        ),
        Job("circles_edge_id", "ges_03_0217", "paths", _edge_id_circles(1200), {"n": 1200, **RUNTIME}),
        Job(
            "circles_vertex_id",
            "ges_03_0217",
            "paths",
            _paths("circles", 1200, low=3),
            {"n": 1200, **RUNTIME},
        ),
        Job(
            "subgraph_matching",
            "ges_03_0233",
            "paths",
            _paths("subgraphs", 1500, low=5),
            {"pattern_graph": ["a", "b", "c"], "subgraph_number": 1500, **RUNTIME},
        ),
        Job(
            "temporal_bfs",
            "ges_03_0381",
            "map of objects",
            _map("temporal_bfs", 2500, _temporal_visit),
            {**RUNTIME},
        ),
        Job(
            "temporal_graph",
            "ges_03_0380",
            "graph",
            _temporal_graph,
            paged=False,
            level="data",
            schema=VERTEX_SCHEMA | EDGE_SCHEMA,
        ),
        Job("vertices", "ges_03_0023", "vertices", _vertices(2500), fields_first=True, schema=VERTEX_SCHEMA),
        Job("edges", "ges_03_0024", "edges", _edges(2500), fields_first=True, schema=EDGE_SCHEMA),
        Job(
            "edges_persistent",
            "ges_03_0175",
            "edges",
            _edges(1500, with_index=False),
            fields_first=True,
            schema=EDGE_SCHEMA,
        ),
        Job("hyg_sync", "ges_03_0536", "nothing", _nothing, paged=False),
        Job("empty", "ges_03_0077", "empty", _map("pagerank", 0, _double), {**RUNTIME}),
        Job("mystery", "undocumented", "anything", _mystery, {**RUNTIME}),
        Job(
            "pagerank_big",
            "ges_03_0077",
            "map",
            _map("pagerank", 250_000, _double),
            {**RUNTIME},
            page_size=100_000,
        ),
        Job("vertices_drift", "ges_03_0153", "drift", _drifting_vertices, schema=DRIFT_SCHEMA, page_size=10_000),
        Job("vertices_clash", "ges_03_0153", "clash", _clashing_vertices),
        Job("mystery_drift", "undocumented", "loose drift", _drifting_mystery, {**RUNTIME}, page_size=10_000),
        Job("pagerank_drift", "ges_03_0077", "loose drift", _drifting_ranks, {**RUNTIME}, page_size=10_000),
        Job("batch_paths_empty", "ges_03_0234", "loose drift", _pairs_without_paths, {**RUNTIME}),
        Job("pagerank_two_keys", "ges_03_0077", "two keys", _multi_key, {**RUNTIME}, page_size=10_000),
        Job("batch_paths_by_path", "ges_03_0528", "groups", _groups(700), {"paths_number": 700}, unit="path"),
        Job("cypher", "ges_03_0336", "cypher", _nothing, paged=False),
        Job("summary", "ges_03_0465", "summary", _nothing, paged=False),
    ]
    for job in jobs:
        job.seed = seed
    return {job.id: job for job in jobs}


CYPHER_BODY: Json = {
    "results": [
        {
            "columns": ["n.id", "n.rank"],
            "data": [{"row": [f"cypher<{row}>", row], "meta": [None, None]} for row in range(40)],
        }
    ],
    "errors": [],
    "status": "success",
}

SUMMARY_BODY: Json = {
    "data": {
        "vertexNum": 146,
        "edgeNum": 1494,
        "labelDetails": {"labels<v>": {"user": 100, "movie": 46}, "labels<e>": {"rate": 1494}},
    },
    "status": "success",
}

FAILED_JOBS: dict[str, tuple[int, Json, int]] = {
    "failed_status": (
        200,
        {
            "errorMessage": "Running algorithm [shortest_path] error: parameter [source] is invalid!",
            "errorCode": "GES.8301",
            "status": "failed",
        },
        1,
    ),
    "failed_http_400": (
        400,
        {"errorMessage": "Running algorithm [pagerank] error: out of memory!", "errorCode": "GES.8301"},
        1,
    ),
    "failed_hyg": (
        400,
        {
            "status": "complete",
            "errorCode": "GES.8011",
            "errorMessage": "graph : movie2 is not exist",
            "result": "failed",
        },
        1,
    ),
    "failed_complete": (200, {"status": "complete", "result": "failed", "errorMessage": "worker lost"}, 1),
    "no_such_job": (
        400,
        {"errorMessage": "can not find job, jobId is  no_such_job", "errorCode": "GES.8301"},
        4,
    ),
}
"""Jobs without a result: HTTP status, body, and the exit code of an export (ges_03_0037, ges_03_0076, ges_03_0446)."""
