import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { failureOf, type Graph, test } from './export-test.js';
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

/** The exit code of the command by way of a shell, which sets limits and streams; `$0` and `$1` are the command. */
async function exitInShell(env: Graph['env'], script: string, ...args: readonly string[]): Promise<string> {
  const all = ['--norc', '-c', `${script}; echo $?`, process.execPath, COMMAND, ...args];
  const { stdout } = await promisify(execFile)('bash', all, { env: { PATH: process.env['PATH'], ...env } });
  return stdout;
}

test.for([
  ['csv', 'none'],
  ['ndjson', 'gzip'],
])(
  'a file that takes less than all of the %s (%s) is no success',
  async ([format, compression], { folder, openGraph }) => {
    const { env } = await openGraph();
    const file = join(folder, 'rows');
    const script = `ulimit -f 4; "$0" "$1" export synthetic-vertices-1000 --out - --format ${format} --compression ${compression} > "$2" 2> "$3"`;
    expect(await exitInShell(env, script, file, join(folder, 'messages'))).toBe('1\n');
    expect(await readFile(join(folder, 'messages'), 'utf8')).toMatch(
      /Cannot write to "standard output": EFBIG/,
    );
    const lists = `ulimit -f 1; "$0" "$1" jobs list --json > "$2" 2> /dev/null`;
    expect(await exitInShell(env, lists, file)).toBe('1\n');
  },
);

test('messages that can go nowhere stop no export', async ({ folder, openGraph }) => {
  const { env } = await openGraph();
  for (const [name, stream] of [
    ['full', '2> /dev/full'],
    ['left', '2> >(true)'],
  ]) {
    const out = join(folder, name as string);
    const script = `"$0" "$1" export synthetic-vertices-1000 --page-size 50 --json --out "$2" ${stream}`;
    expect(await exitInShell(env, script, out)).toBe('0\n');
    expect(await readdir(out)).toContain('_SUCCESS');
  }
});
