import { DirectedGraph, UndirectedGraph } from 'graphology';
import { beforeAll, expect, test } from 'vitest';
import { type AirportsGraph, readAirportsGraph } from '../../src/simulator/airports-graph.js';
import { runAlgorithm } from '../../src/simulator/algorithms.js';
import { GesFailure } from '../../src/simulator/ges-failure.js';

const PLACE = { name: '', city: '', state: '', country: '', latitude: 0, longitude: 0 };
const ROUTE = { count: 1, startTime: 0, endTime: 0 };

/** A graph of routes `a>b`, which lead one way, with the attributes of an airports graph. */
function graphOf(routes: readonly string[]): AirportsGraph {
  const directed: AirportsGraph['directed'] = new DirectedGraph();
  const undirected: AirportsGraph['undirected'] = new UndirectedGraph();
  for (const [source = '', target = ''] of routes.map((route) => route.split('>'))) {
    for (const id of [source, target]) {
      directed.mergeNode(id, PLACE);
      undirected.mergeNode(id, PLACE);
    }
    directed.addEdge(source, target, ROUTE);
    undirected.mergeEdge(source, target, ROUTE);
  }
  return { directed, undirected };
}

/** Two groups of six in which all know each other, `a0`… and `b0`…, joined by one route. */
const clique = (name: string) =>
  Array.from({ length: 6 }, (_, from) =>
    Array.from({ length: from }, (_, to) => `${name}${from}>${name}${to}`),
  ).flat();
const cliques = graphOf([...clique('a'), ...clique('b'), 'a0>b0']);

let airports: AirportsGraph;
beforeAll(async () => {
  airports = await readAirportsGraph();
});

type Parameters = Readonly<Record<string, unknown>>;

function run(
  graph: AirportsGraph,
  algorithm: string,
  parameters: Parameters,
  request: Parameters = {},
): { scalars: Parameters; records: readonly never[] } {
  const result = runAlgorithm(algorithm, graph, parameters, 0.1, request);
  if (result.kind !== 'paged') throw new Error(`${algorithm} gave a result that is ${result.kind}`);
  const bytes = Buffer.concat(result.list.bytes(0, result.list.total));
  return { scalars: { ...result.before, ...result.after }, records: JSON.parse(`[${bytes}]`) };
}

function valuesOf<Value>(records: readonly Readonly<Record<string, Value>>[]): ReadonlyMap<string, Value> {
  return new Map(records.flatMap((record) => Object.entries(record)));
}

const ABE_ACV = { sources: 'ABE,ACV' };
const RING = { edges: '1,2\n2,3\n3,1', vertices: '1,airport\n2,airport\n3,airport' };

test.each<[algorithm: string, parameters: Parameters, wrong: readonly Parameters[]]>([
  [
    'topicrank',
    ABE_ACV,
    [
      { sources: undefined },
      { sources: 'nowhere' },
      { actived_p: -1 },
      { default_p: 100_001 },
      { actived_p: 0, default_p: 0 },
      { filtered: 'true' },
      { alpha: 1 },
      { alpha: '0' },
      { convergence: 'small' },
      { max_iterations: 0 },
      { num_thread: 41 },
      { source: 'ABE' },
    ],
  ],
  [
    'realtime_recommendation',
    ABE_ACV,
    [
      { sources: undefined },
      { sources: 'ABE,nowhere' },
      { sources: 'nowhere', restricted: false },
      { source_limit: 1 },
      { source_limit: 0 },
      { alpha: 0 },
      { N: 200_001 },
      { nv: 11 },
      { np: 0 },
      { label: 1 },
    ],
  ],
  [
    'subgraph_matching',
    RING,
    [
      { edges: undefined },
      { edges: '' },
      { edges: '1,2\n2' },
      { edges: '1,4' },
      { edges: 'a,b' },
      { vertices: undefined },
      { vertices: '1,airport\n1,airport' },
      { n: 0 },
      { n: 100_001 },
      { batch_number: 1_000_001 },
      { statistics: 1 },
    ],
  ],
  [
    'bigclam',
    { community_num_space: '2' },
    [
      { community_num_space: undefined },
      { community_num_space: 2 },
      { community_num_space: '2,' },
      { community_num_space: '0' },
      { community_num_space: '10001' },
      { community_num_space: Array.from({ length: 101 }, (_, index) => index + 1).join() },
      { convergence: 1 },
      { max_iterations: 0 },
      { learning_rate: 0 },
    ],
  ],
  [
    'node2vec',
    { dim: 1, walkLength: 1, walkNumber: 1, iterations: 1 },
    [
      { P: 0 },
      { Q: -1 },
      { dim: 201 },
      { dim: 0 },
      { walkLength: 101 },
      { walkNumber: 0 },
      { iterations: 1.5 },
      { iterations: 100, walkLength: 100, walkNumber: 100, dim: 200 },
    ],
  ],
])('%s refuses what its page does not allow', (algorithm, right, wrong) => {
  expect(run(airports, algorithm, right).records).not.toHaveLength(0);
  for (const parameters of wrong)
    expect(() => run(airports, algorithm, { ...right, ...parameters }), JSON.stringify(parameters)).toThrow(
      GesFailure,
    );
});

test('topicrank without preferred sources is pagerank', () => {
  const settings = { alpha: 0.7, convergence: 1e-9 };
  const ranks = valuesOf<number>(run(airports, 'pagerank', settings).records);
  const topics = valuesOf<number>(run(airports, 'topicrank', { ...ABE_ACV, ...settings }).records);
  expect([...topics.keys()]).toEqual([...ranks.keys()]);
  for (const [id, rank] of ranks) expect(topics.get(id)).toBeCloseTo(rank, 12);
});

test('topicrank of one source alone is personalrank', () => {
  const alone = { sources: 'ABE', actived_p: 2, default_p: 0, convergence: '0.000000001' };
  const topics = valuesOf<number>(run(airports, 'topicrank', alone).records);
  const ranks = valuesOf<number>(run(airports, 'personalrank', { source: 'ABE', convergence: 1e-9 }).records);
  for (const [id, rank] of ranks) expect(topics.get(id)).toBeCloseTo(rank, 12);
});

test('topicrank prefers its sources, and gives their neighbours only, or what passes the filter', () => {
  const plain = valuesOf<number>(run(airports, 'topicrank', ABE_ACV).records);
  const heavy = valuesOf<number>(run(airports, 'topicrank', { ...ABE_ACV, actived_p: 100 }).records);
  expect(heavy.get('ABE')).toBeGreaterThan(3 * (plain.get('ABE') ?? Number.NaN));
  const near = run(airports, 'topicrank', { ...ABE_ACV, only_neighbors: true }).records;
  const expected = [...airports.directed.neighbors('ABE'), ...airports.directed.neighbors('ACV')];
  expect([...valuesOf(near).keys()].sort()).toEqual([...new Set(expected)].sort());
  const inAlaska = {
    vertex_filter: {
      property_filter: {
        leftvalue: { property_name: 'state' },
        predicate: '=',
        rightvalue: { value: 'AK' },
      },
    },
  };
  const filtered = valuesOf<number>(
    run(airports, 'topicrank', { ...ABE_ACV, filtered: true }, inAlaska).records,
  );
  const alaskan = airports.directed.filterNodes((_id, { state }) => state === 'AK');
  expect([...filtered.keys()].sort()).toEqual(alaskan.sort());
  for (const [id, rank] of filtered) expect(rank).toBe(plain.get(id));
  expect(run(airports, 'topicrank', ABE_ACV, inAlaska).records).toHaveLength(305);
});

test('realtime_recommendation gives vertices near the sources, best first, never these themselves', () => {
  const { records, scalars } = run(cliques, 'realtime_recommendation', { sources: 'a4,a5', directed: false });
  expect(scalars).toEqual({ sources: ['a4', 'a5'], runtime: 0.1 });
  const scores = valuesOf<number>(records);
  expect([...scores.keys()].slice(0, 4).sort()).toEqual(['a0', 'a1', 'a2', 'a3']);
  expect([...scores.values()]).toEqual([...scores.values()].sort((a, b) => b - a));
  // Whoever is visited from both scores more than the sum of the visits: at most 10000 steps.
  const sum = [...scores.values()].reduce((total, score) => total + score, 0);
  expect(sum).toBeGreaterThan(10_000);
  expect(sum).toBeLessThan(20_000);
});

test('realtime_recommendation keeps to its limits, and to the direction of the edges', () => {
  const count = (parameters: Parameters) =>
    run(airports, 'realtime_recommendation', { sources: 'ATL', ...parameters }).records.length;
  expect(count({ np: 7 })).toBe(7);
  expect(count({ N: 4 })).toBe(0);
  expect(count({ nv: 10 })).toBeLessThan(count({ nv: 1 }));
  expect(count({ label: 'airport' })).toBe(count({}));
  expect(count({ label: 'harbour' })).toBe(0);
  // a0 has no way but to b0, which has none.
  const oneWay = run(cliques, 'realtime_recommendation', { sources: 'a0' }).records;
  expect([...valuesOf(oneWay).keys()]).toEqual(['b0']);
  const { scalars } = run(airports, 'realtime_recommendation', {
    sources: 'ATL, nowhere',
    restricted: false,
  });
  expect(scalars['sources']).toEqual(['ATL']);
});

test('subgraph_matching finds every placement, in the order of pattern_graph', () => {
  const graph = graphOf(['x>y', 'y>z', 'z>x', 'z>w', 'w>x', 'y>x']);
  const match = (edges: string, more: Parameters = {}, ids = '3,1,2') => {
    const vertices = ids
      .split(',')
      .map((id) => `${id},airport`)
      .join('\n');
    const { records, scalars } = run(graph, 'subgraph_matching', { edges, vertices, ...more });
    return { found: records.map((places: readonly string[]) => places.join('')).sort(), scalars };
  };
  // By hand: the ring x y z three times over; w z x is none, for nothing leads from x to z.
  const ring = match('1,2\n2,3\n3,1', { statistics: true });
  expect(ring.scalars).toEqual({ pattern_graph: ['3', '1', '2'], subgraph_number: 3, runtime: 0.1 });
  expect(ring.found).toEqual(['xyz', 'yzx', 'zxy']);
  expect(match('1,2\n2,1', {}, '1,2').found).toEqual(['xy', 'yx']);
  // 1 leads to 2 and to 3: x has one way out, y has z and x, z has x and w, w has one.
  expect(match('1,2\n1,3', {}, '1,2,3').found).toEqual(['yxz', 'yzx', 'zwx', 'zxw']);
  // Without directions x y z and x z w are triangles, each in 6 ways.
  expect(match('1,2\n2,3\n3,1', { directed: false }).found).toHaveLength(12);
  // No edge joins 3 to the others: it may be any vertex but theirs.
  expect(match('1,2\n2,1', {}, '1,2,3').found).toEqual(['xyw', 'xyz', 'yxw', 'yxz']);
  expect(match('1,1', {}, '1').found).toEqual([]);
  const some = match('1,2\n1,3', { n: 2, statistics: true }, '1,2,3');
  expect([some.found.length, some.scalars['subgraph_number']]).toEqual([2, 4]);
  expect(match('1,2\n1,3', { n: 2 }, '1,2,3').scalars).not.toHaveProperty('subgraph_number');
  const harbours = { edges: '1,2', vertices: '1,airport\n2,harbour' };
  expect(run(graph, 'subgraph_matching', harbours).records).toEqual([]);
});

test('bigclam finds both communities, whichever number it may choose from', () => {
  for (const community_num_space of ['2', '1,2,4']) {
    const { records, scalars } = run(cliques, 'bigclam', { community_num_space });
    const communities = valuesOf<readonly number[]>(records);
    const members = (community: number) =>
      [...communities].flatMap(([id, own]) => (own.includes(community) ? [id] : []));
    expect(scalars).toMatchObject({ community_num: 2 });
    const groups = [members(0), members(1)].sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
    expect(groups.map((group) => group.sort())).toEqual([
      ['a0', 'a1', 'a2', 'a3', 'a4', 'a5'],
      ['b0', 'b1', 'b2', 'b3', 'b4', 'b5'],
    ]);
  }
});

test('bigclam makes its result more likely from round to round', () => {
  const after = (max_iterations: number) =>
    Number(run(airports, 'bigclam', { community_num_space: '4', max_iterations }).scalars['log_likelihood']);
  const likelihoods = [1, 2, 5, 20].map(after);
  expect(likelihoods).toEqual([...likelihoods].sort((a, b) => a - b));
  expect(new Set(likelihoods).size).toBe(4);
  const { records } = run(airports, 'bigclam', { community_num_space: '4' });
  expect(records).toHaveLength(305);
  for (const own of valuesOf<readonly number[]>(records).values())
    expect(own.every((community) => Number.isInteger(community) && community >= 0 && community < 4)).toBe(
      true,
    );
});

const cosine = (a: readonly number[] = [], b: readonly number[] = []) => {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

test('node2vec puts members of a group nearer to each other than strangers', () => {
  for (const settings of [{}, { P: 0.25, Q: 4 }, { P: 4, Q: 0.25 }]) {
    const vectors = valuesOf<readonly number[]>(run(cliques, 'node2vec', { dim: 8, ...settings }).records);
    const pairs = [...vectors].flatMap(([a, left], index) =>
      [...vectors]
        .slice(index + 1)
        .map(([b, right]) => ({ isNear: a[0] === b[0], angle: cosine(left, right) })),
    );
    const mean = (isNear: boolean) => {
      const angles = pairs.filter((pair) => pair.isNear === isNear).map(({ angle }) => angle);
      return angles.reduce((sum, angle) => sum + angle, 0) / angles.length;
    };
    expect(mean(true)).toBeGreaterThan(mean(false) + 0.5);
  }
});

test('node2vec gives each vertex a vector of dim numbers, the same ones each time', () => {
  const settings = { dim: 5, walkLength: 5, walkNumber: 2, iterations: 1 };
  const { records } = run(airports, 'node2vec', settings);
  expect(run(airports, 'node2vec', settings).records).toEqual(records);
  expect(run(airports, 'node2vec', { ...settings, Q: 0.1 }).records).not.toEqual(records);
  const vectors = valuesOf<readonly number[]>(records);
  expect([...vectors.keys()].sort()).toEqual(airports.directed.nodes().sort());
  for (const vector of vectors.values()) {
    expect(vector).toHaveLength(5);
    expect(vector.every((value) => Number.isFinite(value) && Math.abs(value) < 10)).toBe(true);
  }
});
