import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.js';
import { queryDuckdb } from '../load/read-duckdb.js';
import { failureOf, type Graph, graphOf, hashTree, readManifest, test } from './export-test.js';

let simulator: Simulator;
let graph: Graph;

beforeAll(async () => {
  simulator = await startSimulator({ pendingMs: 20, runningMs: 20 });
  graph = graphOf(simulator);
});
afterAll(() => simulator.close());

async function submitted(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await graph.run('submit', ...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const [jobId = '', ...rest] = stdout.toString().split('\n');
  expect(rest).toEqual(['']);
  return jobId;
}

async function entryOf(jobId: string): Promise<Record<string, unknown>> {
  const { stdout } = await graph.run('jobs', 'show', jobId, '--json');
  return JSON.parse(stdout.toString()) as Record<string, unknown>;
}

test('a submit prints the job ID, and sends the parameters by their types', async () => {
  const jobId = await submitted('pagerank', '-p', 'alpha=0.850', '--param', 'directed=false');
  expect(await entryOf(jobId)).toMatchObject({
    rawRequest: '{"algorithmName":"pagerank","parameters":{"alpha":0.850,"directed":false}}',
    algorithm: 'pagerank',
  });
});

test('--export waits for the job and exports its result', async ({ folder }) => {
  const out = join(folder, 'hops');
  const args = ['k_hop', '-p', 'source=ABE', '-p', 'k=2', '--export', out, '--format', 'ndjson'];
  const { exitCode, stdout, stderr } = await graph.run('submit', ...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringMatching(/\nDone: /) });
  const manifest = await readManifest(out);
  expect(`${manifest.job.id}\n`).toBe(stdout.toString());
  expect(manifest.scalars).toMatchObject({ source: 'ABE', k: 2, k_hop_neighbors: manifest.total });
});

test('--export takes an engine, and --load loads what was exported', async ({ folder }) => {
  const out = join(folder, 'ranks');
  const file = join(folder, 'ranks.duckdb');
  const shaping = ['--engine', 'reference', '--memory', '512MiB', '--load', `duckdb:${file}`];
  const { exitCode } = await graph.run('submit', 'pagerank', '--export', out, ...shaping);
  expect(exitCode).toBe(0);
  const manifest = await readManifest(out);
  expect(manifest.tables[0]?.engine).toBe('reference');
  expect(await queryDuckdb(file, 'SELECT count(*) FROM pagerank')).toEqual([[BigInt(manifest.total)]]);
});

test('--export - leaves standard output to the records', async () => {
  const args = ['pagerank', '--export', '-', '--format', 'ndjson', '--quiet'];
  const { exitCode, stdout, stderr } = await graph.run('submit', ...args);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^[0-9a-f-]+\n$/);
  const rows = stdout.toString().trimEnd().split('\n');
  expect(rows).toHaveLength(305);
  expect(JSON.parse(rows[0] ?? '')).toHaveProperty('vertex_id');
});

test('--wait tells how the job ended, also in JSON', async () => {
  const plain = await graph.run('submit', 'louvain', '--wait', '--quiet');
  expect(plain.exitCode).toBe(0);
  expect(plain.stdout.toString()).toMatch(/^[0-9a-f-]+\n$/);
  const { exitCode, stdout } = await graph.run('submit', 'louvain', '--wait', '60s', '--json');
  expect(exitCode).toBe(0);
  const [first, last] = stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(first).toMatchObject({ type: 'submitted', jobType: '1' });
  expect(last).toEqual({ jobId: first.jobId, status: 'success', state: 'done', total: 305 });
});

test('a job that fails is told with its reason, after its ID', async () => {
  const result = await graph.run('submit', 'closeness', '-p', 'source=0000', '--wait', '--quiet');
  expect(failureOf(result)).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/^GES answered GES\.8301 "Running algorithm \[closeness\] error/),
  });
  expect(result.stdout.toString()).toMatch(/^[0-9a-f-]+\n$/);
});

test('a query takes its request from a file', async ({ folder }) => {
  const body = join(folder, 'query.json');
  const filter = { propertyName: 'state', predicate: '=', values: ['GA'] };
  await writeFile(body, `\ufeff${JSON.stringify({ labels: ['airport'], vertexFilters: [filter] })}`);
  const out = join(folder, 'georgia');
  const { exitCode } = await graph.run('submit', 'vertex-query', '--body', body, '--export', out);
  expect(exitCode).toBe(0);
  const manifest = await readManifest(out);
  expect(manifest.tables.map(({ name }) => name)).toEqual(['vertices']);
  expect(await readFile(join(out, 'vertices/part-00000.csv'), 'utf8')).toMatch(
    /^id,label,name.*\n(.*,GA,USA,.*\n)+$/,
  );
});

test('a filtered query is made asynchronous', async ({ folder }) => {
  const body = join(folder, 'query.json');
  await writeFile(body, JSON.stringify({ vertices: ['ABE'], filters: [{ operator: 'out' }] }));
  const out = join(folder, 'routes');
  const { exitCode } = await graph.run(
    'submit',
    'filtered-query',
    '--body',
    body,
    '--export',
    out,
    '-f',
    'ndjson',
  );
  expect(exitCode).toBe(0);
  const rows = (await readFile(join(out, 'edges/part-00000.ndjson'), 'utf8')).trimEnd().split('\n');
  expect(rows.length).toBeGreaterThan(1);
  for (const row of rows) expect(JSON.parse(row)).toMatchObject({ source: 'ABE', label: 'route' });
});

test('HyG has paths of its own, in two forms', async ({ folder }) => {
  const out = join(folder, 'ranks');
  const args = ['pagerank', '--edition', 'hyg', '-p', 'alpha=0.5', '--export', out];
  expect((await graph.run('submit', ...args)).exitCode).toBe(0);
  expect(await readManifest(out)).toMatchObject({ job: { status: 'complete' }, total: 305 });
  const regional = ['louvain', '--edition', 'hyg', '--hyg-base', 'graphs/{graph}/hyg'];
  const refused = failureOf(await graph.run('submit', ...regional));
  expect(refused).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/^GES refused .*GES\.8005 "Parameter error!"/),
  });
  expect(await submitted(...regional, '--data-id', 'd1')).toMatch(/^[0-9a-f-]+$/);
});

test('edition and body can stand in the configuration file and on standard input', async ({ folder }) => {
  const config = join(folder, 'ges.yaml');
  await writeFile(config, 'edition: hyg\nhyg-base: graphs/{graph}/hyg\n');
  const { child, ended } = graph.start('submit', 'pagerank', '--config', config, '--body', '-');
  child.stdin.end('{"data_id":"d1","timeout":60,"parameters":{"alpha":0.5}}');
  const { exitCode, stdout } = await ended;
  expect(exitCode).toBe(0);
  expect(await entryOf(stdout.toString().trim())).toMatchObject({
    rawRequest: '{"data_id":"d1","timeout":60,"parameters":{"alpha":0.5},"algorithmName":"pagerank"}',
  });
});

/** `OUT` stands for a folder of the test's own, which holds `array.json` and `broken.json`. */
test.for<[string, readonly string[], number, RegExp]>([
  ['no algorithm', [], 2, /^missing required argument 'algorithm'/],
  ['a parameter without a value', ['pagerank', '-p', 'alpha'], 2, /^--param "alpha" must be name=value/],
  ['broken JSON', ['k_hop', '-p', 'edges=[1,'], 2, /^--param "edges" begins like JSON and is none: \[1,/],
  [
    'an unknown edition',
    ['pagerank', '--edition', 'cloud'],
    2,
    /^--edition must be one of memory, database, hyg/,
  ],
  ['HyG paths without a graph', ['pagerank', '--hyg-base', 'hyg'], 2, /^--hyg-base: must hold \{graph\}/],
  ['a query without a body', ['edge-query'], 2, /^edge-query needs the request as JSON: give --body/],
  [
    'a body that is not there',
    ['edge-query', '--body', 'OUT/none.json'],
    2,
    /^Cannot read the body in ".*none\.json"/,
  ],
  ['a body that is no object', ['edge-query', '--body', 'OUT/array.json'], 2, /must be a JSON object/],
  [
    'a body that is no JSON',
    ['edge-query', '--body', 'OUT/broken.json'],
    2,
    /It is not valid JSON: .* at byte 8/,
  ],
  [
    '--export without a folder',
    ['pagerank', '--export', '--format', 'csv'],
    2,
    /^--export needs a folder, not "--format"/,
  ],
  [
    'a wrong format',
    ['pagerank', '--export', 'OUT/out', '--format', 'xml'],
    2,
    /^--format must be one of csv/,
  ],
  [
    'a compression that the format has not',
    ['pagerank', '--export', 'OUT/out', '--compression', 'snappy'],
    2,
    /^Cannot write csv/,
  ],
  [
    'file options without --export',
    ['pagerank', '--rows-per-file', '7'],
    2,
    /^--rows-per-file needs --export/,
  ],
  ['an engine without --export', ['pagerank', '--engine', 'reference'], 2, /^--engine needs --export/],
  ['a load without --export', ['pagerank', '--load', 'postgres'], 2, /^--load needs --export/],
  [
    'a load from standard output',
    ['pagerank', '--export', '-', '--load', 'postgres'],
    2,
    /^--load needs a folder/,
  ],
  [
    'a size of memory that is too small',
    ['pagerank', '--export', 'OUT/out', '--memory', '1'],
    2,
    /^--memory: not a size/,
  ],
  ['a wrong duration', ['pagerank', '--wait', 'soon'], 2, /^--wait: not a duration/],
  [
    'a folder that holds another export',
    ['pagerank', '--export', 'OUT/taken'],
    2,
    /holds an export of another job/,
  ],
])('%s is refused before anything is submitted', async ([, args, exitCode, line], { folder }) => {
  await writeFile(join(folder, 'array.json'), '[]');
  await writeFile(join(folder, 'broken.json'), '{"labels');
  if (args.includes('OUT/taken')) await graph.export('closeness', join(folder, 'taken'));
  const before = { requests: simulator.requests(), files: await hashTree(folder) };
  const result = await graph.run('submit', ...args.map((arg) => arg.replace('OUT', folder)));
  expect(failureOf(result)).toEqual({ exitCode, line: expect.stringMatching(line) });
  expect(result.stdout).toHaveLength(0);
  expect({ requests: simulator.requests(), files: await hashTree(folder) }).toEqual(before);
});

test('a refusal by GES is one line', async () => {
  const none = failureOf(await graph.run('submit', 'pagerank', '--graph', 'mine'));
  expect(none).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/GES\.8402 "graph \[mine\] is not found"/),
  });
  const hyg = failureOf(await graph.run('submit', 'pagerank', '--graph', 'mine', '--edition', 'hyg'));
  expect(hyg).toEqual({ exitCode: 1, line: expect.stringMatching(/GES\.8011 "graph : mine is not exist"/) });
});

test('a submit whose answer is lost is not repeated, and says what to do', async ({ openGraph }) => {
  const broken = await openGraph({
    faults: { rules: [{ when: { path: 'submit' }, fault: { resetAfterBytes: 5 } }] },
  });
  const result = await broken.run('submit', 'pagerank', '--export', 'never');
  expect(failureOf(result)).toEqual({
    exitCode: 1,
    line: expect.stringMatching(
      /^It is not known whether the request has taken effect: .*\. Look with "jobs list" before you run the command again$/,
    ),
  });
  // The job is there, once.
  const { stdout } = await broken.run('jobs', 'list');
  expect(stdout.toString().match(/^[0-9a-f-]{45}\t/gm)).toHaveLength(1);
  expect(broken.simulator.requests()).toBe(2);
});

test('an interrupt waits for the ID of the job', async ({ openGraph }) => {
  const slow = await openGraph({
    faults: { rules: [{ when: { path: 'submit' }, fault: { delayMs: 1500 } }] },
  });
  const { child, ended } = slow.start('submit', 'pagerank', '--wait');
  while (slow.simulator.requests() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGINT');
  const result = await ended;
  expect(result.stdout.toString()).toMatch(/^[0-9a-f-]+\n$/);
  expect(failureOf(result)).toEqual({ exitCode: 130, line: expect.stringMatching(/^Interrupted by SIGINT/) });
});
