import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { hashParts, test } from '../cli/export-test.js';

test('an export large enough for a thread, killed and resumed, has the bytes of one without', async ({
  folder,
  openGraph,
}) => {
  // 68 MB of answers; of the resumed exports the last one is too short for a thread.
  const job = 'synthetic-vertices-450000';
  const sizes = ['--page-size', '50000', '--rows-per-file', '150000'];
  const graph = await openGraph();
  await graph.export(
    job,
    join(folder, 'reference'),
    ...sizes,
    '--engine',
    'reference',
    '--max-duration',
    '10m',
  );
  const expected = await hashParts(join(folder, 'reference'));
  const out = join(folder, 'killed');
  const running = graph.start('export', job, '--out', out, ...sizes);
  const first = join(out, 'vertices/part-00000.csv');
  while (!existsSync(first) && running.child.exitCode === null) await sleep(5);
  running.child.kill('SIGKILL');
  await running.ended;
  await graph.export(job, out, ...sizes);
  expect(await hashParts(out)).toEqual(expected);
  await graph.export(job, join(folder, 'whole'), ...sizes);
  expect(await hashParts(join(folder, 'whole'))).toEqual(expected);
});
