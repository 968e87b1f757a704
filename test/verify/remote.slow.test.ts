import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { ExportOptions } from '../../src/config/options.js';
import { exportJob } from '../../src/export-job.js';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.js';
import { checkExport, type VerifyReport } from '../../src/verify-export.js';
import { failureOf, type Graph, graphOf, test } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import { json, serve } from '../client/scripted-server.js';
import { recordAnew } from './record-anew.js';

let simulator: Simulator;
let graph: Graph;

beforeAll(async () => {
  simulator = await startSimulator();
  graph = graphOf(simulator);
});
afterAll(() => simulator.close());

function connection() {
  const { endpoint, projectId, graph: name, token } = simulator;
  return { endpoint, projectId, graph: name, token };
}

async function report(...args: readonly string[]) {
  const result = await graph.run('verify', '--json', ...args);
  const read = JSON.parse(result.stdout.toString()) as VerifyReport;
  return { exitCode: result.exitCode, read };
}

/** One job of every shape: what rows a record gives differs. */
const JOBS = [
  'edges',
  'vertices',
  'odd-vertices',
  'circles',
  'batch-paths',
  'all-paths',
  'temporal-bfs',
  'embedding',
  'k_hop',
  'shortest_path',
  'closeness',
  'no-total',
  'unknown-shape',
  'empty-vertices',
];

test.for<Partial<ExportOptions>>([
  { format: 'csv', rowsPerFile: 90, pageSize: 50 },
  { format: 'ndjson', raw: true },
  { format: 'parquet', paths: 'long', pageSize: 2000 },
])('what was exported (%j) is what the server gives, whatever the shape', async (options, { folder }) => {
  for (const jobId of JOBS) {
    const out = join(folder, jobId);
    await exportJob({ ...connection(), jobId, out, ...options });
    const read = await checkExport(out, {
      readData: true,
      remote: { connection: connection(), windows: 6 },
    });
    expect([jobId, read.disagreements]).toEqual([jobId, []]);
    const { windows = [], rows = 0, records = 0 } = read.remote ?? {};
    expect(records).toBe(windows.reduce((sum, { limit }) => sum + limit, 0));
    expect(rows > 0 || jobId === 'empty-vertices', jobId).toBe(true);
  }
});

test('the seed is printed and draws the same windows again', async ({ folder }) => {
  await graph.export('synthetic-pagerank-50000', folder);
  const first = await report(folder, '--remote', '5');
  const { seed, windows, rows } = first.read.remote ?? { seed: -1, windows: [], rows: 0 };
  expect([first.exitCode, windows.length, rows]).toEqual([0, 5, 5000]);
  const again = await report(folder, '--remote', '5', '--seed', String(seed));
  expect(again.read.remote).toEqual(first.read.remote);
  const other = await report(folder, '--remote', '5', '--seed', String(seed + 1));
  expect(other.read.remote?.windows).not.toEqual(windows);
  const text = await graph.run('verify', folder, '--remote', '5', '--seed', '3');
  expect(text.stdout.toString()).toMatch(/; 5 windows with 5,000 rows as on the server, seed 3\n$/);
});

test.for(['csv', 'ndjson', 'parquet'])(
  'a %s file with another value than the server is told, row and column',
  async (format, { folder }) => {
    await graph.export('pagerank', folder, '--format', format, '--compression', 'none');
    expect((await report(folder, '--remote', '1')).exitCode).toBe(0);
    await recordAnew(folder, `pagerank/part-00000.${format}`, (bytes) => {
      bytes.write('ATK', bytes.indexOf('ATL'));
      return bytes;
    });
    const { exitCode, read } = await report(folder, '--remote', '1');
    expect([exitCode, read.disagreements]).toEqual([
      5,
      [
        {
          kind: 'remote',
          path: `pagerank/part-00000.${format}`,
          message: expect.stringMatching(
            /row \d+, of the records \[0, 305\): column "vertex_id" holds "ATK", the server gives "ATL"$/,
          ),
        },
      ],
    ]);
  },
);

test('rows that changed places are noticed by every window that meets them, and by no other', async ({
  folder,
}) => {
  await graph.export('synthetic-pagerank-3000', folder, '--page-size', '1000');
  const path = 'pagerank/part-00000.csv';
  await recordAnew(folder, path, (bytes) => {
    const lines = bytes.toString().split('\n');
    [lines[1500], lines[1501]] = [lines[1501] ?? '', lines[1500] ?? ''];
    return Buffer.from(lines.join('\n'));
  });
  const noticed = [];
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const read = await checkExport(folder, { remote: { connection: connection(), windows: 1, seed } });
    const meets = (read.remote?.windows ?? []).some(
      ({ offset, limit }) => offset <= 1500 && offset + limit > 1499,
    );
    expect([seed, read.disagreements.length > 0]).toEqual([seed, meets]);
    noticed.push(meets);
  }
  expect(new Set(noticed)).toEqual(new Set([true, false]));
});

test('another result, a job that is gone, another graph, no connection', async ({ folder }) => {
  const out = join(folder, 'out');
  await graph.export('synthetic-pagerank-100', out);
  const outputs = { pagerank: [{ x: 1 }], data_offset: 0, data_return_size: 1 };
  const changed = await serve(() =>
    json({ data: { outputs: { ...outputs, data_total_size: 7 } }, status: 'success' }),
  );
  const other = await report(out, '--remote', '1', '--endpoint', changed.endpoint);
  expect([other.exitCode, other.read.disagreements]).toEqual([
    5,
    [{ kind: 'remote', path: null, message: 'The server declares 7 records, the manifest 100' }],
  ]);

  const forgotten = await serve(() =>
    json({ errorCode: 'GES.8301', errorMessage: 'can not find job', status: 'failed' }, 400),
  );
  const gone = failureOf(await graph.run('verify', out, '--remote', '1', '--endpoint', forgotten.endpoint));
  expect(gone.exitCode).toBe(4);

  const otherGraph = failureOf(await graph.run('verify', out, '--remote', '1', '--graph', 'mine'));
  expect(otherGraph.exitCode).toBe(2);
  expect(otherGraph.line).toMatch(/was exported from graph ".*" of project .*, not from graph "mine"/);

  const none = failureOf(await runCommand(['verify', out, '--remote', '1']));
  expect([none.exitCode, none.line]).toEqual([2, expect.stringContaining('is missing')]);
});

test.for([
  [['--seed', '1'], /^--seed needs --remote/],
  [['--remote', '0'], /^--remote must be a whole number from 1/],
  [['--remote', 'all'], /^--remote must be a whole number from 1/],
  [['--remote', '1', '--seed', '-1'], /^--seed must be a whole number from 0/],
] as const)('%j is refused', async ([args, message], { folder }) => {
  await graph.export('closeness', folder);
  const { exitCode, line } = failureOf(await graph.run('verify', folder, ...args));
  expect([exitCode, line]).toEqual([2, expect.stringMatching(message)]);
});
