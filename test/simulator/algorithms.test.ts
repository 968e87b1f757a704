import referenceModule from 'graphology-metrics/centrality/pagerank.js';
import { expect, test } from 'vitest';
import { readAirportsGraph } from '../../src/simulator/airports-graph.js';
import { pagerank } from '../../src/simulator/pagerank.js';
import { openSimulator } from './client.js';

const reference = referenceModule as unknown as typeof referenceModule.default;

type Keyed = Record<string, number>[];

test('pagerank of the airports has ATL first, with the figure of NetworkX', async () => {
  const { outputs } = await openSimulator();
  const page = await outputs('pagerank');
  const ranks = page['pagerank'] as unknown as Keyed;
  expect(ranks).toHaveLength(305);
  expect(Object.keys(ranks[0] ?? {})).toEqual(['ATL']);
  expect(ranks[0]?.['ATL']).toBeCloseTo(0.0359414973, 10);
  expect(ranks.reduce((sum, rank) => sum + Number(Object.values(rank)[0]), 0)).toBeCloseTo(1, 12);
});

test('pagerank agrees with graphology-metrics to the last digits', async () => {
  const { directed } = await readAirportsGraph();
  const expected = reference(directed, { getEdgeWeight: null, alpha: 0.7, tolerance: 1e-9 });
  const ranks = pagerank(directed, { alpha: 0.7, convergence: 305 * 1e-9, maxIterations: 100 });
  for (const [id, rank] of ranks) expect(rank).toBeCloseTo(expected[id] ?? Number.NaN, 14);
});

test('parameters of pagerank change the result', async () => {
  const { run } = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const top = async (parameters: unknown) => {
    const reply = await run({ algorithmName: 'pagerank', parameters });
    return JSON.parse(reply.text).data.outputs.pagerank[0].ATL as number;
  };
  expect(await top({})).toBeCloseTo(0.0359414973, 10);
  expect(await top({ convergence: 1e-12 })).toBeCloseTo(0.0359501927, 10);
  expect(await top({ alpha: 0.5 })).not.toBeCloseTo(0.0359414973, 4);
  expect(await top({ max_iterations: 1 })).toBeCloseTo(0.0875397544, 9);
  expect(await top({ directed: false })).not.toBeCloseTo(0.0359414973, 6);
});

test('louvain gives texts, repeats itself, and counts its communities', async () => {
  const first = (await (await openSimulator()).status('louvain')).text;
  expect((await (await openSimulator()).status('louvain')).text).toBe(first);
  const page = JSON.parse(first).data.outputs;
  const ids = new Set(page.community.flatMap((row: Record<string, unknown>) => Object.values(row)));
  expect(ids.size).toBe(page.community_num);
  expect([...ids].every((id) => typeof id === 'string')).toBe(true);
  expect(page.modularity).toBeGreaterThan(0.1);
});

test('connected_component names the largest component and its size', async () => {
  const page = await (await openSimulator()).outputs('connected_component');
  const rows = (page['community'] as unknown as Record<string, string>[]).flatMap((row) =>
    Object.values(row),
  );
  expect(rows).toHaveLength(305);
  expect(rows.filter((id) => id === page['Max_WCC_id'])).toHaveLength(Number(page['Max_WCC_size']));
});

test('unpaged algorithms carry no data_* field', async () => {
  const { outputs } = await openSimulator();
  expect(Object.keys(await outputs('closeness'))).toEqual(['closeness', 'source', 'runtime']);
  const path = await outputs('shortest_path', '?offset=0&limit=1');
  expect(Object.keys(path)).toEqual(['path', 'source', 'target', 'runtime']);
  expect(path['path']).toHaveLength(3);
});

test('shortest paths, all of them and n of them, run along routes', async () => {
  const { outputs } = await openSimulator();
  const { directed } = await readAirportsGraph();
  const runsAlongRoutes = (path: readonly string[]) =>
    path.slice(1).every((id, index) => directed.hasEdge(path[index], id));
  const all = await outputs('all-paths');
  const paths = all['paths'] as unknown as string[][];
  expect(paths.length).toBeGreaterThan(1);
  expect(all['paths_number']).toBe(paths.length);
  expect(new Set(paths.map((path) => path.join())).size).toBe(paths.length);
  expect(paths.every((path) => path.length === 3 && runsAlongRoutes(path))).toBe(true);
  const some = (await outputs('n-paths'))['paths'] as unknown as string[][];
  expect(some).toHaveLength(20);
  expect(some.every((path) => path.length <= 4 && runsAlongRoutes(path))).toBe(true);
  expect(paths.map(String)).toContain(String((await outputs('shortest_path'))['path']));
});

test('k_hop lists bare ids without the source, in the direction asked for', async () => {
  const { run, outputs } = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const { directed } = await readAirportsGraph();
  const near = async (parameters: unknown) =>
    JSON.parse((await run({ algorithmName: 'k_hop', parameters })).text).data.outputs;
  const out = await near({ source: 'ABE', k: 1 });
  expect(out.vertices.toSorted()).toEqual(directed.outNeighbors('ABE').toSorted());
  expect(out.k_hop_neighbors).toBe(out.vertices.length);
  expect((await near({ source: 'ATL', k: 1, mode: 'IN' })).vertices).toHaveLength(directed.inDegree('ATL'));
  expect((await near({ source: 'ABE', k: 1, mode: 'ALL' })).vertices).toHaveLength(
    directed.neighbors('ABE').length,
  );
  expect(await near({ source: 'ABE', k: 1, statistics: true })).not.toHaveProperty('vertices');
  const two = await outputs('k_hop');
  expect(two['vertices']).not.toContain('ABE');
  expect(two['data_total_size']).toBe(two['k_hop_neighbors']);
});

test('betweenness of ATL is the figure of NetworkX, without normalization', async () => {
  const rows = (await (await openSimulator()).outputs('betweenness'))['betweenness'] as unknown as Keyed;
  const scores = Object.assign({}, ...rows) as Record<string, number>;
  expect(rows).toHaveLength(305);
  expect(scores['ATL']).toBeCloseTo(18937.277611940466, 6);
});

test.each([
  [
    { algorithmName: 'shortest_path', parameters: { source: '0000', target: 'ATL' } },
    'shortest_path',
    'parameter [source] is invalid',
  ],
  [
    { algorithmName: 'shortest_path', parameters: { source: 'ATL' } },
    'shortest_path',
    'parameter [target] is invalid',
  ],
  [{ algorithmName: 'pagerank', parameters: { alpha: 1 } }, 'pagerank', 'parameter [alpha] is invalid'],
  [{ algorithmName: 'k_hop', parameters: { source: 'ATL', k: 101 } }, 'k_hop', 'parameter [k] is invalid'],
  [{ algorithmName: 'louvain', parameters: { weight: 'none' } }, 'louvain', 'parameter [weight] is invalid'],
  [
    { algorithmName: 'betweenness', parameters: { seeds: 'ATL' } },
    'betweenness',
    'parameter [seeds] is invalid',
  ],
  [{ algorithmName: 'no_such', parameters: {} }, 'no_such', 'Unknown algorithm name'],
])('%j fails as a job', async (body, algorithm, reason) => {
  const { run } = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const reply = await run(body);
  expect(reply.httpStatus).toBe(400);
  expect(JSON.parse(reply.text)).toEqual({
    errorMessage: `Running algorithm [${algorithm}] error: ${reason}!`,
    errorCode: 'GES.8301',
  });
});
