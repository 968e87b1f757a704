import { expect, test } from 'vitest';
import { openSimulator } from './client.js';

type Edge = { source: string; target: string; properties: { count: [number] } };

const busy = (count: number) => ({
  property_filter: {
    leftvalue: { property_name: 'count' },
    predicate: '>=',
    rightvalue: { value: `${count}` },
  },
});

async function openGraph() {
  const simulator = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const edges = (await simulator.outputs('edges'))['edges'] as unknown as Edge[];
  const run = async (algorithmName: string, parameters: object, beside: object) => {
    const { text } = await simulator.run({ algorithmName, parameters, ...beside });
    return JSON.parse(text).data?.outputs ?? JSON.parse(text);
  };
  /** Simple paths along edges of this size, of exactly so many edges, tried one by one. */
  const everyPath = (source: string, most: number, length: number): string[][] => {
    const next = edges.filter((edge) => edge.properties.count[0] >= most);
    let paths = [[source]];
    for (let at = 0; at < length; at++)
      paths = paths.flatMap((path) =>
        next
          .filter((edge) => edge.source === path.at(-1) && !path.slice(1).includes(edge.target))
          .map((edge) => [...path, edge.target]),
      );
    return paths;
  };
  return { ...simulator, edges, run, everyPath };
}

const sorted = (paths: readonly (readonly unknown[])[]) => paths.map((path) => path.join('>')).sort();

test('filtered shortest paths take the edges that pass only', async () => {
  const { run, everyPath } = await openGraph();
  const ends = { source: 'ABE', target: 'LAX', directed: true };
  const beside = { edge_filter: busy(500) };
  let wanted: string[][] = [];
  for (let length = 1; wanted.length === 0 && length <= 4; length++)
    wanted = everyPath('ABE', 500, length).filter((path) => path.at(-1) === 'LAX');
  expect(wanted.length).toBeGreaterThan(0);
  const all = await run('filtered_all_shortest_paths', ends, beside);
  expect(sorted(all.paths)).toEqual(sorted(wanted));
  expect(all.paths_number).toBe(wanted.length);
  const one = await run('filtered_shortest_path', ends, beside);
  expect(sorted(wanted)).toContain(one.path.join('>'));
  const pairs = await run(
    'filtered_all_pairs_shortest_paths',
    { sources: 'ABE', targets: 'LAX', directed: true },
    beside,
  );
  expect(pairs.batch_paths.map(({ source, target }: Edge) => [source, target])).toEqual([['ABE', 'LAX']]);
  expect(sorted(pairs.batch_paths[0].paths)).toEqual(sorted(wanted));
  expect(pairs).not.toHaveProperty('data_total_size');
});

test('filtered_n_paths gives simple paths up to k edges', async () => {
  const { run, everyPath } = await openGraph();
  const { paths } = await run(
    'filtered_n_paths',
    { source: 'ATL', target: 'LAX', n: 100, k: 2, directed: true },
    { edge_filter: busy(4000) },
  );
  const wanted = [1, 2]
    .flatMap((length) => everyPath('ATL', 4000, length))
    .filter((path) => path.at(-1) === 'LAX');
  expect(wanted.length).toBeGreaterThan(1);
  expect(sorted(paths)).toEqual(sorted(wanted));
});

test('filtered_circle_detection finds each circle once, in three formats', async () => {
  const { run, everyPath, edges } = await openGraph();
  const filters = [{}, { edge_filter: busy(9000), times: 3 }];
  const circles = [...new Set(edges.flatMap(({ source }) => source))]
    .flatMap((start) => everyPath(start, 9000, 3))
    .filter((path) => path.at(-1) === path[0] && new Set(path).size === 3);
  const wanted = new Set(
    circles.map((path) =>
      path
        .slice(0, 3)
        .map((id, at) => `${id}>${path[at + 1]}`)
        .sort()
        .join(),
    ),
  );
  expect(wanted.size).toBeGreaterThan(1);
  const detect = (output_format: string) =>
    run('filtered_circle_detection', { n: 1000, statistics: true, output_format }, { filters });
  const objects = await detect('edgeObject');
  expect(objects.circle_number).toBe(wanted.size);
  const found = objects.circles.map((circle: Edge[]) =>
    circle
      .map(({ source, target }) => `${source}>${target}`)
      .sort()
      .join(),
  );
  expect(new Set(found)).toEqual(wanted);
  const ids = await detect('edgeId');
  expect(ids.circles).toEqual(
    objects.circles.map((circle: Edge[]) => circle.map(({ source, target }) => `${source}-${target}-0`)),
  );
  const vertices = await detect('vertexId');
  expect(vertices.circles).toEqual(
    objects.circles.map((circle: Edge[]) => circle.map(({ source }) => source)),
  );
});

test.each([
  [
    'filtered_shortest_path',
    { source: 'ABE', target: 'LAX' },
    { edge_filter: { property_filter: { predicate: '=' } } },
    'edge_filter',
  ],
  ['filtered_n_paths', { source: 'ABE', target: 'LAX', n: 101, k: 3 }, {}, 'n'],
  ['filtered_circle_detection', {}, { filters: [{}, { times: 2 }] }, 'filters'],
])('%s %j %j fails as a job', async (algorithm, parameters, beside, name) => {
  const { run } = await openGraph();
  const { errorCode, errorMessage } = await run(algorithm, parameters, beside);
  expect(errorCode).toBe('GES.8301');
  expect(errorMessage).toContain(`Running algorithm [${algorithm}] error: parameter [${name}] is invalid`);
});
