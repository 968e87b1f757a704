import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { failureOf, test } from './export-test.js';
import { COMMAND } from './run-command.js';

test.for(['csv', 'ndjson'])(
  '--out - gives the bytes of the %s part file',
  async (format, { folder, openGraph }) => {
    const graph = await openGraph();
    await graph.export('edges', folder, '--format', format);
    const file = await readFile(join(folder, `edges/part-00000.${format}`));
    const plain = await graph.run('export', 'edges', '--out', '-', '--format', format);
    expect(plain.exitCode).toBe(0);
    expect(plain.stdout.equals(file)).toBe(true);
    expect(plain.stderr).toMatch(/^Exporting job edges: 5,366 records, table edges\nDone: 5,366 records/);
    const packed = await graph.run(
      'export',
      'edges',
      '--out',
      '-',
      '--format',
      format,
      '--compression',
      'gzip',
    );
    expect(packed.exitCode).toBe(0);
    expect(gunzipSync(packed.stdout).equals(file)).toBe(true);
  },
);

test('a reader that leaves early ends the command quietly', async ({ openGraph }) => {
  const graph = await openGraph();
  // The shell reports the exit code of the command, not that of its reader.
  const pipe = `"$0" "$1" export synthetic-vertices-100000 --out - --quiet | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)(
    'bash',
    ['--norc', '-c', pipe, process.execPath, COMMAND],
    {
      env: { PATH: process.env['PATH'], ...graph.env },
    },
  );
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^id,label,name,[^\n]*,_overflow\n0\n$/);
});

test('a failure leaves standard output empty', async ({ openGraph }) => {
  const graph = await openGraph();
  const result = await graph.run('export', 'nobody', '--out', '-');
  expect(failureOf(result)).toMatchObject({ exitCode: 4 });
  expect(result.stdout).toHaveLength(0);
});
