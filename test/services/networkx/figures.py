"""Figures of the airports graph by NetworkX, which the tests of the simulator hold its algorithms against.

    python figures.py --write   writes test/simulator/networkx-figures.json
    python figures.py           compares that file with what NetworkX computes; ends with "N passed, N failed"
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from pathlib import Path
from typing import Any

import networkx as nx
from networkx.algorithms.isomorphism import DiGraphMatcher, GraphMatcher

ROOT = Path(__file__).resolve().parents[3]
ROUTES = ROOT / "samples" / "airports" / "flights-airport.csv"
FIGURES = ROOT / "test" / "simulator" / "networkx-figures.json"

OD_PAIRS = [("ABE", "ANC"), ("ABE", "SFO")]
NEIGHBOUR_PAIRS = [("ABE", "ANC"), ("ATL", "ORD"), ("BET", "ABE")]
PATH_PAIRS = [("ABE", "ANC"), ("ACV", "ATL"), ("ABE", "BET")]
CIRCLE_LENGTH = 4
# Edges of patterns as subgraph_matching takes them, and whether the directions count.
PATTERNS = [("1,2;2,3;3,1", True), ("1,2;2,3;3,1", False), ("1,2;1,3;4,2", True)]
PATTERNS += [("1,2;2,3;3,4;4,1;1,3", True), ("1,2;2,3;3,4;4,1;1,3", False)]
# Patterns are looked for among the airports with fewer routes: there are millions of places for them among the others.
PATTERN_DEGREE = 40


def read_graph() -> nx.DiGraph:
    """The routes with their flights; the vertices in order of their first route."""
    graph = nx.DiGraph()
    with ROUTES.open(newline="") as lines:
        for route in csv.DictReader(lines):
            graph.add_edge(route["origin"], route["destination"], count=int(route["count"]))
    return graph


def plain_undirected(graph: nx.DiGraph) -> nx.Graph:
    """Without directions, and without edges from a vertex to itself."""
    undirected = graph.to_undirected()
    undirected.remove_edges_from(list(nx.selfloop_edges(undirected)))
    return undirected


def od_betweenness(graph: nx.DiGraph) -> dict[str, float]:
    """For each pair by itself the betweenness of edges, added up; edges on no path are left out."""
    scores: dict[str, float] = {}
    for origin, destination in OD_PAIRS:
        subset = nx.edge_betweenness_centrality_subset(graph, [origin], [destination], normalized=False)
        for edge, score in subset.items():
            if score > 0:
                scores[" ".join(edge)] = scores.get(" ".join(edge), 0.0) + score
    return scores


def subgraphs(graph: nx.DiGraph, pattern: str, is_directed: bool) -> list[str]:
    """Every way to place the pattern on the airports with few routes: the places of its vertices 1, 2 and so on."""
    few = graph.subgraph([airport for airport in graph if graph.degree(airport) < PATTERN_DEGREE])
    edges = [tuple(edge.split(",")) for edge in pattern.split(";")]
    if is_directed:
        matcher = DiGraphMatcher(few, nx.DiGraph(edges))
    else:
        matcher = GraphMatcher(few.to_undirected(), nx.Graph(edges))
    places = ({key: airport for airport, key in match.items()} for match in matcher.subgraph_monomorphisms_iter())
    return sorted(" ".join(place[key] for key in sorted(place)) for place in places)


def compute() -> dict[str, Any]:
    graph = read_graph()
    near = plain_undirected(graph)
    edges = nx.edge_betweenness_centrality(graph, normalized=False)
    circles = [circle for circle in nx.simple_cycles(graph, length_bound=CIRCLE_LENGTH) if "ABE" in circle]
    return {
        "kcore": nx.core_number(near),
        "triangles": nx.triangles(near),
        "clusterCoefficient": nx.average_clustering(near),
        "degreeCorrelation": nx.degree_pearson_correlation_coefficient(graph),
        "hops": nx.single_source_shortest_path_length(graph, "ABE"),
        "flights": nx.single_source_dijkstra_path_length(graph, "ABE", weight="count"),
        "personalrank": nx.pagerank(graph, alpha=0.85, personalization={"ABE": 1}, weight=None, max_iter=1000),
        "edgeBetweennessOfATL": {" ".join(edge): score for edge, score in edges.items() if edge[0] == "ATL"},
        "edgeBetweennessSum": math.fsum(edges.values()),
        "odBetweenness": od_betweenness(graph),
        "commonNeighbors": {" ".join(pair): sorted(nx.common_neighbors(near, *pair)) for pair in NEIGHBOUR_PAIRS},
        "jaccard": {" ".join(pair): next(nx.jaccard_coefficient(near, [pair]))[2] for pair in NEIGHBOUR_PAIRS},
        "shortestPaths": {
            " ".join(pair): sorted(" ".join(path) for path in nx.all_shortest_paths(graph, *pair))
            for pair in PATH_PAIRS
        },
        "circles": {
            str(length): sum(1 for circle in circles if len(circle) == length) for length in (3, CIRCLE_LENGTH)
        },
        "subgraphs": {
            f"{pattern} {'directed' if is_directed else 'undirected'}": subgraphs(graph, pattern, is_directed)
            for pattern, is_directed in PATTERNS
        },
    }


def is_close(actual: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and actual.keys() == expected.keys()
            and all(is_close(actual[key], expected[key]) for key in expected)
        )
    if isinstance(expected, float):
        return isinstance(actual, (int, float)) and math.isclose(actual, expected, rel_tol=1e-9, abs_tol=1e-12)
    return bool(actual == expected)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    computed = compute()
    if parser.parse_args().write:
        FIGURES.write_text(json.dumps(computed, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
        return 0
    written = json.loads(FIGURES.read_text())
    names = sorted({*computed, *written})
    wrong = [name for name in names if not is_close(written.get(name), computed.get(name))]
    for name in wrong:
        print(f"FAIL {name} in {FIGURES.name} is not what NetworkX computes")
    print(f"networkx: {len(names) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
