import { join } from 'node:path';
import { expect } from 'vitest';
import { sinkFormats } from '../../src/sinks/sink-formats.js';
import { type Graph, hashParts, test } from '../cli/export-test.js';
import { committedOffset, signalAt } from './kill-command.js';

const KINDS = [
  ['csv', 'none'],
  ['csv', 'gzip'],
  ['ndjson', 'none'],
  ['ndjson', 'gzip'],
  ['parquet', 'none'],
  ['parquet', 'snappy'],
  ['parquet', 'gzip'],
  ...(sinkFormats.parquet.compressions.includes('zstd') ? [['parquet', 'zstd'] as const] : []),
] as const;

const TOTAL = 2000;
const JOB = `synthetic-vertices-${TOTAL}`;
/** Twenty windows of 100, three part files: 800, 800, 400. */
const SIZES = ['--page-size', '100', '--rows-per-file', '800', '--concurrency', '2'];

/** Runs one command over and over, killed at each of these offsets in turn, then until it ends by itself. */
async function exportWithKills(graph: Graph, out: string, args: readonly string[], kills: readonly number[]) {
  const command = ['export', JOB, '--out', out, ...SIZES, ...args];
  const resumedAt: number[] = [];
  let killed = 0;
  for (const offset of kills) {
    const result = await signalAt(graph.start(...command), out, offset, 'SIGKILL');
    if (result.signal === 'SIGKILL') killed++;
    resumedAt.push((await committedOffset(out)) ?? -1);
  }
  const last = await graph.run(...command);
  expect(last.exitCode, last.stderr).toBe(0);
  return { killed, resumedAt, last };
}

test.concurrent.for(KINDS)(
  'kill -9 leaves no trace in %s %s',
  async ([format, compression], { folder, openGraph }) => {
    const graph = await openGraph({ latencyMs: 20 });
    const args = ['--format', format, '--compression', compression];
    await graph.export(JOB, join(folder, 'whole'), ...SIZES, ...args);
    const whole = await hashParts(join(folder, 'whole'));
    expect(Object.keys(whole)).toHaveLength(3);

    const out = join(folder, 'killed');
    // Inside a part, at the end of a part, in the last part.
    const { killed, resumedAt, last } = await exportWithKills(graph, out, args, [300, 800, 1700]);
    expect(killed).toBeGreaterThanOrEqual(2);
    // A busy machine may look too late for the last kill: the export has ended by itself then.
    const offsets = resumedAt.filter((offset) => offset >= 0);
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    expect(last.stderr).toMatch(offsets.length === 3 ? /^Resuming job /m : /^Already complete/m);
    expect(await hashParts(out)).toEqual(whole);
  },
);

test.concurrent('kill -9 at every commit, one after the other', async ({ folder, openGraph }) => {
  const graph = await openGraph({ latencyMs: 10 });
  const job = 'synthetic-edges-600';
  const args = ['--page-size', '100', '--rows-per-file', '300', '--concurrency', '1', '--format', 'parquet'];
  await graph.export(job, join(folder, 'whole'), ...args);
  const out = join(folder, 'killed');
  let killed = 0;
  for (let offset = 0; offset <= 600; offset += 100) {
    const running = graph.start('export', job, '--out', out, ...args);
    if ((await signalAt(running, out, offset, 'SIGKILL')).signal === 'SIGKILL') killed++;
  }
  expect(killed).toBeGreaterThanOrEqual(5);
  await graph.export(job, out, ...args);
  expect(await hashParts(out)).toEqual(await hashParts(join(folder, 'whole')));
});

test.concurrent('kill -9 after times that nothing chose', async ({ folder, openGraph }) => {
  const graph = await openGraph({ latencyMs: 10 });
  const args = ['--format', 'csv', '--compression', 'gzip'];
  await graph.export(JOB, join(folder, 'whole'), ...SIZES, ...args);
  const out = join(folder, 'killed');
  for (let round = 0; round < 4; round++) {
    const { child, ended } = graph.start('export', JOB, '--out', out, ...SIZES, ...args);
    const timer = setTimeout(() => child.kill('SIGKILL'), 200 + Math.random() * 600);
    await ended;
    clearTimeout(timer);
  }
  await graph.export(JOB, out, ...SIZES, ...args);
  expect(await hashParts(out)).toEqual(await hashParts(join(folder, 'whole')));
});
