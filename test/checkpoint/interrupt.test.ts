import { join } from 'node:path';
import { expect } from 'vitest';
import { failureOf, hashTree, readManifest, test } from '../cli/export-test.js';
import { committedOffset, signalAt } from './kill-command.js';

const JOB = 'synthetic-vertices-2000';
const SIZES = ['--page-size', '100'];

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends the run with 130, the checkpoint stays, and the same command goes on',
  async (signal, { folder, openGraph }) => {
    const graph = await openGraph({ latencyMs: 15 });
    const out = join(folder, 'interrupted');
    const running = graph.start('export', JOB, '--out', out, ...SIZES);
    const stopped = await signalAt(running, out, 300, signal);
    expect(failureOf(stopped)).toEqual({
      exitCode: 130,
      line: `Interrupted by ${signal}; what is committed stays. Run the same command again`,
    });
    const offset = await committedOffset(out);
    expect(offset).toBeGreaterThanOrEqual(300);
    // The folder is given back, and nothing claims to be complete.
    const left = Object.keys(await hashTree(out));
    expect(left.sort()).toEqual(['.ges-export/checkpoint.json', 'vertices/.part-00000.csv.open']);

    const resumed = await graph.run('export', JOB, '--out', out, ...SIZES);
    expect(resumed.exitCode).toBe(0);
    expect(resumed.stderr).toMatch(
      new RegExp(
        `^Resuming job ${JOB}: 2,000 records, table vertices, at record ${offset?.toLocaleString('en-US')}$`,
        'm',
      ),
    );
    const manifest = await readManifest(out);
    expect(manifest).toMatchObject({ total: 2000, completeness: { windows: 20, rowsInFiles: 2000 } });
  },
);

test('an interrupt while waiting for a job ends the wait', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const running = graph.start('export', 'pending-forever', '--out', folder, '--wait', '1h');
  running.child.stderr.once('data', () => running.child.kill('SIGINT'));
  const { exitCode } = await running.ended;
  expect(exitCode).toBe(130);
});
