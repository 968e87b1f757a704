import { join } from 'node:path';
import { expect } from 'vitest';
import { failureOf, hashParts, readManifest, test } from '../cli/export-test.js';
import { committedOffset, signalAt } from './kill-command.js';

/** Twelve windows of 100; parts end at a size, so that some partitions have several. */
const JOB = 'synthetic-vertices-1200';
const SIZES = ['--page-size', '100', '--file-bytes', '3kB', '--concurrency', '2', '--partition-by', 'city'];

test.concurrent.for([
  ['csv', 'gzip'],
  ['ndjson', 'none'],
  ['parquet', 'snappy'],
  ['csv', 'none', '--engine', 'reference'],
] as const)(
  'kill -9 leaves no trace in the partitions of %s %s %s %s',
  async ([format, compression, ...more], { folder, openGraph }) => {
    const graph = await openGraph({ latencyMs: 20 });
    const args = [...SIZES, '--format', format, '--compression', compression, ...more];
    const whole = await graph.export(JOB, join(folder, 'whole'), ...args);
    expect(whole.tables[0]?.files.length).toBeGreaterThan(12);
    const out = join(folder, 'killed');
    let killed = 0;
    for (const offset of [200, 600, 1000]) {
      const result = await signalAt(
        graph.start('export', JOB, '--out', out, ...args),
        out,
        offset,
        'SIGKILL',
      );
      if (result.signal === 'SIGKILL') killed++;
    }
    expect(killed).toBeGreaterThanOrEqual(2);
    if ((await committedOffset(out)) !== null) {
      const [head = '', ...others] = args;
      const other = [head, ...others].map((arg) => (arg === 'city' ? 'age' : arg));
      const refused = await graph.run('export', JOB, '--out', out, '--quiet', ...other);
      expect(failureOf(refused).line).toMatch(
        /^Cannot resume: the checkpoint was made for option partitionBy/,
      );
    }
    const last = await graph.run('export', JOB, '--out', out, ...args);
    expect(last.exitCode, last.stderr).toBe(0);
    expect(await hashParts(out)).toEqual(await hashParts(join(folder, 'whole')));
    // The files are named in the same order, too.
    expect((await readManifest(out)).tables).toEqual(whole.tables);
  },
);

test('more partitions than an export may have', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const args = ['--page-size', '1100', '--partition-by', 'code', '--quiet'];
  const result = await graph.run('export', JOB, '--out', join(folder, 'out'), ...args);
  expect(failureOf(result)).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/^Column "code" of table "vertices" has more than 1000 different values/),
  });
});
