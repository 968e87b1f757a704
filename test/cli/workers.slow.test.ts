import { join } from 'node:path';
import { expect } from 'vitest';
import type { FaultPlan } from '../../src/simulator/fault-plan.js';
import { committedOffset, signalAt } from '../checkpoint/kill-command.js';
import { openDriftingGraph } from './drifting-graph.js';
import { failureOf, hashParts, test } from './export-test.js';
import { runCommand } from './run-command.js';

const FAULTS: FaultPlan = {
  seed: 7,
  rules: [{ status: 503 }, { resetAfterBytes: 3000 }, { garbage: true as const }, { clamp: 77 }].map(
    (fault) => ({
      when: { path: 'status', probability: 0.08 },
      fault,
    }),
  ),
};
const VERTICES = 'synthetic-vertices-4000';
const SIZES = ['--page-size', '250', '--rows-per-file', '1500', '--max-attempts', '30'];

test.concurrent.for([
  ['vertices', 'csv', 'gzip'],
  ['odd-vertices', 'ndjson', 'none'],
  ['edges', 'parquet', 'gzip'],
  ['n-paths', 'parquet', 'snappy'],
  ['all-paths', 'csv', 'none'],
  ['louvain', 'ndjson', 'gzip'],
  ['synthetic-embeddings-3000', 'parquet', 'none'],
] as const)(
  'worker threads write the bytes of one thread: %s, %s %s',
  async ([job, format, compression], { folder, openGraph }) => {
    const graph = await openGraph();
    const pageSize = job === 'edges' || job.startsWith('synthetic') ? '400' : '50';
    const args = ['--page-size', pageSize, '--format', format, '--compression', compression];
    const one = await graph.export(job, join(folder, 'one'), ...args);
    const three = await graph.export(job, join(folder, 'three'), ...args, '--workers', '3');
    expect(three.tables.map(({ rows, overflowRows, engine }) => ({ rows, overflowRows, engine }))).toEqual(
      one.tables.map(({ rows, overflowRows, engine }) => ({ rows, overflowRows, engine })),
    );
    expect(await hashParts(join(folder, 'three'))).toEqual(await hashParts(join(folder, 'one')));
  },
);

test.concurrent('faults, kills and interrupts leave no trace, whatever the number of workers', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph({ latencyMs: 10, faults: FAULTS });
  const args = [...SIZES, '--format', 'parquet'];
  await graph.export(VERTICES, join(folder, 'whole'), ...args);
  const out = join(folder, 'out');
  const command = (workers: number) => [
    'export',
    VERTICES,
    '--out',
    out,
    ...args,
    '--workers',
    String(workers),
  ];
  const killed = await signalAt(graph.start(...command(2)), out, 750, 'SIGKILL');
  expect(killed.signal).toBe('SIGKILL');
  const stopped = await signalAt(graph.start(...command(3)), out, 2000, 'SIGTERM');
  expect(failureOf(stopped)).toMatchObject({
    exitCode: 130,
    line: expect.stringMatching(/^Interrupted by SIGTERM/),
  });
  expect(await committedOffset(out)).toBeGreaterThanOrEqual(2000);
  const resumed = await graph.run(...command(0));
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(await hashParts(out)).toEqual(await hashParts(join(folder, 'whole')));
});

test('drift is found in worker threads as in one', async ({ folder }) => {
  const env = await openDriftingGraph();
  const args = ['export', 'drifting', '--page-size', '500', '--rows-per-file', '2000'];
  const run = (out: string, ...more: string[]) =>
    runCommand([...args, '--out', join(folder, out), ...more], { env });
  const one = failureOf(await run('one', '--strict'));
  expect(one.line).toMatch(/^Record 4500 of table "hubs" has what fits no column: /);
  expect(failureOf(await run('two', '--strict', '--workers', '2'))).toEqual(one);
  expect((await run('three')).exitCode).toBe(0);
  const restarted = await run('four', '--workers', '2');
  expect(restarted.stderr).toMatch(/^Starting again with a column _overflow: Record 4500 /m);
  expect(await hashParts(join(folder, 'four'))).toEqual(await hashParts(join(folder, 'three')));
});

test.concurrent('damage in an answer is the same error in worker threads', async ({ folder, openGraph }) => {
  const rules: FaultPlan['rules'] = [{ when: { path: 'status', offsets: 3000 }, fault: { garbage: true } }];
  const graph = await openGraph({ faults: { seed: 1, rules } });
  const args = ['export', VERTICES, '--page-size', '1000', '--max-attempts', '2'];
  const one = failureOf(await graph.run(...args, '--out', join(folder, 'one')));
  const two = failureOf(await graph.run(...args, '--out', join(folder, 'two'), '--workers', '2'));
  expect(one.line).toMatch(/not valid JSON/);
  expect(two).toEqual(one);
});
