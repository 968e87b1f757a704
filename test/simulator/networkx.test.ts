import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { type AirportsGraph, readAirportsGraph } from '../../src/simulator/airports-graph.js';
import { runAlgorithm } from '../../src/simulator/algorithms.js';
import { spreadLabels } from '../../src/simulator/graph-measures.js';

type Scores = Readonly<Record<string, number>>;

/** Written by `test/services/networkx/figures.py`, and compared with NetworkX by the service tests. */
const FIGURES = JSON.parse(readFileSync(new URL('networkx-figures.json', import.meta.url), 'utf8')) as {
  readonly kcore: Scores;
  readonly triangles: Scores;
  readonly clusterCoefficient: number;
  readonly degreeCorrelation: number;
  readonly hops: Scores;
  readonly flights: Scores;
  readonly personalrank: Scores;
  readonly edgeBetweennessOfATL: Scores;
  readonly edgeBetweennessSum: number;
  readonly odBetweenness: Scores;
  readonly commonNeighbors: Readonly<Record<string, readonly string[]>>;
  readonly jaccard: Scores;
  readonly shortestPaths: Readonly<Record<string, readonly string[]>>;
  readonly circles: Scores;
  readonly subgraphs: Readonly<Record<string, readonly string[]>>;
};

let graph: AirportsGraph;
beforeAll(async () => {
  graph = await readAirportsGraph();
});

/** The scalars of a result, and the records of its list. */
function run(algorithm: string, parameters: Readonly<Record<string, unknown>> = {}, of = graph) {
  const result = runAlgorithm(algorithm, of, parameters, 0.1);
  if (result.kind === 'unpaged') return { scalars: result.scalars, records: [] };
  if (result.kind !== 'paged') throw new Error(`${algorithm} gave a result that is ${result.kind}`);
  const bytes = Buffer.concat(result.list.bytes(0, result.list.total));
  const scalars = { ...result.before, ...result.after };
  return { scalars, records: JSON.parse(`[${bytes}]`) as never[] };
}

const scoresOf = (records: readonly Scores[]): Scores => Object.assign({}, ...records);

interface EdgeScore {
  readonly source: string;
  readonly target: string;
  readonly betweenness: number;
}
const byEdge = (records: readonly EdgeScore[]): Scores =>
  Object.fromEntries(records.map(({ source, target, betweenness }) => [`${source} ${target}`, betweenness]));

function expectClose(actual: Scores, expected: Scores, digits: number): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [id, score] of Object.entries(expected)) expect(actual[id], id).toBeCloseTo(score, digits);
}

test('kcore, all and from 20 on', () => {
  expect(scoresOf(run('kcore').records)).toEqual(FIGURES.kcore);
  const dense = Object.fromEntries(Object.entries(FIGURES.kcore).filter(([, coreness]) => coreness >= 20));
  expect(scoresOf(run('kcore', { k: 20 }).records)).toEqual(dense);
  expect(Object.keys(dense).length).toBeGreaterThan(10);
});

test('triangle_count in both forms', () => {
  const total = Object.values(FIGURES.triangles).reduce((sum, count) => sum + count, 0) / 3;
  expect(run('triangle_count').scalars).toEqual({ triangle_count: total, runtime: 0.1 });
  const { scalars } = run('triangle_count', { statistics: false });
  expect(scalars['triangle_count']).toBe(total);
  expect(scoresOf(scalars['vertex_triangles'] as unknown as Scores[])).toEqual(FIGURES.triangles);
});

test('cluster_coefficient and degree_correlation', () => {
  expect(run('cluster_coefficient').scalars['cluster_coefficient']).toBeCloseTo(
    FIGURES.clusterCoefficient,
    12,
  );
  expect(run('degree_correlation').scalars['degree_correlation']).toBeCloseTo(FIGURES.degreeCorrelation, 12);
});

test('sssp, by edges and by flights', () => {
  expect(scoresOf(run('sssp', { source: 'ABE' }).records)).toEqual(FIGURES.hops);
  expect(scoresOf(run('sssp', { source: 'ABE', weight: 'count' }).records)).toEqual(FIGURES.flights);
  expect(run('sssp', { source: 'ABE' }).scalars).toEqual({ source: 'ABE', runtime: 0.1 });
});

test('personalrank', () => {
  expectClose(scoresOf(run('personalrank', { source: 'ABE' }).records), FIGURES.personalrank, 12);
});

test('edge_betweenness', () => {
  const scores = byEdge(run('edge_betweenness').records);
  const ofATL = Object.fromEntries(Object.entries(scores).filter(([edge]) => edge.startsWith('ATL ')));
  expectClose(ofATL, FIGURES.edgeBetweennessOfATL, 8);
  expect(Object.keys(scores)).toHaveLength(5366);
  const sum = Object.values(scores).reduce((total, score) => total + score, 0);
  expect(sum).toBeCloseTo(FIGURES.edgeBetweennessSum, 6);
});

test('od_betweenness', () => {
  const scores = byEdge(run('od_betweenness', { OD_pairs: 'ABE,ANC;ABE,SFO' }).records);
  const used = Object.fromEntries(Object.entries(scores).filter(([, score]) => score > 0));
  expectClose(used, FIGURES.odBetweenness, 12);
});

test.each(Object.keys(FIGURES.commonNeighbors))('common_neighbors and link_prediction of %s', (pair) => {
  const [source, target] = pair.split(' ');
  const common = run('common_neighbors', { source, target });
  expect(common.records.toSorted()).toEqual(FIGURES.commonNeighbors[pair]);
  expect(common.scalars).toMatchObject({ common_neighbors: common.records.length, source, target });
  expect(run('link_prediction', { source, target }).scalars['link_prediction']).toBeCloseTo(
    FIGURES.jaccard[pair] ?? Number.NaN,
    14,
  );
  const ofSets = run('common_neighbors_of_vertex_sets', { sources: source, targets: target });
  expect(ofSets.records.toSorted()).toEqual(FIGURES.commonNeighbors[pair]);
});

const texts = (paths: readonly (readonly string[])[]) => paths.map((path) => path.join(' ')).sort();

test.each(Object.keys(FIGURES.shortestPaths))('shortest paths of %s', (pair) => {
  const [source, target] = pair.split(' ');
  const expected = FIGURES.shortestPaths[pair];
  expect(texts(run('all_shortest_paths', { source, target }).records)).toEqual(expected);
  const sets = { sources: source, targets: target };
  expect(texts(run('all_shortest_paths_of_vertex_sets', sets).records)).toEqual(expected);
  const [group] = run('all_pairs_shortest_paths', sets).records as readonly { paths: string[][] }[];
  expect(texts(group?.paths ?? [])).toEqual(expected);
  const { scalars } = run('shortest_path_of_vertex_sets', sets);
  expect(expected).toContain((scalars['path'] as readonly string[]).join(' '));
  expect(scalars).toMatchObject({ source, target });
});

test('of two sets only the shortest paths of all count', () => {
  const { records } = run('all_shortest_paths_of_vertex_sets', { sources: 'ABE,ACV', targets: 'ANC,BET' });
  const lengths = new Set(records.map((path: readonly string[]) => path.length));
  expect([...lengths]).toEqual([3]);
});

test('single_vertex_circles_detection', () => {
  const circles = (parameters: Readonly<Record<string, number>>) =>
    run('single_vertex_circles_detection', { source: 'ABE', limit_circle_number: 100_000, ...parameters });
  const { records, scalars } = circles({ max_circle_length: 4 });
  const lengths = records.map((circle: readonly string[]) => circle.length);
  for (const [length, count] of Object.entries(FIGURES.circles)) {
    expect(lengths.filter((found) => found === Number(length))).toHaveLength(count);
  }
  expect(new Set(texts(records)).size).toBe(records.length);
  expect(scalars).toMatchObject({ source: 'ABE', min_circle_length: 3, circle_number: records.length });
  expect(circles({ min_circle_length: 4, max_circle_length: 4 }).records).toHaveLength(
    FIGURES.circles['4'] ?? 0,
  );
  expect(circles({ limit_circle_number: 7 }).records).toHaveLength(7);
});

test.each(Object.keys(FIGURES.subgraphs))('subgraph_matching of %s', (name) => {
  const [edges = '', reading] = name.split(' ');
  const ids = [...new Set(edges.split(/[,;]/))].sort();
  // The airports with fewer than 40 routes, as in the figures.
  const busy = graph.directed.filterNodes((id) => graph.directed.degree(id) >= 40);
  const few = { directed: graph.directed.copy(), undirected: graph.undirected.copy() } as AirportsGraph;
  for (const id of busy) {
    few.directed.dropNode(id);
    few.undirected.dropNode(id);
  }
  const { records } = run(
    'subgraph_matching',
    {
      edges: edges.replaceAll(';', '\n'),
      vertices: ids.map((id) => `${id},airport`).join('\n'),
      directed: reading === 'directed',
      n: 100_000,
    },
    few,
  );
  expect(texts(records)).toEqual(FIGURES.subgraphs[name]);
});

test('label_propagation ends where each vertex has one of the most frequent labels around it', () => {
  const labels = scoresOf(run('label_propagation').records) as unknown as Readonly<Record<string, string>>;
  expect(Object.keys(labels)).toHaveLength(305);
  for (const [id, label] of Object.entries(labels)) {
    const counts = new Map<string | undefined, number>();
    for (const other of graph.undirected.neighbors(id).filter((near) => near !== id)) {
      counts.set(labels[other], (counts.get(labels[other]) ?? 0) + 1);
    }
    expect(counts.get(label)).toBe(Math.max(...counts.values()));
  }
  // One round is not the end.
  expect([...spreadLabels(graph.undirected, 1).values()]).not.toEqual(Object.values(labels));
});
