import { expect, test } from 'vitest';
import { createRandom } from '../../src/simulator/random.js';
import { bothWays, type TimedEdge, traceBack, walkInTime } from '../../src/simulator/temporal-walks.js';
import { openSimulator } from './client.js';

const edge = (source: string, target: string, departs: number, arrives: number): TimedEdge => ({
  source,
  target,
  departs,
  arrives,
});

test('a walk takes no edge that departs before it has arrived', () => {
  const edges = [
    edge('a', 'b', 10, 20),
    edge('b', 'c', 15, 25),
    edge('b', 'c', 20, 40),
    edge('a', 'd', 1, 99),
  ];
  const layers = walkInTime(edges, 'a', { start: 5, end: 50, depth: 3 });
  expect(layers.map((layer) => [...layer])).toEqual([
    [['a', { arrive: 5, predecessor: '' }]],
    [['b', { arrive: 20, predecessor: 'a' }]],
    [['c', { arrive: 40, predecessor: 'b' }]],
  ]);
  expect(traceBack(layers, 'c', 2)).toEqual(['a', 'b', 'c']);
});

test('against the direction an edge is there at the same time', () => {
  const layers = walkInTime(bothWays([edge('b', 'a', 10, 20)]), 'a', { start: 0, end: 50, depth: 1 });
  expect([...(layers[1] ?? [])]).toEqual([['b', { arrive: 20, predecessor: 'a' }]]);
});

/** Every walk of up to `depth` edges, one after the other. */
function everyWalk(edges: readonly TimedEdge[], source: string, start: number, end: number, depth: number) {
  const found: { path: string[]; arrive: number }[] = [];
  const walk = (path: string[], arrive: number) => {
    found.push({ path, arrive });
    if (path.length > depth) return;
    for (const next of edges) {
      if (next.source === path.at(-1) && next.departs >= arrive && next.arrives <= end)
        walk([...path, next.target], next.arrives);
    }
  };
  walk([source], start);
  return found;
}

test('arrivals are those of all walks, tried one by one', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = createRandom(seed);
    const pick = (count: number) => Math.floor(random() * count);
    const edges = Array.from({ length: 14 }, () => {
      const departs = pick(12);
      return edge(`v${pick(5)}`, `v${pick(5)}`, departs, departs + pick(4));
    });
    const walks = everyWalk(edges, 'v0', 2, 13, 4);
    const layers = walkInTime(edges, 'v0', { start: 2, end: 13, depth: 4 });
    for (let length = 0; length <= 4; length++) {
      const earliest = new Map<string, number>();
      for (const { path, arrive } of walks) {
        const vertex = path.at(-1) ?? '';
        if (path.length - 1 === length)
          earliest.set(vertex, Math.min(arrive, earliest.get(vertex) ?? Number.POSITIVE_INFINITY));
      }
      const layer = layers[length] ?? new Map();
      expect(new Map([...layer].map(([id, { arrive }]) => [id, arrive])), `seed ${seed}`).toEqual(earliest);
      for (const [id, { arrive }] of layer) {
        const path = traceBack(layers, id, length).join();
        expect(walks.some((one) => one.path.join() === path && one.arrive === arrive)).toBe(true);
      }
    }
  }
});

const RANGE = { start: 1226966400, end: 1227225600, time_props: { stime: 'startTime', etime: 'endTime' } };
const ANALYSIS = 'dynamicgraphs/action?action_id=execute-analysis';

/** The flights of the airports, as the edges say them. */
async function openFlights() {
  const simulator = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const page = await simulator.outputs('edges');
  type Route = { source: string; target: string; properties: Record<'startTime' | 'endTime', [number]> };
  const flights = (page['edges'] as unknown as Route[]).map(({ source, target, properties }) =>
    edge(source, target, properties.startTime[0], properties.endTime[0]),
  );
  const analyse = async (algorithmName: string, parameters: object, dynamicRange: object = RANGE) => {
    const reply = await simulator.run({ algorithmName, dynamicRange, parameters }, ANALYSIS);
    return { ...reply, body: JSON.parse(reply.text) };
  };
  return { ...simulator, flights, analyse };
}

test('temporal_bfs of the airports: each arrival is that of a flight from its predecessor', async () => {
  const { flights, analyse } = await openFlights();
  const { outputs } = (await analyse('temporal_bfs', { source: 'ABE', k: 2 })).body.data;
  type Visit = { arrive: number; dist: number; predecessor: string };
  const visits = new Map<string, Visit>(outputs.temporal_bfs.flatMap((row: object) => Object.entries(row)));
  expect(visits.get('ABE')).toEqual({ arrive: RANGE.start, dist: 0, predecessor: '' });
  const walks = everyWalk(flights, 'ABE', RANGE.start, RANGE.end, 2);
  expect(new Set(visits.keys())).toEqual(new Set(walks.map(({ path }) => path.at(-1))));
  for (const [id, { arrive, dist, predecessor }] of visits) {
    const own = walks.filter(({ path }) => path.at(-1) === id);
    expect(dist).toBe(Math.min(...own.map(({ path }) => path.length - 1)));
    const shortest = own.filter(({ path }) => path.length - 1 === dist);
    expect(arrive).toBe(Math.min(...shortest.map((walk) => walk.arrive)));
    if (dist > 0)
      expect(shortest.some((walk) => walk.path.at(-2) === predecessor && walk.arrive === arrive)).toBe(true);
  }
});

test('temporal_paths: one path a target, the shortest or the one that arrives first', async () => {
  const { flights, analyse } = await openFlights();
  const walks = everyWalk(flights, 'ABE', RANGE.start, RANGE.end, 3);
  for (const strategy of ['shortest', 'foremost']) {
    const parameters = { source: 'ABE', targets: 'ANC,SFO,ATL', directed: true, strategy };
    const { outputs } = (await analyse('temporal_paths', parameters)).body.data;
    expect(outputs.paths.length).toBeGreaterThan(1);
    for (const path of outputs.paths as string[][]) {
      const own = walks.filter((walk) => walk.path.at(-1) === path.at(-1));
      const lengthOf = (walk: (typeof own)[number]) =>
        strategy === 'shortest' ? walk.path.length : walk.arrive;
      const best = Math.min(...own.map(lengthOf));
      const same = own.filter((walk) => lengthOf(walk) === best).map((walk) => walk.path.join());
      expect(same).toContain(path.join());
    }
  }
});

test('temporal_graph: a community and the flights between its airports in the range, under data', async () => {
  const { flights, analyse } = await openFlights();
  const range = { ...RANGE, start: '2008-11-18 06:00:00', end: '2008-11-18 18:00:00' };
  const { data } = (await analyse('temporal_graph', { source: 'ATL,ORD,DFW,LAX,DEN' }, range)).body;
  expect(data.vertices.map(({ id }: { id: string }) => id).sort()).toEqual([
    'ATL',
    'DEN',
    'DFW',
    'LAX',
    'ORD',
  ]);
  const [start, end] = [1226988000, 1227031200];
  const within = flights.filter(
    ({ source, target, departs, arrives }) =>
      ['ATL', 'ORD', 'DFW', 'LAX', 'DEN'].includes(source) &&
      ['ATL', 'ORD', 'DFW', 'LAX', 'DEN'].includes(target) &&
      departs >= start &&
      arrives <= end,
  );
  expect(within.length).toBeGreaterThan(0);
  expect(data.edges).toHaveLength(within.length);
});

test.each([
  ['temporal_bfs', { source: 'ABE' }, { ...RANGE, start: RANGE.end + 1 }, 'parameter [start] is invalid'],
  ['temporal_bfs', { source: 'ABE', k: 101 }, RANGE, 'parameter [k] is invalid'],
  ['temporal_bfs', { source: 'nowhere' }, RANGE, 'parameter [source] is invalid'],
  [
    'temporal_paths',
    { source: 'ABE', targets: 'ANC', strategy: 'fastest' },
    RANGE,
    'parameter [strategy] is invalid',
  ],
  [
    'temporal_graph',
    { source: 'ABE', temporal_vertex: true },
    RANGE,
    'parameter [temporal_vertex] is invalid',
  ],
  ['pagerank', {}, RANGE, 'Unknown algorithm name'],
])('%s %j fails as a job', async (algorithm, parameters, range, reason) => {
  const { analyse } = await openFlights();
  const { httpStatus, body } = await analyse(algorithm, parameters, range);
  expect([httpStatus, body]).toEqual([
    400,
    { errorMessage: `Running algorithm [${algorithm}] error: ${reason}!`, errorCode: 'GES.8301' },
  ]);
});
